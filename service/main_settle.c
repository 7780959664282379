#include "service/main_settle.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/settlement_work.h"
#include "service/main_ask.h"
#include "service/ops/log.h"
#include "service/ops/ticker.h"
#include "store/settlements.h"

enum {
    TICK_MS = 100, /* who submits or closes a small run waits no longer */
    RUNS_PORTION = 8,
};

struct settle_ticker {
    struct ticker *ticker;
    struct asker *asker;
    atomic_bool stopping;
    uint32_t step_count;  /* of the next portion: fewer where each looks at much */
    enum outcome refusal; /* the last one logged */
};

struct runs_portion {
    uint32_t merchant;
    uint32_t numbers[RUNS_PORTION];
    size_t count;
};

/* The first ones at work: when theirs is done, others are first. */
static enum store_result read_working(struct reader *reader, void *context)
{
    struct runs_portion *portion = context;
    reader->merchant = portion->merchant;
    return settlements_list_working(reader, 0, portion->numbers, RUNS_PORTION, &portion->count);
}

/* So many steps that together they look at about TICK_SETTLEMENTS_RECORDS records. */
static void pace(struct settle_ticker *ticker, uint64_t record_count)
{
    uint64_t steps = TICK_SETTLEMENTS_MAX;
    if (record_count > 0) steps = ticker->step_count * TICK_SETTLEMENTS_RECORDS / record_count;
    if (steps > TICK_SETTLEMENTS_MAX) steps = TICK_SETTLEMENTS_MAX;
    ticker->step_count = steps > 0 ? (uint32_t)steps : 1;
}

/* One portion of a run's work. False: it has no more, or has to wait. */
static bool run_portion(struct settle_ticker *ticker, uint32_t merchant, uint32_t run)
{
    Beckon__Internal__TickSettlementsRequest request =
        BECKON__INTERNAL__TICK_SETTLEMENTS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    uint64_t record_count = 0;

    request.run_number = run;
    request.step_count = ticker->step_count;
    enum outcome outcome =
        asker_run(ticker->asker, &tick_settlements, merchant, &request.base, &reply);
    if (outcome != OUTCOME_OK) {
        if (asker_refused_anew(outcome, &ticker->refusal))
            log_event("warn", "the work on a settlement waits",
                      "merchant=%" PRIu32 " run=%" PRIu32 " outcome=%s", merchant, run,
                      outcome_info(outcome)->reason);
        ticker->step_count = 1; /* the one that can't go on alone keeps nobody else */
        return false;
    }
    const Beckon__Internal__TickSettlementsResponse *steps =
        (const Beckon__Internal__TickSettlementsResponse *)reply;
    for (size_t i = 0; i < steps->n_rows; i++) record_count += steps->rows[i]->records;
    pace(ticker, record_count);
    return steps->n_rows > 0 && steps->rows[steps->n_rows - 1]->more;
}

/* All its runs in turn, a portion each, until none has more. */
static void run_merchant(void *context, uint32_t merchant)
{
    struct settle_ticker *ticker = context;
    struct runs_portion runs = {.merchant = merchant};
    bool more;

    do {
        more = false;
        if (asker_read(ticker->asker, read_working, &runs) != STORE_OK) return;
        for (size_t i = 0; i < runs.count && !atomic_load(&ticker->stopping); i++)
            more |= run_portion(ticker, merchant, runs.numbers[i]);
    } while (more && !atomic_load(&ticker->stopping));
}

static void tick(void *context)
{
    struct settle_ticker *ticker = context;
    asker_merchants(ticker->asker, &ticker->stopping, run_merchant, ticker);
}

struct settle_ticker *settle_ticker_start(struct executor *executor, struct store *store)
{
    struct settle_ticker *ticker = calloc(1, sizeof *ticker);
    if (ticker == NULL) abort();
    ticker->asker = asker_new(executor, store);
    ticker->step_count = 1;
    ticker->ticker = ticker_start(TICK_MS, tick, ticker);
    return ticker;
}

void settle_ticker_stop(struct settle_ticker *ticker)
{
    atomic_store(&ticker->stopping, true);
    ticker_stop(ticker->ticker);
    asker_destroy(ticker->asker);
    free(ticker);
}
