#include "service/command/qr_image.h"

#include <string.h>

#include "service/command/reply.h"

struct image {
    size_t size, room;
    uint8_t *data;
};

static bool image_write(void *context, const void *data, size_t size)
{
    struct image *image = context;
    if (size > image->room - image->size) return false;
    memcpy(image->data + image->size, data, size);
    image->size += size;
    return true;
}

enum outcome qr_image(struct command_call *call, const char *text,
                      const struct qr_options *options, size_t bytes_max,
                      ProtobufCBinaryData *ret_image)
{
    struct image image = {.room = bytes_max, .data = reply_alloc(call, bytes_max)};
    if (image.data == NULL) return OUTCOME_BUSY;
    struct qr_sink sink = {image_write, &image};
    if (qr_draw(text, strlen(text), options, &sink) != QR_OK) return OUTCOME_INTERNAL;
    *ret_image = (ProtobufCBinaryData){.len = image.size, .data = image.data};
    return OUTCOME_OK;
}
