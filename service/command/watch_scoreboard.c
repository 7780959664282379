/* Follows a guide's scoreboard: the newest one whenever it says something else than the last.
 *
 * A look makes the scoreboard and compares its digest, as_of and version left out: that is cheap
 * enough to be done for each follower after each commit, and true whatever made the difference, a
 * purchase, a handover, a target, or a date that turned. The token to resume with holds the version
 * and the digest, so nothing is kept for a client who has gone, and a restart changes nothing. */
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/scoreboard.h"
#include "store/ledger.h"

enum { VERSION_BYTES = 8, RESUME_BYTES = VERSION_BYTES + COMMAND_TOLD_BYTES };

/* A token of a version that is not here yet is another store's, or one's before its backup was
 * restored: it says nothing. */
static enum outcome resume(struct command_call *call, ProtobufCBinaryData token, uint64_t version,
                           struct command_place *place)
{
    if (token.len == 0) return OUTCOME_OK;
    if (token.len != RESUME_BYTES)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "resume_token",
                           "resume_token of a response, or empty");
    uint64_t told = 0;
    for (size_t i = 0; i < VERSION_BYTES; i++) told = told << 8 | token.data[i];
    if (told > version) return OUTCOME_OK;
    place->version = told;
    memcpy(place->told, token.data + VERSION_BYTES, COMMAND_TOLD_BYTES);
    return OUTCOME_OK;
}

static enum outcome digest(struct command_call *call, Beckon__V1__Scoreboard *scoreboard,
                           uint8_t ret_digest[COMMAND_TOLD_BYTES])
{
    Beckon__V1__Scoreboard bare = *scoreboard;
    uint8_t whole[HASH_BYTES];

    bare.as_of = NULL;
    bare.version = 0;
    size_t size = beckon__v1__scoreboard__get_packed_size(&bare);
    uint8_t *packed = reply_alloc(call, size);
    if (packed == NULL) return OUTCOME_BUSY;
    beckon__v1__scoreboard__pack(&bare, packed);
    store_digest((struct bytes){packed, size}, whole);
    memcpy(ret_digest, whole, COMMAND_TOLD_BYTES);
    return OUTCOME_OK;
}

/* The token names what the client has when it has read this response. */
static enum outcome respond(struct command_call *call, const struct command_place *place,
                            Beckon__V1__Scoreboard *scoreboard, ProtobufCMessage **ret_reply)
{
    Beckon__V1__WatchScoreboardResponse *reply =
        reply_message(call, &beckon__v1__watch_scoreboard_response__descriptor);
    uint8_t *token = reply_alloc(call, RESUME_BYTES);

    if (reply == NULL || token == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < VERSION_BYTES; i++)
        token[i] = (uint8_t)(place->version >> 8 * (VERSION_BYTES - 1 - i));
    memcpy(token + VERSION_BYTES, place->told, COMMAND_TOLD_BYTES);
    reply->scoreboard = scoreboard;
    reply->version = place->version;
    reply->resume_token = (ProtobufCBinaryData){RESUME_BYTES, token};
    reply->as_of = reply_time(call, call->now_ms);
    if (reply->as_of == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome make(struct reader *reader, struct command_call *call,
                         Beckon__V1__Scoreboard **ret)
{
    const Beckon__V1__WatchScoreboardRequest *request =
        (const Beckon__V1__WatchScoreboardRequest *)call->request;
    struct account account;
    struct scoring scoring;
    uint32_t guide;

    enum outcome outcome =
        scoreboard_guide(reader, call, request->guide_number, &guide, &account);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_window(reader, call, request->span, request->date, false, &scoring);
    if (outcome != OUTCOME_OK) return outcome;
    return scoreboard_message(reader, call, &scoring, guide, ret);
}

static enum outcome watch_scoreboard_follow(struct reader *reader, struct command_call *call,
                                            struct command_place *place, bool heartbeat,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__WatchScoreboardRequest *request =
        (const Beckon__V1__WatchScoreboardRequest *)call->request;
    struct fence fence = {0};
    uint8_t now[COMMAND_TOLD_BYTES];
    Beckon__V1__Scoreboard *scoreboard;

    enum outcome outcome = command_outcome(fences_get(reader, &fence), OUTCOME_OK);
    if (outcome == OUTCOME_OK && !place->begun)
        outcome = resume(call, request->resume_token, fence.commit, place);
    if (outcome == OUTCOME_OK) outcome = make(reader, call, &scoreboard);
    if (outcome == OUTCOME_OK) outcome = digest(call, scoreboard, now);
    if (outcome != OUTCOME_OK) return outcome;
    place->begun = true;
    bool newer = memcmp(now, place->told, COMMAND_TOLD_BYTES) != 0;
    if (newer) {
        memcpy(place->told, now, COMMAND_TOLD_BYTES);
        place->version = fence.commit;
    }
    if (!newer && !heartbeat) return OUTCOME_OK;
    return respond(call, place, newer ? scoreboard : NULL, ret_reply);
}

const struct command watch_scoreboard = {
    .request = &beckon__v1__watch_scoreboard_request__descriptor,
    .reply = &beckon__v1__watch_scoreboard_response__descriptor,
    .follow = watch_scoreboard_follow,
};
