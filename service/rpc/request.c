#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>

#include "service/rpc/call.h"

/* Decompression is switched off, so a compressed message arrives as it was sent. */
enum outcome request_open(grpc_byte_buffer *payload, struct request_bytes *ret)
{
    if (payload->data.raw.compression != GRPC_COMPRESS_NONE)
        return OUTCOME_MESSAGE_COMPRESSED;
    const grpc_slice_buffer *slices = &payload->data.raw.slice_buffer;
    *ret = (struct request_bytes){.bytes = {NULL, 0}};
    if (slices->length == 0)
        return OUTCOME_OK;
    if (slices->count == 1) {
        ret->bytes = (struct bytes){GRPC_SLICE_START_PTR(slices->slices[0]), slices->length};
        return OUTCOME_OK;
    }
    grpc_byte_buffer_reader reader;
    if (!grpc_byte_buffer_reader_init(&reader, payload))
        return OUTCOME_INTERNAL; /* uncompressed: nothing is left that could fail */
    ret->merged = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    ret->is_merged = true;
    ret->bytes = (struct bytes){GRPC_SLICE_START_PTR(ret->merged), GRPC_SLICE_LENGTH(ret->merged)};
    return OUTCOME_OK;
}

struct bytes request_header(const grpc_metadata_array *metadata, const char *name)
{
    struct bytes found = {NULL, 0};
    for (size_t i = 0; i < metadata->count; i++) {
        if (grpc_slice_str_cmp(metadata->metadata[i].key, name) != 0)
            continue;
        const grpc_slice *value = &metadata->metadata[i].value;
        found = (struct bytes){GRPC_SLICE_START_PTR(*value), GRPC_SLICE_LENGTH(*value)};
    }
    return found;
}

void request_close(struct request_bytes *request)
{
    if (request->is_merged)
        grpc_slice_unref(request->merged);
}
