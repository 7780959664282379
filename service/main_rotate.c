#include "service/main_rotate.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/main_ask.h"
#include "service/ops/log.h"
#include "service/ops/ticker.h"
#include "store/key_rotation.h"

enum {
    TICK_MS = 250,     /* who begins one waits no longer for its first portion */
    REST_MS_MAX = 100, /* however slow the disk is, it goes on */
};

struct rotate_ticker {
    struct ticker *ticker;
    struct asker *asker;
    atomic_bool stopping;
    bool running;         /* it was told that it goes on */
    enum outcome refusal; /* the last one logged */
};

static enum store_result read_rotation(struct reader *reader, void *context)
{
    return key_rotation_get(reader, context);
}

/* One portion. False: there is no more, or it has to wait. */
static bool run_portion(struct rotate_ticker *ticker)
{
    Beckon__Internal__TickKeysRequest request = BECKON__INTERNAL__TICK_KEYS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;

    enum outcome outcome = asker_run(ticker->asker, &tick_keys, 0, &request.base, &reply);
    if (outcome != OUTCOME_OK) {
        if (asker_refused_anew(outcome, &ticker->refusal))
            log_event("warn", "the rotation of the wrapping key waits", "outcome=%s",
                      outcome_info(outcome)->reason);
        return false;
    }
    const Beckon__Internal__TickKeysResponse *tick =
        (const Beckon__Internal__TickKeysResponse *)reply;
    if (tick->finished != 0) {
        log_event("info", "wrapping key rotated", "generation=%" PRIu32 " slots=%" PRIu64
                  " keep=\"a copy of wrapping.keys beside that of master.key\"",
                  tick->finished, tick->slot_count);
        ticker->running = false;
    }
    return tick->more;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* As long as the portion took: the disk is the tills' for half of the time. */
static void rest(uint64_t began_ns)
{
    uint64_t ns = now_ns() - began_ns;
    if (ns > (uint64_t)REST_MS_MAX * 1000000) ns = (uint64_t)REST_MS_MAX * 1000000;
    struct timespec left = {.tv_nsec = (long)ns};
    nanosleep(&left, NULL); /* ended early is as good */
}

static void tick(void *context)
{
    struct rotate_ticker *ticker = context;
    struct key_rotation rotation;
    uint64_t began_ns = now_ns();

    if (asker_read(ticker->asker, read_rotation, &rotation) != STORE_OK ||
        !key_rotation_runs(&rotation))
        return;
    if (!ticker->running)
        log_event("info", "rotating the wrapping key", "generation=%" PRIu32 " from=%" PRIu32
                  " slots=%" PRIu64, rotation.generation, rotation.from, rotation.slot_count);
    ticker->running = true;
    while (!atomic_load(&ticker->stopping) && run_portion(ticker)) {
        rest(began_ns);
        began_ns = now_ns();
    }
}

struct rotate_ticker *rotate_ticker_start(struct executor *executor, struct store *store)
{
    struct rotate_ticker *ticker = calloc(1, sizeof *ticker);
    if (ticker == NULL) abort();
    ticker->asker = asker_new(executor, store);
    ticker->ticker = ticker_start(TICK_MS, tick, ticker);
    return ticker;
}

void rotate_ticker_stop(struct rotate_ticker *ticker)
{
    atomic_store(&ticker->stopping, true);
    ticker_stop(ticker->ticker);
    asker_destroy(ticker->asker);
    free(ticker);
}
