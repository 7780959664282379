/* beckon_load: the benchmark's load client, on gRPC C core in one thread.
 *
 * C connections (each a channel with a subchannel pool of its own), K calls in flight in total,
 * each with a request of its own; when one comes back the next goes out on the same connection.
 * With a rate the calls go out by the clock instead (load_paced.c), K being the most in flight. It
 * stops after so many seconds or calls, or when the service is gone, and lets what is in flight
 * come back. */
#ifndef BECKON_TESTS_BENCH_LOAD_H
#define BECKON_TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>

enum {
    LOAD_CONNECTIONS_MAX = 16,
    LOAD_IN_FLIGHT_MAX = 4096,
    LOAD_STATUSES = 17,
    LOAD_TEXT_BYTES = 48,
    LOAD_REQUEST_BYTES = 256,
    LOAD_BUCKETS = 64 * 32,       /* 32 steps for each power of two of microseconds */
};

enum load_mode {
    LOAD_EMPTY, LOAD_PURCHASE, LOAD_BALANCE, LOAD_RECHECK, LOAD_SCOREBOARD, LOAD_RANKING,
    LOAD_REGISTER,
    LOAD_MIX,                     /* each call one of the others, as a shop's day has them */
    LOAD_MODES,
};

struct load_options {
    enum load_mode mode;
    const char *target;           /* as gRPC names it */
    const char *authorization;    /* "Bearer ..." or NULL */
    unsigned connections, in_flight;
    double seconds;               /* 0: no bound */
    uint64_t calls;               /* 0: no bound */
    double rate;                  /* calls a second by the clock; 0: one after another */
    double every;                 /* rate: a report each so many seconds; 0: one at the end */
    uint32_t members;             /* member numbers 1..members */
    uint32_t guides;              /* guide numbers 1..guides */
    const char **shops;           /* shop ids */
    unsigned shop_count;
    const char *run;              /* prefix of receipt numbers */
    FILE *acks;                   /* purchase: acknowledged ones; recheck: read from; or NULL */
    uint64_t seed;
    uint32_t deadline_ms;
};

/* What one purchase call asked; a line of the acks file. */
struct load_purchase {
    char shop[LOAD_TEXT_BYTES], receipt[LOAD_TEXT_BYTES];
    uint32_t member;
    int64_t amount;
};

struct load_report {
    uint64_t calls, statuses[LOAD_STATUSES], differences;
    uint64_t buckets[LOAD_BUCKETS];
    double seconds;
    uint64_t good_ns, pause_ns;   /* when the last OK came; the longest time without one */
    bool gone;                    /* the service went away */
};

/* One slot: a call in flight, reused. */
struct load_call {
    unsigned connection;
    enum load_mode mode;          /* what this call is; never LOAD_MIX */
    grpc_call *call;
    grpc_byte_buffer *reply;
    grpc_metadata_array initial, trailing;
    grpc_status_code status;
    grpc_slice details;
    uint64_t begun_ns;
    struct load_purchase purchase;
    char *expected;               /* recheck: the answer's hex, or NULL */
};

struct load {
    struct load_options options;
    grpc_channel *channels[LOAD_CONNECTIONS_MAX];
    /* Registered, so that no call looks its path up. */
    void *methods[LOAD_CONNECTIONS_MAX][LOAD_MODES];
    grpc_completion_queue *queue;
    grpc_slice authorization;
    uint64_t random, sequence, begun_ns;
    bool source_empty;            /* recheck: no line left */
    struct load_report report;
};

/* load.c: is there anything more to ask? */
bool load_more(const struct load *load);

/* load_call.c */
uint64_t load_now_ns(void);
/* Opens the connections; waits until each is ready, false: one did not get so. */
bool load_open(struct load *load);
void load_close(struct load *load);
/* Sends the slot's next call; false: there is nothing more to ask. */
bool load_send(struct load *load, struct load_call *call);
/* Counts what came back, journals it, frees the call. */
void load_land(struct load *load, struct load_call *call);

/* load_paced.c: sends by the clock until the end, then lets what is in flight come back. */
void load_run_paced(struct load *load, struct load_call *calls);

/* load_report.c */
/* One call that took so many ns and came back at `now_ns`. */
void load_count(struct load_report *report, grpc_status_code status, uint64_t ns, uint64_t now_ns);
/* One JSON object on a line. */
void load_report_print(const struct load_report *report, const struct load_options *options);

#endif
