/* Toy commands: they count in one record and say what they saw. What each does is set in its toy,
 * not in a message. A toy lives until its test ends. */
#ifndef BECKON_TESTS_SERVICE_EXECUTOR_TOY_H
#define BECKON_TESTS_SERVICE_EXECUTOR_TOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/executor/executor.h"
#include "tests/store/scratch.h"

enum {
    TOY_ROWS_MAX = 600, TOY_CLOCK_MS = 1000000, TOY_RESERVED = 77, TOY_NOTED = 88,
    TOY_FAULT_EXIT = 42, /* how a process ends whose executor met a fault */
};
enum toy_engine { TOY_LMDB, TOY_NEEDY, TOY_SCRIPTED, TOY_BUFFER };

struct toy {
    struct work work; /* first */
    struct { ProtobufCMessage base; struct toy *toy; } request;
    struct { ProtobufCMessage base; } reply;

    /* what it does */
    uint32_t counter;     /* the record it counts in */
    enum outcome refuse;  /* OUTCOME_OK: it doesn't */
    size_t refuse_row;    /* in this row */
    bool puts_and_refuses;
    bool always_again;
    unsigned half_runs;   /* its first runs put something and answer AGAIN */
    bool gated;           /* waits inside of its command until toy_open_gate */
    size_t row_count;     /* rows commands */
    size_t put_bytes;     /* puts so many more, at most 120,000 */
    bool reserve_moves; /* its write shall touch the next merchant */
    bool refuses_reserve, refuses_merchant, is_revoked;
    bool is_noted, refuses_note; /* its doing has to be on record first */
    enum outcome tells;   /* told to the caller after the commit */
    bool notifies;        /* leaves a notice */
    uint64_t reserve_until_ms; /* its reserve phase lasts until then, monotonic */

    /* what came of it */
    unsigned runs, reserve_runs, notes;
    uint64_t value;              /* the counter after its last row */
    uint64_t rows[TOY_ROWS_MAX]; /* and after each */
    unsigned done_count, done_order; /* from 1 */
    bool durable;                /* in `done`, a new snapshot had its value */
    uint64_t reserved_seen;      /* merchant 0's record in a new snapshot, inside `write` */
    uint64_t watched;            /* the record `watch` when `write` ran: what went before it */
    uint32_t watch;              /* 0: none */
    unsigned notice_count;
    bool notice_durable;         /* at the notice, a new snapshot had its value */
    unsigned done_at_notice;     /* done_count then */
};

/* Writes; writes that put nothing and read only; rows; with a reserve phase; a finder. */
extern const struct command toy_count, toy_look, toy_rows, toy_reserving, toy_reserving_rows,
    toy_finding;
extern const struct command toy_read, toy_stream; /* the stream emits its rows, then ends */
extern const struct command toy_noted_read, toy_noted_stream; /* a stream sees its note's number */
extern const struct command toy_follow;           /* says what its counter has become */

/* A store in a scratch folder and an executor on it. */
struct toy_world {
    struct scratch scratch;
    struct store *store;
    struct executor *executor;
};
void toy_world_open(struct toy_world *world, enum toy_engine engine, bool reply_before_commit);
void toy_world_stop(struct toy_world *world);   /* stops the executor only */
void toy_world_close(struct toy_world *world);

extern _Atomic uint64_t toy_monotonic_ms;
/* The scripted engine answers these to the next commits, then goes on as LMDB. */
void toy_script(const enum store_result *results, size_t count);
/* Its next commit waits: toy_await_commit returns when it does, and it goes on, to the answer of
 * the script, with toy_let_commit. */
void toy_hold_commit(void);
void toy_await_commit(void);
void toy_let_commit(void);

/* A toy for merchant 1 that counts in record `counter`. */
struct toy *toy_new(const struct command *command, uint32_t counter);
/* Submits and expects OUTCOME_OK. */
void toy_submit(struct toy_world *world, struct toy *toy);
/* Blocks until `done`; fails after some seconds. */
enum outcome toy_wait(struct toy *toy);
/* Submits a gated toy and returns when the writer stands in it: what comes now gathers. */
struct toy *toy_close_gate(struct toy_world *world);
/* Returns when the writer stands in a gated toy. */
void toy_await_gate(void);
void toy_open_gate(void);

/* The counter in a new snapshot. */
uint64_t toy_stored(struct store *store, uint32_t merchant, uint32_t counter);

#endif
