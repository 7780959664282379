/* Takes out the audit trail, oldest first, for whoever proves it elsewhere.
 *
 * Happy path: the head as it is now -> portions of entries, each read in a snapshot of its own,
 * since entries never change -> the last one is the head's. */
#include <stddef.h>

#include "service/command/audit_message.h"
#include "service/command/back_test_snapshot.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/limits.h"

typedef Beckon__V1__ExportAuditRequest export_request;
typedef Beckon__V1__ExportAuditResponse export_reply;

/* A portion is written over the one before: the trail may be long, the call's arena is not. */
enum { ENTRY_MESSAGE_BYTES = 2048, ROOM_BYTES = (LIMIT_AUDIT_EXPORT + 1) * ENTRY_MESSAGE_BYTES };
struct room {
    ProtobufCAllocator allocator;
    uint8_t *data;
    size_t used;
};

struct exporting {
    struct command_call *call;
    struct command_call writing; /* the same, in the room */
    struct room room;
    struct merchant merchant;   /* zeroed: the instance's own trail */
    struct audit_head head;
    uint64_t first, next;
    export_reply *reply;
};

static void *room_alloc(void *context, size_t size)
{
    struct room *room = context;
    size_t rounded = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);

    if (rounded > ROOM_BYTES - room->used) return NULL;
    room->used += rounded;
    return room->data + room->used - rounded;
}

static void room_free(void *context, void *data)
{
    (void)context, (void)data;
}

static bool room_open(struct exporting *exporting)
{
    struct room *room = &exporting->room;

    room->data = reply_alloc(exporting->call, ROOM_BYTES);
    room->allocator = (ProtobufCAllocator){room_alloc, room_free, room};
    exporting->writing = *exporting->call;
    exporting->writing.arena = &room->allocator;
    return room->data != NULL;
}

static enum outcome begin(struct reader *reader, void *context)
{
    struct exporting *exporting = context;
    struct command_call *call = exporting->call;
    const export_request *request = (const export_request *)call->request;
    enum outcome outcome = OUTCOME_OK;

    if (call->merchant != 0) outcome = object_merchant(reader, &exporting->merchant);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(audits_head_get(reader, &exporting->head),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    exporting->first = request->first_number > 0 ? request->first_number : 1;
    exporting->next = exporting->first;
    if (exporting->first <= exporting->head.count) return OUTCOME_OK;
    return form_refuse(call, OUTCOME_VALUE_INVALID, "first_number",
                       "1 .. the newest entry's number");
}

static enum outcome add_entry(struct reader *reader, struct exporting *exporting, uint64_t number)
{
    export_reply *reply = exporting->reply;
    uint8_t hash[HASH_BYTES];
    struct audit_entry entry;
    struct token token;

    enum outcome outcome =
        command_outcome(audits_get(reader, number, &entry, hash), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = audit_message_token(reader, &entry, &token);
    if (outcome != OUTCOME_OK) return outcome;
    return audit_message(&exporting->writing, exporting->merchant.currency, &entry, hash, &token,
                         &reply->entries[reply->n_entries++]);
}

/* What has to be fetched is asked for together. */
static enum outcome fill(struct reader *reader, void *context)
{
    struct exporting *exporting = context;
    struct command_call *call = &exporting->writing;
    bool missing = false;

    exporting->room.used = 0;
    export_reply *reply = reply_message(call, &beckon__v1__export_audit_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    exporting->reply = reply;
    reply->first_number = exporting->first;
    reply->last_number = exporting->head.count;
    reply->head_hash = audit_message_hash(call, exporting->head.hash);
    reply->entries = reply_alloc(call, LIMIT_AUDIT_EXPORT * sizeof *reply->entries);
    if (reply->head_hash == NULL || reply->entries == NULL) return OUTCOME_BUSY;
    uint64_t left = exporting->head.count - exporting->next + 1;
    for (uint64_t i = 0; i < left && i < LIMIT_AUDIT_EXPORT; i++) {
        enum outcome outcome = add_entry(reader, exporting, exporting->next + i);
        missing = missing || outcome == OUTCOME_AGAIN;
        if (outcome != OUTCOME_OK && outcome != OUTCOME_AGAIN) return outcome;
    }
    return missing ? OUTCOME_AGAIN : OUTCOME_OK;
}

static enum outcome export_audit_stream(struct store *store, struct command_call *call,
                                        command_emit *emit, void *emit_context)
{
    struct exporting exporting = {.call = call};

    enum outcome outcome = back_test_snapshot(store, call->merchant, begin, &exporting);
    if (outcome == OUTCOME_OK && !room_open(&exporting)) outcome = OUTCOME_BUSY;
    while (outcome == OUTCOME_OK && exporting.next <= exporting.head.count) {
        outcome = back_test_snapshot(store, call->merchant, fill, &exporting);
        if (outcome != OUTCOME_OK) break;
        exporting.next += exporting.reply->n_entries;
        exporting.reply->done = exporting.next > exporting.head.count;
        if (!emit(emit_context, &exporting.reply->base)) break; /* he has gone */
    }
    return outcome;
}

static enum outcome export_audit_note(struct command_call *call)
{
    const export_request *request = (const export_request *)call->request;

    audit_object(call, call->merchant != 0 ? AUDIT_OF_MERCHANT : AUDIT_OF_INSTANCE,
                 call->merchant);
    if (request->first_number > 1)
        audit_fact_number(call, "from", (int64_t)request->first_number);
    return OUTCOME_OK;
}

const struct command export_audit = {
    .request = &beckon__v1__export_audit_request__descriptor,
    .reply = &beckon__v1__export_audit_response__descriptor,
    .stream = export_audit_stream,
    .audited = AUDIT_EXPORT_AUDIT,
    .note = export_audit_note,
};
