#include "clients/cli/import_batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clients/message/message.h"
#include "clients/message/message_inner.h"

enum { RESENDS_MAX = 50, RESEND_PAUSE_US = 100000 };

struct batch_row {
    uint64_t line;
    char *raw;
    bool raw_is_row, refused;    /* refused: here, before any call */
    const char *reason;          /* of a refused one; interned */
    char *sentence;
};

struct import_batch {
    ProtobufCMessage *request;   /* NULL: no row needs a call */
    GArray *rows;                /* struct batch_row */
    size_t sent_count, packed_bytes;
    uint64_t end_line, end_offset;
    bool settled;                /* has come back, or needs no call */
    unsigned resend_count;
    ProtobufCMessage *reply;
    struct channel_error error;
};

const ProtobufCMessageDescriptor *batch_row_type(const struct import_kind *kind)
{
    const ProtobufCMessageDescriptor *request =
        protobuf_c_service_descriptor_get_method_by_name(kind->service, kind->method)->input;
    return kind->rows ? message_field(request, kind->rows)->descriptor : request;
}

static void batch_row_clear(gpointer data)
{
    struct batch_row *row = data;
    g_free(row->raw);
    g_free(row->sentence);
}

static struct import_batch *batch_current(struct import *import)
{
    if (!import->batch) {
        import->batch = g_new0(struct import_batch, 1);
        import->batch->rows = g_array_new(FALSE, TRUE, sizeof(struct batch_row));
        g_array_set_clear_func(import->batch->rows, batch_row_clear);
    }
    return import->batch;
}

static void batch_destroy(struct import_batch *batch)
{
    if (batch->request)
        protobuf_c_message_free_unpacked(batch->request, NULL);
    if (batch->reply)
        protobuf_c_message_free_unpacked(batch->reply, NULL);
    g_array_free(batch->rows, TRUE);
    g_free(batch);
}

static void batch_submit(struct import *import, struct import_batch *batch)
{
    struct channel_method method;
    channel_method_find(import->kind->service, import->kind->method, &method);
    channel_submit(import->channel, &method, batch->request, batch);
}

static bool code_is_passing(int code)
{
    return code == CHANNEL_RESOURCE_EXHAUSTED || code == CHANNEL_UNAVAILABLE ||
           code == CHANNEL_ABORTED || code == CHANNEL_DEADLINE_EXCEEDED;
}

/* A row that found the service busy or in doubt: the whole call is sent again. */
static bool batch_has_busy_rows(const struct import *import, const struct import_batch *batch)
{
    for (size_t i = 0; batch->reply && import->kind->result && i < batch->sent_count; i++) {
        if (code_is_passing(import->kind->result(batch->reply, i).code))
            return true;
    }
    return !batch->reply && batch->error.code == CHANNEL_DEADLINE_EXCEEDED;
}

/* A row's refusal that is none of the row's fault, e.g. a token revoked meanwhile: without a stop
 * the whole rest of the file would be rejected. */
static bool batch_stops(struct import *import, const struct import_batch *batch)
{
    for (size_t i = 0; batch->reply && import->kind->result && i < batch->sent_count; i++) {
        struct import_result result = import->kind->result(batch->reply, i);
        if (result.code != CHANNEL_UNAUTHENTICATED && !code_is_passing(result.code))
            continue;
        struct channel_error error;
        channel_error_set(&error, result.code, result.sentence, "");
        g_strlcpy(error.reason, result.reason, sizeof error.reason);
        import_stop(import, &error);
        return true;
    }
    return false;
}

/* Is a refusal about the row that a single call was for, not about the caller or the service? */
static bool is_about_row(const struct channel_error *error)
{
    switch (error->code) {
    case CHANNEL_INVALID_ARGUMENT:
    case CHANNEL_NOT_FOUND:
    case CHANNEL_ALREADY_EXISTS:
    case CHANNEL_FAILED_PRECONDITION:
    case CHANNEL_OUT_OF_RANGE:
        return true;
    default:
        return false;
    }
}

static struct import_result row_result(const struct import *import,
                                       const struct import_batch *batch, size_t index)
{
    if (import->kind->result)
        return import->kind->result(batch->reply, index);
    return (struct import_result){
        .code = batch->error.code, .reason = batch->error.reason, .sentence = batch->error.en};
}

