/* Frames between the driver and the test: a u32 size, then that many bytes, little-endian. What is
 * wrong ends the process: the two sides are built together. */
#ifndef BECKON_TESTS_MODEL_FRAME_H
#define BECKON_TESTS_MODEL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Grows as needed; zeroed to begin with. */
struct frame {
    uint8_t *data;
    size_t size, room;
    size_t at; /* how far it was read */
};

/* Reads the next frame from stdin; false at its end. */
bool frame_receive(struct frame *frame);
uint16_t frame_u16(struct frame *frame);
uint32_t frame_u32(struct frame *frame);
uint64_t frame_u64(struct frame *frame);
const uint8_t *frame_bytes(struct frame *frame, size_t size);

/* Room for `size` bytes more at the end; valid until the next put. */
uint8_t *frame_put(struct frame *frame, size_t size);
void frame_put_u16(struct frame *frame, uint16_t value);
void frame_put_u32(struct frame *frame, uint32_t value);
void frame_put_u64(struct frame *frame, uint64_t value);
void frame_put_text(struct frame *frame, const char *text); /* u8 size, then the bytes */
/* Writes the frame to stdout and empties it. */
void frame_send(struct frame *frame);
void frame_clean_up(struct frame *frame);

#endif
