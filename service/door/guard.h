/* Looks at the frames of an HTTP/2 connection as they pass and says when to cut it: what a peer may
 * make the server do for few bytes of its own is bounded here, before gRPC sees it.
 *
 * It keeps no payload and changes nothing. RFC 9113 has the frames; the attacks it is for: header
 * blocks without end (CVE-2023-33953, CONTINUATION floods), rapid reset (CVE-2023-44487) in both
 * directions, floods of PING, SETTINGS, PRIORITY, WINDOW_UPDATE and empty frames (CVE-2019-9511 to
 * 9518), requests that never end.
 *
 * Pure: the clock is passed in. One thread per guard. */
#ifndef BECKON_SERVICE_DOOR_GUARD_H
#define BECKON_SERVICE_DOOR_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a connection is cut. */
enum guard_cut {
    GUARD_ON,       /* it is not */
    GUARD_PREFACE,  /* no HTTP/2, or none in time */
    GUARD_FRAME,    /* a frame too large or one that has no place there */
    GUARD_HEADERS,  /* a header block too large, or in too many pieces */
    GUARD_RESETS,   /* calls begun and cancelled, or broken so that the server cancels */
    GUARD_PINGS,
    GUARD_SETTINGS,
    GUARD_EMPTY,    /* frames that carry nothing, or next to nothing */
    GUARD_WINDOWS,  /* WINDOW_UPDATE without data to ask for */
    GUARD_STREAMS,  /* more requests begun than may be open */
    GUARD_REQUEST,  /* a request that does not end */
    GUARD_CUTS
};
/* "resets": for logs and metrics. */
extern const char *const GUARD_CUT_NAMES[GUARD_CUTS];

enum { GUARD_HEAD_BYTES = 9, GUARD_REQUESTS = 128, GUARD_GOAWAY_BYTES = 64 };

enum guard_rate { GUARD_RATE_RESETS, GUARD_RATE_PINGS, GUARD_RATE_SETTINGS, GUARD_RATE_EMPTY,
                  GUARD_RATE_TINY, GUARD_RATE_WINDOWS, GUARD_RATES };

struct guard_way {              /* one direction */
    uint8_t head[GUARD_HEAD_BYTES];
    uint8_t head_size;
    uint32_t skip;              /* bytes of the payload still to pass */
    uint8_t code[4];            /* of RST_STREAM */
    uint8_t code_size;
};

struct guard {
    struct guard_way in, out;   /* from the peer, to the peer */
    uint8_t preface_size;       /* bytes of it seen */
    uint32_t block_stream;      /* whose header block is open; 0: none */
    uint32_t block_bytes, block_frames;
    uint32_t last_stream;       /* the highest the peer began */
    uint64_t forgiven_us[GUARD_RATES];
    struct { uint32_t stream; uint64_t begun_ms; } requests[GUARD_REQUESTS]; /* not ended yet */
    unsigned request_count;
    uint64_t begun_ms;
};

void guard_init(struct guard *guard, uint64_t now_ms);

/* Bytes from the peer, before they are passed on. Anything but GUARD_ON: don't. */
enum guard_cut guard_in(struct guard *guard, const uint8_t *data, size_t size, uint64_t now_ms);
/* Bytes of the server, on their way to the peer. */
enum guard_cut guard_out(struct guard *guard, const uint8_t *data, size_t size, uint64_t now_ms);
/* What time alone makes worth cutting; to be asked a few times a second. */
enum guard_cut guard_tick(const struct guard *guard, uint64_t now_ms);

/* May a frame of one's own follow what guard_out has seen? */
bool guard_between_frames(const struct guard *guard);
/* Writes GOAWAY (ENHANCE_YOUR_CALM) with the name of `cut`; its size. */
size_t guard_goaway(const struct guard *guard, enum guard_cut cut,
                    uint8_t ret_frame[GUARD_GOAWAY_BYTES]);

#endif
