#include "tests/model/frame.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct frame *frame, size_t size)
{
    if (size <= frame->room) return;
    frame->room = 2 * size;
    frame->data = realloc(frame->data, frame->room);
    if (frame->data == NULL) abort();
}

bool frame_receive(struct frame *frame)
{
    uint32_t size;
    if (fread(&size, sizeof size, 1, stdin) != 1) return false;
    size = le32toh(size);
    reserve(frame, size);
    if (fread(frame->data, 1, size, stdin) != size) return false;
    frame->size = size;
    frame->at = 0;
    return true;
}

const uint8_t *frame_bytes(struct frame *frame, size_t size)
{
    assert(size <= frame->size - frame->at);
    const uint8_t *at = frame->data + frame->at;
    frame->at += size;
    return at;
}

uint16_t frame_u16(struct frame *frame)
{
    uint16_t value;
    memcpy(&value, frame_bytes(frame, sizeof value), sizeof value);
    return le16toh(value);
}

uint32_t frame_u32(struct frame *frame)
{
    uint32_t value;
    memcpy(&value, frame_bytes(frame, sizeof value), sizeof value);
    return le32toh(value);
}

uint64_t frame_u64(struct frame *frame)
{
    uint64_t value;
    memcpy(&value, frame_bytes(frame, sizeof value), sizeof value);
    return le64toh(value);
}

uint8_t *frame_put(struct frame *frame, size_t size)
{
    reserve(frame, frame->size + size);
    uint8_t *at = frame->data + frame->size;
    frame->size += size;
    return at;
}

void frame_put_u16(struct frame *frame, uint16_t value)
{
    value = htole16(value);
    memcpy(frame_put(frame, sizeof value), &value, sizeof value);
}

void frame_put_u32(struct frame *frame, uint32_t value)
{
    value = htole32(value);
    memcpy(frame_put(frame, sizeof value), &value, sizeof value);
}

void frame_put_u64(struct frame *frame, uint64_t value)
{
    value = htole64(value);
    memcpy(frame_put(frame, sizeof value), &value, sizeof value);
}

void frame_put_text(struct frame *frame, const char *text)
{
    size_t size = strlen(text);
    assert(size <= UINT8_MAX);
    *frame_put(frame, 1) = (uint8_t)size;
    memcpy(frame_put(frame, size), text, size);
}

void frame_send(struct frame *frame)
{
    uint32_t size = htole32((uint32_t)frame->size);
    if (fwrite(&size, sizeof size, 1, stdout) != 1 ||
        fwrite(frame->data, 1, frame->size, stdout) != frame->size || fflush(stdout) != 0)
        abort();
    frame->size = 0;
}

void frame_clean_up(struct frame *frame)
{
    free(frame->data);
    *frame = (struct frame){0};
}
