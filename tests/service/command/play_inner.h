/* One engine's stage of a play: its store, clock, arena and what was saved (play.h). */
#ifndef BECKON_TESTS_SERVICE_COMMAND_PLAY_INNER_H
#define BECKON_TESTS_SERVICE_COMMAND_PLAY_INNER_H

#include <stdint.h>

#include "service/limits.h"
#include "tests/service/command/play.h"
#include "tests/store/scratch.h"

enum {
    ALLOCATIONS_MAX = 16384,     /* of one call, its request included */
    SAVED_MAX = 64,              /* values of one play */
    TEXT_BYTES = 16384,          /* one request as text */
    RUNS_MAX = LIMIT_BATCH_RUNS, /* of a write on kv_needy, as in the executor */
    READ_RUNS_MAX = 4096,        /* of a read there: lists fetch a key at a time */
    SWEEP_MAX = 12,              /* allocations given one by one */
    LONG_PLAY = 60,              /* rows from which on a play is brief */
    MERCHANTS_MAX = 4,
};

/* The fake arena: each allocation its own, so that the sanitizer sees every step beside it. */
struct arena {
    ProtobufCAllocator allocator;
    void *blocks[ALLOCATIONS_MAX];
    size_t count, limit;
};

struct saved {
    char name[32], value[256];
};

/* One engine's stage. */
struct stage {
    struct scratch scratch;
    struct store *store;
    struct batch *batch;
    bool needy;
    bool senderless; /* for this step no message can be sent */
    bool brief; /* a long table: its calls are not rehearsed, only the end is verified */
    uint64_t now_ms;
    struct arena arena;
    struct saved saved[SAVED_MAX];
    size_t saved_count, step;
    size_t seed; /* grows with each step: the same on both engines */
    uint32_t merchant_max;
    bool meddled; /* a step has damaged the store: no verify */
    bool ended; /* verify and backup streams: the last message said done */
    char *said; /* all replies as text, to compare the engines; without page tokens' secrets */
    size_t said_size;
};

struct stage *stage_open(bool needy);
/* A clean verify of every merchant a step touched; not of a store a step has meddled with. */
void stage_verify(struct stage *stage);
/* *place may be NULL, and is then. */
void stage_close(struct stage **place);
/* Forgets what was allocated; `limit` allocations are given from now on. */
void stage_arena_clear(struct stage *stage, size_t limit);
/* `text` with every $name replaced by what was saved. */
void stage_expand(const struct stage *stage, const char *text, char ret[TEXT_BYTES]);
/* Saves "name=path" values of the reply's text. */
void stage_save(struct stage *stage, const char *list, const char *reply);
/* Saves what a notice says, as $to and $code. */
void stage_notice(struct stage *stage, const struct notice *notice);
/* Who "pos:1@2" is, or who bears "token:TEXT". OUTCOME_OK, OUTCOME_TOKEN_INVALID. */
enum outcome stage_principal(struct stage *stage, const char *who, struct principal *ret);

/* What one run of one call came to. */
struct ran {
    enum outcome outcome;
    struct command_call call;
    ProtobufCMessage *reply;
    bool put;
};

#endif
