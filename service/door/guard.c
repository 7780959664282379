#include "service/door/guard.h"

#include <assert.h>
#include <string.h>

#include "service/limits.h"

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE,
       CONTINUATION };
enum { END_STREAM = 0x1, ACK = 0x1, END_HEADERS = 0x4, NO_ERROR = 0, ENHANCE_YOUR_CALM = 0xB };

static const char PREFACE[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { PREFACE_BYTES = sizeof PREFACE - 1 };

const char *const GUARD_CUT_NAMES[GUARD_CUTS] = {
    "none", "preface", "frame", "headers", "resets", "pings", "settings", "empty_frames",
    "windows", "streams", "request",
};

/* So many at once, then one every so many microseconds. */
static const struct {
    uint32_t burst, each_us;
    enum guard_cut cut;
} RATES[] = {
    [GUARD_RATE_RESETS] = {LIMIT_RESETS, 1000000 / LIMIT_RESETS_SECOND, GUARD_RESETS},
    [GUARD_RATE_PINGS] = {LIMIT_PINGS, 1000000 / LIMIT_PINGS_SECOND, GUARD_PINGS},
    [GUARD_RATE_SETTINGS] = {LIMIT_SETTINGS, 1000000 / LIMIT_SETTINGS_SECOND, GUARD_SETTINGS},
    [GUARD_RATE_EMPTY] = {LIMIT_EMPTY, 1000000 / LIMIT_EMPTY_SECOND, GUARD_EMPTY},
    [GUARD_RATE_TINY] = {LIMIT_TINY, 1000000 / LIMIT_TINY_SECOND, GUARD_EMPTY},
    [GUARD_RATE_WINDOWS] = {LIMIT_WINDOWS, 1000000 / LIMIT_WINDOWS_SECOND, GUARD_WINDOWS},
};
static_assert(sizeof RATES / sizeof RATES[0] == GUARD_RATES, "a row for each");

struct frame {
    uint32_t size, stream;
    uint8_t type, flags;
};

void guard_init(struct guard *guard, uint64_t now_ms)
{
    memset(guard, 0, sizeof *guard);
    guard->begun_ms = now_ms;
}

static enum guard_cut spend(struct guard *guard, enum guard_rate rate, uint64_t now_ms)
{
    uint64_t now_us = now_ms * 1000, *forgiven = &guard->forgiven_us[rate];
    if (*forgiven < now_us)
        *forgiven = now_us;
    *forgiven += RATES[rate].each_us;
    bool over = *forgiven - now_us > (uint64_t)RATES[rate].burst * RATES[rate].each_us;
    return over ? RATES[rate].cut : GUARD_ON;
}

/* What the server sends, a peer may answer with so many. */
static void give(struct guard *guard, enum guard_rate rate, unsigned count)
{
    uint64_t given = (uint64_t)count * RATES[rate].each_us;
    guard->forgiven_us[rate] = guard->forgiven_us[rate] > given
                                   ? guard->forgiven_us[rate] - given : 0;
}

static void request_end(struct guard *guard, uint32_t stream)
{
    for (unsigned i = 0; i < guard->request_count; i++)
        if (guard->requests[i].stream == stream) {
            guard->requests[i] = guard->requests[--guard->request_count];
            return;
        }
}

/* A header block may begin; a new stream's is a request. */
static enum guard_cut block_begin(struct guard *guard, const struct frame *frame, uint64_t now_ms)
{
    guard->block_stream = frame->flags & END_HEADERS ? 0 : frame->stream;
    guard->block_bytes = frame->size;
    guard->block_frames = 1;
    if (frame->stream <= guard->last_stream) { /* trailers */
        if (frame->flags & END_STREAM)
            request_end(guard, frame->stream);
        return spend(guard, GUARD_RATE_EMPTY, now_ms); /* no client of gRPC sends any */
    }
    guard->last_stream = frame->stream;
    give(guard, GUARD_RATE_TINY, 2); /* its message may be one */
    if (frame->flags & END_STREAM)
        return GUARD_ON;
    if (guard->request_count == GUARD_REQUESTS)
        return GUARD_STREAMS;
    guard->requests[guard->request_count].stream = frame->stream;
    guard->requests[guard->request_count++].begun_ms = now_ms;
    return GUARD_ON;
}

static enum guard_cut block_go_on(struct guard *guard, const struct frame *frame)
{
    if (frame->type != CONTINUATION || frame->stream != guard->block_stream)
        return GUARD_FRAME;
    guard->block_bytes += frame->size;
    if (++guard->block_frames > LIMIT_HEADER_FRAMES || guard->block_bytes > LIMIT_HEADER_BYTES)
        return GUARD_HEADERS;
    if (frame->flags & END_HEADERS)
        guard->block_stream = 0;
    return GUARD_ON;
}

static enum guard_cut frame_in(struct guard *guard, const struct frame *frame, uint64_t now_ms)
{
    if (frame->size > LIMIT_FRAME_BYTES)
        return GUARD_FRAME;
    if (guard->block_stream != 0)
        return block_go_on(guard, frame);
    switch (frame->type) {
    case DATA:
        if (frame->flags & END_STREAM)
            request_end(guard, frame->stream);
        else if (frame->size < LIMIT_TINY_BYTES) /* each is kept, with more than it carries */
            return spend(guard, frame->size == 0 ? GUARD_RATE_EMPTY : GUARD_RATE_TINY, now_ms);
        return GUARD_ON;
    case HEADERS: return block_begin(guard, frame, now_ms);
    case RST_STREAM:
        request_end(guard, frame->stream);
        return spend(guard, GUARD_RATE_RESETS, now_ms);
    case SETTINGS: return spend(guard, GUARD_RATE_SETTINGS, now_ms);
    case PING: return spend(guard, GUARD_RATE_PINGS, now_ms);
    case WINDOW_UPDATE: return spend(guard, GUARD_RATE_WINDOWS, now_ms);
    case PUSH_PROMISE:
    case CONTINUATION: return GUARD_FRAME;
    default: /* PRIORITY, GOAWAY, what nobody knows */
        return spend(guard, GUARD_RATE_EMPTY, now_ms);
    }
}

static enum guard_cut frame_out(struct guard *guard, const struct frame *frame, uint64_t now_ms)
{
    (void)now_ms; /* RST_STREAM counts when its code is known */
    if (frame->type == DATA || frame->type == HEADERS) {
        give(guard, GUARD_RATE_PINGS, 1);
        give(guard, GUARD_RATE_WINDOWS, 4);
    }
    if (frame->type == HEADERS || frame->type == RST_STREAM)
        request_end(guard, frame->stream); /* it is answered */
    return GUARD_ON;
}

static struct frame frame_read(const uint8_t head[GUARD_HEAD_BYTES])
{
    return (struct frame){
        .size = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2],
        .type = head[3], .flags = head[4],
        .stream = ((uint32_t)head[5] & 0x7F) << 24 | (uint32_t)head[6] << 16
                  | (uint32_t)head[7] << 8 | head[8]};
}