static void batch_settle(struct import *import, struct import_batch *batch)
{
    bool failed = batch->request && !batch->reply;
    if (failed && (import->kind->rows || !is_about_row(&batch->error))) {
        import_stop(import, &batch->error);
        return;
    }
    if (batch_stops(import, batch))
        return;
    size_t sent_index = 0;
    for (guint i = 0; i < batch->rows->len; i++) {
        const struct batch_row *row = &g_array_index(batch->rows, struct batch_row, i);
        struct import_result result = {
            .code = CHANNEL_INVALID_ARGUMENT, .reason = row->reason, .sentence = row->sentence};
        if (!row->refused)
            result = row_result(import, batch, sent_index++);
        import->state.rows++;
        if (result.code != CHANNEL_OK)
            import_reject(import, row->line, result.reason, result.sentence, row->raw,
                          row->raw_is_row);
        else if (result.known)
            import->state.known++;
        else
            import->state.recorded++;
    }
    import->state.line = batch->end_line;
    import->state.offset = batch->end_offset;
    if (!import->stopped)
        import_save(import, false);
}

/* Settles, in file order, what has come back. Nothing after a batch that stopped the import. */
static void batches_settle(struct import *import)
{
    while (!g_queue_is_empty(&import->batches)) {
        struct import_batch *batch = g_queue_peek_head(&import->batches);
        if (!batch->settled)
            return;
        if (!import->stopped)
            batch_settle(import, batch);
        g_queue_pop_head(&import->batches);
        batch_destroy(batch);
    }
}

/* Waits for one call. */
static void batch_take(struct import *import)
{
    struct channel_result result;
    bool taken = channel_wait(import->channel, &result);
    assert(taken);
    struct import_batch *batch = result.context;
    batch->reply = result.reply;
    batch->error = result.error;
    if (batch_has_busy_rows(import, batch) && batch->resend_count < RESENDS_MAX) {
        batch->resend_count++;
        if (batch->reply)
            protobuf_c_message_free_unpacked(batch->reply, NULL);
        batch->reply = NULL;
        g_usleep(RESEND_PAUSE_US);
        batch_submit(import, batch);
        return;
    }
    batch->settled = true;
    batches_settle(import);
}

static void batch_send(struct import *import)
{
    struct import_batch *batch = import->batch;
    import->batch = NULL;
    while (channel_in_flight(import->channel) >= import->window && !import->stopped)
        batch_take(import);
    g_queue_push_tail(&import->batches, batch);
    batch->settled = !batch->request || import->stopped;
    if (!batch->settled)
        batch_submit(import, batch);
    batches_settle(import);
}

static struct batch_row *row_append(struct import *import, struct import_batch *batch)
{
    struct batch_row row = {.line = import->row.line,
                            .raw = g_strndup(import->row.raw, import->row.raw_size),
                            .raw_is_row = true};
    g_array_append_val(batch->rows, row);
    batch->end_line = import->row.end_line;
    batch->end_offset = import->row.end_offset;
    return &g_array_index(batch->rows, struct batch_row, batch->rows->len - 1);
}

void batch_add(struct import *import, ProtobufCMessage *message)
{
    size_t bytes = protobuf_c_message_get_packed_size(message) + 8;
    if (import->batch && import->batch->packed_bytes + bytes > IMPORT_CALL_BYTES_MAX)
        batch_send(import);
    struct import_batch *batch = batch_current(import);
    row_append(import, batch);
    batch->packed_bytes += bytes;
    batch->sent_count++;
    const struct import_kind *kind = import->kind;
    if (!kind->rows) {
        batch->request = message;
        batch_send(import);
        return;
    }
    const ProtobufCMessageDescriptor *type =
        protobuf_c_service_descriptor_get_method_by_name(kind->service, kind->method)->input;
    if (!batch->request)
        batch->request = message_new(type);
    *(ProtobufCMessage **)message_place(batch->request, message_field(type, kind->rows)) = message;
    if (batch->rows->len >= IMPORT_ROWS_MAX)
        batch_send(import);
}

void batch_add_refused(struct import *import, const char *reason, const char *sentence,
                       bool raw_is_row)
{
    struct import_batch *batch = batch_current(import);
    struct batch_row *row = row_append(import, batch);
    row->refused = true;
    row->raw_is_row = raw_is_row;
    row->reason = g_intern_string(reason);
    row->sentence = g_strdup(sentence);
    if (!import->kind->rows || batch->rows->len >= IMPORT_ROWS_MAX)
        batch_send(import);
}

bool import_pending(const struct import *import)
{
    return import->batch || channel_in_flight(import->channel) > 0;
}

void import_flush(struct import *import)
{
    if (import->batch)
        batch_send(import);
    while (channel_in_flight(import->channel) > 0)
        batch_take(import);
    assert(g_queue_is_empty(&import->batches));
}
