#include "service/main_erase.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/main_ask.h"
#include "service/ops/log.h"
#include "service/ops/ticker.h"
#include "store/erasures.h"

enum {
    TICK_MS = 500,
    ERASURES_PORTION = 16,
};

struct erase_ticker {
    struct ticker *ticker;
    struct asker *asker;
    atomic_bool stopping;
    enum outcome refusal; /* the last one logged */
};

struct erasures_portion {
    uint32_t merchant;
    enum party_kind kind;
    uint32_t after;
    uint32_t numbers[ERASURES_PORTION];
    size_t count;
};

static enum store_result read_open(struct reader *reader, void *context)
{
    struct erasures_portion *portion = context;
    reader->merchant = portion->merchant;
    return erasures_list(reader, true, portion->kind, portion->after, portion->numbers,
                         ERASURES_PORTION, &portion->count);
}

/* Some steps of one erasure. False: it has no more, or has to wait. */
static bool run_portion(struct erase_ticker *ticker, uint32_t merchant, struct party party)
{
    Beckon__Internal__TickErasuresRequest request = BECKON__INTERNAL__TICK_ERASURES_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;

    request.kind = (uint32_t)party.kind;
    request.number = party.number;
    request.step_count = TICK_ERASURES_MAX;
    enum outcome outcome =
        asker_run(ticker->asker, &tick_erasures, merchant, &request.base, &reply);
    if (outcome != OUTCOME_OK) {
        if (asker_refused_anew(outcome, &ticker->refusal))
            log_event("warn", "an erasure can't be finished", "merchant=%" PRIu32
                      " kind=%d number=%" PRIu32 " outcome=%s", merchant, (int)party.kind,
                      party.number, outcome_info(outcome)->reason);
        return false;
    }
    const Beckon__Internal__TickErasuresResponse *steps =
        (const Beckon__Internal__TickErasuresResponse *)reply;
    return steps->n_more > 0 && steps->more[steps->n_more - 1];
}

/* Everybody of one kind in turn; one that can't go on keeps nobody else. */
static void run_kind(struct erase_ticker *ticker, uint32_t merchant, enum party_kind kind)
{
    struct erasures_portion open = {.merchant = merchant, .kind = kind};

    do {
        if (asker_read(ticker->asker, read_open, &open) != STORE_OK) return;
        for (size_t i = 0; i < open.count && !atomic_load(&ticker->stopping); i++) {
            struct party party = {kind, open.after = open.numbers[i]};
            while (run_portion(ticker, merchant, party) && !atomic_load(&ticker->stopping)) {
            }
        }
    } while (open.count == ERASURES_PORTION && !atomic_load(&ticker->stopping));
}

static void run_merchant(void *context, uint32_t merchant)
{
    run_kind(context, merchant, PARTY_MEMBER);
    run_kind(context, merchant, PARTY_GUIDE);
}

static void tick(void *context)
{
    struct erase_ticker *ticker = context;
    asker_merchants(ticker->asker, &ticker->stopping, run_merchant, ticker);
}

struct erase_ticker *erase_ticker_start(struct executor *executor, struct store *store)
{
    struct erase_ticker *ticker = calloc(1, sizeof *ticker);
    if (ticker == NULL) abort();
    ticker->asker = asker_new(executor, store);
    ticker->ticker = ticker_start(TICK_MS, tick, ticker);
    return ticker;
}

void erase_ticker_stop(struct erase_ticker *ticker)
{
    atomic_store(&ticker->stopping, true);
    ticker_stop(ticker->ticker);
    asker_destroy(ticker->asker);
    free(ticker);
}