/* The server says why it gives a stream up; with NO_ERROR it only ended early. */
static enum guard_cut reset_out(struct guard *guard, const uint8_t *data, size_t size,
                                uint64_t now_ms)
{
    struct guard_way *way = &guard->out;
    for (size_t i = 0; i < size && way->code_size < sizeof way->code; i++)
        way->code[way->code_size++] = data[i];
    if (way->skip > size || way->code_size < sizeof way->code)
        return GUARD_ON;
    static const uint8_t none[4] = {NO_ERROR};
    return memcmp(way->code, none, sizeof none) == 0 ? GUARD_ON
                                                     : spend(guard, GUARD_RATE_RESETS, now_ms);
}

typedef enum guard_cut frame_seen(struct guard *guard, const struct frame *frame, uint64_t now_ms);

static enum guard_cut walk(struct guard *guard, struct guard_way *way, frame_seen *seen,
                           const uint8_t *data, size_t size, uint64_t now_ms)
{
    for (size_t at = 0; at < size;) {
        size_t left = size - at;
        if (way->skip > 0) {
            size_t passed = left < way->skip ? left : way->skip;
            if (way == &guard->out && way->head[3] == RST_STREAM) {
                enum guard_cut cut = reset_out(guard, data + at, passed, now_ms);
                if (cut != GUARD_ON)
                    return cut;
            }
            way->skip -= (uint32_t)passed;
            at += passed;
            continue;
        }
        way->head[way->head_size++] = data[at++];
        if (way->head_size < GUARD_HEAD_BYTES)
            continue;
        way->head_size = 0;
        way->code_size = 0;
        struct frame frame = frame_read(way->head);
        enum guard_cut cut = seen(guard, &frame, now_ms);
        if (cut != GUARD_ON)
            return cut;
        way->skip = frame.size;
    }
    return GUARD_ON;
}

enum guard_cut guard_in(struct guard *guard, const uint8_t *data, size_t size, uint64_t now_ms)
{
    assert(guard->preface_size <= PREFACE_BYTES);
    while (guard->preface_size < PREFACE_BYTES && size > 0) {
        if (*data != (uint8_t)PREFACE[guard->preface_size])
            return GUARD_PREFACE;
        guard->preface_size++;
        data++, size--;
    }
    return walk(guard, &guard->in, frame_in, data, size, now_ms);
}

enum guard_cut guard_out(struct guard *guard, const uint8_t *data, size_t size, uint64_t now_ms)
{
    return walk(guard, &guard->out, frame_out, data, size, now_ms);
}

enum guard_cut guard_tick(const struct guard *guard, uint64_t now_ms)
{
    if (guard->preface_size < PREFACE_BYTES && now_ms - guard->begun_ms > LIMIT_PREFACE_MS)
        return GUARD_PREFACE;
    for (unsigned i = 0; i < guard->request_count; i++)
        if (now_ms - guard->requests[i].begun_ms > LIMIT_REQUEST_MS)
            return GUARD_REQUEST;
    return GUARD_ON;
}

bool guard_between_frames(const struct guard *guard)
{
    return guard->out.head_size == 0 && guard->out.skip == 0;
}

size_t guard_goaway(const struct guard *guard, enum guard_cut cut,
                    uint8_t ret_frame[GUARD_GOAWAY_BYTES])
{
    assert(cut > GUARD_ON && cut < GUARD_CUTS);
    size_t name = strlen(GUARD_CUT_NAMES[cut]), size = 8 + name;
    assert(GUARD_HEAD_BYTES + size <= GUARD_GOAWAY_BYTES);
    uint32_t last = guard->last_stream;
    const uint8_t frame[GUARD_HEAD_BYTES + 8] = {
        0, 0, (uint8_t)size, GOAWAY, 0, 0, 0, 0, 0, (uint8_t)(last >> 24), (uint8_t)(last >> 16),
        (uint8_t)(last >> 8), (uint8_t)last, 0, 0, 0, ENHANCE_YOUR_CALM};
    memcpy(ret_frame, frame, sizeof frame);
    memcpy(ret_frame + sizeof frame, GUARD_CUT_NAMES[cut], name);
    return GUARD_HEAD_BYTES + size;
}
