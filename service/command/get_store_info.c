/* How the service and its machine are, for the operator. */
#include "beckon/v1/store_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "store/kv.h"

typedef Beckon__V1__GetStoreInfoResponse info_reply;

/* 0: absent. False: the arena is empty. */
static bool fill_time(struct command_call *call, uint64_t at_ms, Google__Protobuf__Timestamp **ret)
{
    *ret = at_ms != 0 ? reply_time(call, at_ms) : NULL;
    return at_ms == 0 || *ret != NULL;
}

static bool fill_backup(struct command_call *call, const struct backup_facts *facts,
                        info_reply *reply)
{
    if (!facts->known) return true;
    Beckon__V1__BackupInfo *backup = reply_message(call, &beckon__v1__backup_info__descriptor);
    if (backup == NULL) return false;
    backup->path = reply_text(call, facts->path);
    backup->cause = reply_text(call, facts->cause);
    backup->well = facts->well;
    reply->backup = backup;
    return backup->path != NULL && backup->cause != NULL &&
           fill_time(call, facts->made_at, &backup->made_at) &&
           fill_time(call, facts->rehearsed_at, &backup->rehearsed_at);
}

static bool fill_warnings(struct command_call *call, const struct process_facts *facts,
                          info_reply *reply)
{
    reply->warnings = reply_alloc(call, (facts->warning_count + 1) * sizeof *reply->warnings);
    if (reply->warnings == NULL) return false;
    for (size_t i = 0; i < facts->warning_count; i++) {
        char *text = reply_text(call, facts->warnings[i]);
        if (text == NULL) return false;
        reply->warnings[reply->n_warnings++] = text;
    }
    return true;
}

static bool fill_process(struct command_call *call, const struct process_facts *facts,
                         info_reply *reply)
{
    reply->clock_waits = facts->clock_waits;
    reply->disk_free_bytes = facts->disk_free_bytes;
    reply->disk_bytes = facts->disk_bytes;
    reply->connections = facts->connections;
    reply->descriptors = facts->descriptors;
    reply->descriptors_max = facts->descriptors_max;
    reply->tls = facts->tls;
    reply->certificate_days = facts->certificate_days;
    return fill_time(call, facts->started_at, &reply->started_at) &&
           fill_backup(call, &facts->backup, reply) && fill_warnings(call, facts, reply);
}

static void fill_usage(struct reader *reader, info_reply *reply)
{
    struct kv_usage usage;
    kv_usage(store_kv(reader->store), &usage);
    reply->used_bytes = usage.used_bytes;
    reply->map_bytes = usage.map_bytes;
    reply->free_bytes = usage.free_bytes;
    reply->full = usage.full;
    reply->snapshots = usage.snapshots;
    reply->oldest_snapshot_commits = usage.oldest_commits;
    reply->journal_commits = usage.journal_commits;
    reply->journal_bytes = usage.journal_bytes;
    reply->buffer_bytes = usage.buffer_bytes;
    reply->buffered_bytes = usage.buffered_bytes;
    reply->held_bytes = usage.held_bytes;
    reply->draining_percent = usage.draining_percent;
}

static enum outcome get_store_info_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    struct process_facts facts = {0};

    info_reply *reply = reply_message(call, &beckon__v1__get_store_info_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    if (call->look != NULL) call->look(call->look_context, &facts);
    fill_usage(reader, reply);
    reply->version = reply_text(call, BECKON_VERSION);
    reply->schema_version = STORE_SCHEMA_VERSION;
    if (reply->version == NULL || !fill_time(call, call->now_ms, &reply->now) ||
        !fill_process(call, &facts, reply))
        return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_store_info = {
    .request = &beckon__v1__get_store_info_request__descriptor,
    .reply = &beckon__v1__get_store_info_response__descriptor,
    .read = get_store_info_read,
};
