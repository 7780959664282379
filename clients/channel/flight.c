/* What unary calls and streams share: packing, who calls, reading how it ended. */
#include "clients/channel/flight.h"

#include <assert.h>
#include <string.h>

#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>

uint64_t flight_now_ms(void)
{
    gpr_timespec now = gpr_now(GPR_CLOCK_MONOTONIC);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

gpr_timespec flight_deadline(uint64_t ms)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis((int64_t)ms, GPR_TIMESPAN));
}

grpc_slice flight_pack(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    grpc_slice slice = grpc_slice_malloc(size);
    size_t packed_size = protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    assert(packed_size == size);
    return slice;
}

ProtobufCMessage *flight_unpack(const struct channel_method *method, grpc_byte_buffer *buffer)
{
    grpc_byte_buffer_reader reader;
    if (!buffer || !grpc_byte_buffer_reader_init(&reader, buffer))
        return NULL;
    grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
    ProtobufCMessage *message = protobuf_c_message_unpack(
        method->reply, NULL, GRPC_SLICE_LENGTH(bytes), GRPC_SLICE_START_PTR(bytes));
    grpc_slice_unref(bytes);
    grpc_byte_buffer_reader_destroy(&reader);
    return message;
}

grpc_call *flight_call(struct channel *channel, const struct channel_method *method,
                       gpr_timespec deadline)
{
    grpc_slice path = grpc_slice_from_copied_string(method->path);
    grpc_call *call = grpc_channel_create_call(channel->core, NULL, GRPC_PROPAGATE_DEFAULTS,
                                               channel->queue, path, NULL, deadline, NULL);
    grpc_slice_unref(path);
    assert(call);
    return call;
}

static void calling_add(struct calling *calling, const char *key, const char *value)
{
    if (value[0] == '\0')
        return;
    calling->metadata[calling->count++] = (grpc_metadata){
        .key = grpc_slice_from_static_string(key),
        .value = grpc_slice_from_copied_string(value),
    };
}

struct calling calling_of(const struct channel *channel)
{
    struct calling calling = {0};
    calling_add(&calling, "authorization", channel->authorization);
    calling_add(&calling, "x-forwarded-for", channel->address);
    return calling;
}

void calling_clean_up(struct calling *calling)
{
    for (size_t i = 0; i < calling->count; i++)
        grpc_slice_unref(calling->metadata[i].value);
}

void ending_init(struct ending *ending)
{
    *ending = (struct ending){.status = GRPC_STATUS_UNKNOWN, .details = grpc_empty_slice()};
    grpc_metadata_array_init(&ending->initial);
    grpc_metadata_array_init(&ending->trailing);
}

/* The sentences for a service that can't be reached or doesn't answer; gRPC's own say "recvmsg". */
static bool own_sentence(grpc_status_code status, struct channel_error *ret_error)
{
    if (status == GRPC_STATUS_UNAVAILABLE) {
        channel_error_set(ret_error, CHANNEL_UNAVAILABLE,
                          "The service can't be reached, or went away before it answered; is "
                          "beckond running at this address? Asking again is safe.",
                          "无法连接服务或连接中断未获答复，请确认 beckond 已在该地址运行。可放心重试。");
        return true;
    }
    if (status == GRPC_STATUS_DEADLINE_EXCEEDED) {
        channel_error_set(ret_error, CHANNEL_DEADLINE_EXCEEDED,
                          "The service did not answer in time; asking again is safe.",
                          "服务未在限定时间内答复，可放心重试。");
        return true;
    }
    return false;
}

void ending_read(const struct ending *ending, struct channel_error *ret_error)
{
    const grpc_metadata_array *trailing = &ending->trailing;
    const uint8_t *details = NULL;
    size_t details_size = 0;
    for (size_t i = 0; i < trailing->count; i++) {
        if (grpc_slice_str_cmp(trailing->metadata[i].key, "grpc-status-details-bin") == 0) {
            details = GRPC_SLICE_START_PTR(trailing->metadata[i].value);
            details_size = GRPC_SLICE_LENGTH(trailing->metadata[i].value);
        }
    }
    if (details_size == 0 && own_sentence(ending->status, ret_error))
        return;
    channel_error_decode((int)ending->status, (const char *)GRPC_SLICE_START_PTR(ending->details),
                         GRPC_SLICE_LENGTH(ending->details), details, details_size, ret_error);
}

void ending_clean_up(struct ending *ending)
{
    grpc_slice_unref(ending->details);
    grpc_metadata_array_destroy(&ending->initial);
    grpc_metadata_array_destroy(&ending->trailing);
}
