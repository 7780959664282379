/* Reads one guide's scoreboard. */
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/scoreboard.h"

static enum outcome get_scoreboard_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetScoreboardRequest *request =
        (const Beckon__V1__GetScoreboardRequest *)call->request;
    struct account account;
    struct scoring scoring;
    uint32_t guide;

    enum outcome outcome =
        scoreboard_guide(reader, call, request->guide_number, &guide, &account);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_window(reader, call, request->span, request->date, false, &scoring);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetScoreboardResponse *reply =
        reply_message(call, &beckon__v1__get_scoreboard_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return scoreboard_message(reader, call, &scoring, guide, &reply->scoreboard);
}

const struct command get_scoreboard = {
    .request = &beckon__v1__get_scoreboard_request__descriptor,
    .reply = &beckon__v1__get_scoreboard_response__descriptor,
    .read = get_scoreboard_read,
};
