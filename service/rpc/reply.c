/* What is sent: replies and refusals. A unary reply is one batch, {initial metadata, message,
 * status, RECV_CLOSE}: unreferencing a call before its RECV_CLOSE has completed would cancel it. */
#include <assert.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/slice.h>

#include "service/rpc/call.h"

grpc_byte_buffer *reply_pack(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    grpc_slice slice = grpc_slice_malloc(size);
    size_t packed = protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    assert(packed == size);
    (void)packed;
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
}

void refusal_write(struct refusal_sent *ret, enum outcome outcome, const struct refusal *refusal,
                   const struct request_id *request_id)
{
    memset(ret, 0, sizeof *ret); /* a zeroed slice is an empty inlined one */
    ret->request_id = grpc_slice_from_copied_string(request_id->text);
    ret->trailers[0].key = grpc_slice_from_static_string("x-request-id");
    ret->trailers[0].value = ret->request_id;
    ret->trailer_count = 1;
    if (outcome == OUTCOME_OK)
        return;
    uint8_t details[STATUS_BYTES];
    char sentence[STATUS_SENTENCE_BYTES];
    size_t size = status_pack(outcome, refusal, request_id->text, details, sentence);
    ret->message = grpc_slice_from_copied_string(sentence);
    ret->details = grpc_slice_from_copied_buffer((const char *)details, size);
    ret->trailers[1].key = grpc_slice_from_static_string("grpc-status-details-bin");
    ret->trailers[1].value = ret->details;
    ret->trailer_count = 2;
    if (outcome == OUTCOME_MESSAGE_COMPRESSED) { /* gRPC's specification asks for it */
        ret->trailers[2].key = grpc_slice_from_static_string("grpc-accept-encoding");
        ret->trailers[2].value = grpc_slice_from_static_string("identity");
        ret->trailer_count = 3;
    }
}

void refusal_free(struct refusal_sent *refusal)
{
    grpc_slice_unref(refusal->message);
    grpc_slice_unref(refusal->details);
    grpc_slice_unref(refusal->request_id);
    memset(refusal, 0, sizeof *refusal); /* a zeroed slice is an empty inlined one */
}

grpc_op refusal_op(struct refusal_sent *refusal, enum outcome outcome)
{
    grpc_op op = {.op = GRPC_OP_SEND_STATUS_FROM_SERVER};
    op.data.send_status_from_server.status = (grpc_status_code)outcome_info(outcome)->grpc_code;
    if (outcome != OUTCOME_OK)
        op.data.send_status_from_server.status_details = &refusal->message;
    op.data.send_status_from_server.trailing_metadata_count = refusal->trailer_count;
    op.data.send_status_from_server.trailing_metadata = refusal->trailers;
    return op;
}

void call_batch_ended(struct call *call)
{
    int before = atomic_fetch_sub(&call->pending, 1);
    assert(before > 0);
    if (before == 1) {
        stall_end(call);
        pool_release(call);
    }
}

bool call_start(struct call *call, const grpc_op *ops, size_t count, struct tag *tag)
{
    atomic_fetch_add(&call->pending, 1);
    grpc_call_error error = grpc_call_start_batch(call->grpc, ops, count, tag, NULL);
    if (error == GRPC_CALL_OK)
        return true;
    atomic_fetch_sub(&call->pending, 1);
    call->rpc->options.log(call->rpc->options.log_context, "error", "batch rejected",
                           grpc_call_error_to_string(error));
    grpc_call_cancel(call->grpc, NULL);
    return false;
}

static void call_replied(struct tag *tag, bool ok)
{
    (void)ok; /* the client may have gone; what was decided stands */
    call_batch_ended(CONTAINER(tag, struct call, replied));
}

void call_finish(struct call *call, enum outcome outcome, const ProtobufCMessage *reply)
{
    if (call->work.call.guessed && call->work.call.principal.role == ROLE_REGISTRANT)
        throttle_guessed(&call->rpc->throttle, call->work.command->slowed, call->peer,
                         rpc_monotonic_ms(call->rpc));
    bool sends_message = outcome == OUTCOME_OK && !call->streaming;
    if (sends_message && reply == NULL)
        outcome = OUTCOME_INTERNAL, sends_message = false;
    grpc_op ops[4] = {{0}};
    size_t count = 0;
    if (!call->initial_sent)
        ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    if (sends_message) {
        call->message = reply_pack(reply);
        ops[count].op = GRPC_OP_SEND_MESSAGE;
        ops[count++].data.send_message.send_message = call->message;
    }
    report_ended(call, outcome);
    refusal_write(&call->refusal, outcome, &call->work.call.refusal, &call->request_id);
    ops[count++] = refusal_op(&call->refusal, outcome);
    if (!call->streaming) {
        ops[count].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
        ops[count++].data.recv_close_on_server.cancelled = &call->cancelled;
    }
    arena_reset(&call->arena);
    call->replied.run = call_replied;
    stall_begin(call);
    if (call->streaming) { /* the worker's own count (stream_open) keeps the call until here */
        (void)call_start(call, ops, count, &call->replied);
        call_batch_ended(call);
        return;
    }
    if (!call_start(call, ops, count, &call->replied)
        && !call_start(call, &ops[count - 1], 1, &call->replied))
        assert(!"gRPC refuses even RECV_CLOSE");
}
