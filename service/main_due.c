#include "service/main_due.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/main_ask.h"
#include "service/main_events.h"
#include "service/ops/log.h"
#include "service/ops/ticker.h"
#include "store/clock.h"
#include "store/debts.h"
#include "store/handovers.h"
#include "store/ledger.h"
#include "store/merchants.h"
#include "store/period_closes.h"
#include "store/referees.h"
#include "store/refunds.h"
#include "store/sign_in.h"

enum {
    TICK_MS = 1000,
    MERCHANTS_PORTION = 16,
};
#define CLOCKS_PART_MS (UINT64_C(60) * 60 * 1000)
#define STORE_OLD_MS (UINT64_C(30) * 24 * 60 * 60 * 1000)

struct due_ticker {
    struct ticker *ticker;
    struct asker *asker;
    struct executor_clock clock;
    atomic_bool stopping;

    /* The two clocks when they were last taken to agree. */
    uint64_t wall_ms, monotonic_ms;
    atomic_bool waits;     /* written by the ticker's thread */
    uint64_t accept_count; /* what the store said when it began to wait */
    uint32_t damaged;      /* accounts passed over and logged */
    enum outcome refusal;  /* the last one logged */
    struct event_work events;
};

/* ---- the clock ------------------------------------------------------------------------------- */

static void clocks_agree(struct due_ticker *ticker)
{
    ticker->wall_ms = ticker->clock.now_ms(ticker->clock.context);
    ticker->monotonic_ms = ticker->clock.monotonic_ms(ticker->clock.context);
}

static bool clocks_part(const struct due_ticker *ticker)
{
    uint64_t wall = ticker->clock.now_ms(ticker->clock.context);
    uint64_t monotonic = ticker->clock.monotonic_ms(ticker->clock.context);
    int64_t gone = (int64_t)(monotonic - ticker->monotonic_ms);
    int64_t shown = (int64_t)(wall - ticker->wall_ms);
    int64_t apart = shown > gone ? shown - gone : gone - shown;
    return apart > (int64_t)CLOCKS_PART_MS;
}

static enum store_result read_accepted(struct reader *reader, void *context)
{
    return clock_acceptance_get(reader, context);
}

static void wait_begin(struct due_ticker *ticker, const char *cause)
{
    struct clock_acceptance acceptance;
    if (asker_read(ticker->asker, read_accepted, &acceptance) != STORE_OK) return;
    ticker->waits = true;
    ticker->accept_count = acceptance.count;
    log_event("warn", "what is due waits until the clock is accepted",
              "cause=\"%s\" remedy=\"beckon clock accept\"", cause);
}

static bool clock_trusted(struct due_ticker *ticker)
{
    struct clock_acceptance acceptance;
    if (!ticker->waits && clocks_part(ticker)) wait_begin(ticker, "the clock jumped");
    if (!ticker->waits) {
        clocks_agree(ticker); /* small steps are the clock's keeper at work */
        return true;
    }
    if (asker_read(ticker->asker, read_accepted, &acceptance) != STORE_OK) return false;
    if (acceptance.count == ticker->accept_count) return false;
    ticker->waits = false;
    clocks_agree(ticker);
    log_event("info", "the clock is accepted", "count=%" PRIu64, acceptance.count);
    return true;
}

/* ---- merchants ------------------------------------------------------------------------------- */

/* When anything was last written, to any merchant. */
static enum store_result read_written(struct reader *reader, void *context)
{
    uint64_t *latest = context;
    uint32_t numbers[MERCHANTS_PORTION], after = 0;
    size_t count = 0;
    struct clock_acceptance acceptance;
    enum store_result result = clock_acceptance_get(reader, &acceptance);
    if (result != STORE_OK) return result;
    if (acceptance.at > *latest) *latest = acceptance.at;
    do {
        reader->merchant = 0;
        result = merchants_list(reader, after, numbers, MERCHANTS_PORTION, &count);
        for (size_t i = 0; i < count && result == STORE_OK; i++) {
            struct fence fence;
            reader->merchant = after = numbers[i];
            result = fences_get(reader, &fence);
            if (result == STORE_OK && fence.time > *latest) *latest = fence.time;
            if (result == STORE_ABSENT) result = STORE_OK;
        }
    } while (result == STORE_OK && count == MERCHANTS_PORTION);
    return result;
}

struct merchant_due {
    uint32_t merchant;
    uint64_t now_ms;
    bool accounts, refunds, periods, handovers, referees, sign_in;
};

/* A look before any work is queued: on most seconds nothing is due. */
static enum store_result read_due(struct reader *reader, void *context)
{
    struct merchant_due *wanted = context;
    struct merchant merchant;
    struct party party;
    business_date due_on, checked;
    size_t count = 0;
    reader->merchant = wanted->merchant;
    enum store_result result = merchants_get(reader, &merchant);
    if (result != STORE_OK) return result;
    business_date today = business_date_at(&merchant, wanted->now_ms);
    result = due_list(reader, today, 0, (struct party){PARTY_NONE, 0}, &party, &due_on, 1, &count);
    if (result != STORE_OK) return result;
    wanted->accounts = count > 0;
    struct receipt first = {.shop = 0}, refund;
    result = refunds_waiting_next(reader, &first, &refund);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    wanted->refunds = result == STORE_OK;
    uint32_t handover;
    result = handovers_due(reader, today, &handover);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    wanted->handovers = result == STORE_OK;
    struct sign_in_due over;
    result = sign_in_due_first(reader, wanted->now_ms, &over);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    wanted->sign_in = result == STORE_OK;
    uint32_t listed;
    result = referees_listed_get(reader, &listed);
    if (result != STORE_OK) return result;
    wanted->referees = listed != REFEREES_ALL;
    result = period_checked_get(reader, &checked);
    wanted->periods = result == STORE_ABSENT || (result == STORE_OK && checked < today);
    return result == STORE_ABSENT ? STORE_OK : result;
}

/* ---- work ------------------------------------------------------------------------------------ */

/* Runs a command of the ticker's; what it refuses is logged once, until another outcome. */
static bool run_logged(struct due_ticker *ticker, const struct command *command,
                       uint32_t merchant, const ProtobufCMessage *request,
                       ProtobufCMessage **ret_reply)
{
    enum outcome outcome = asker_run(ticker->asker, command, merchant, request, ret_reply);
    if (asker_refused_anew(outcome, &ticker->refusal))
        log_event("warn", "what is due was not posted", "merchant=%" PRIu32 " outcome=%s",
                  merchant, outcome_info(outcome)->reason);
    return outcome == OUTCOME_OK;
}

/* One portion; *after moves behind its last account. False: the pass is over. */
static bool run_portion(struct due_ticker *ticker, uint32_t merchant,
                        Beckon__Internal__TickDueRow *after)
{
    Beckon__Internal__TickDueRequest request = BECKON__INTERNAL__TICK_DUE_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    request.account_count = TICK_ACCOUNTS_MAX;
    if (after->number != 0) request.after = after;
    if (!run_logged(ticker, &tick_due, merchant, &request.base, &reply)) return false;
    const Beckon__Internal__TickDueResponse *rows =
        (const Beckon__Internal__TickDueResponse *)reply;
    uint32_t damaged = 0;
    for (size_t i = 0; i < rows->n_rows && rows->rows[i]->number != 0; i++) {
        *after = *rows->rows[i];
        if (rows->rows[i]->damaged) damaged++;
    }
    if (damaged > ticker->damaged)
        log_event("error", "damaged accounts were passed over",
                  "merchant=%" PRIu32 " count=%" PRIu32, merchant, damaged);
    ticker->damaged = damaged;
    return rows->n_rows > 0 && rows->rows[rows->n_rows - 1]->number != 0;
}

/* Where a pass over the refunds that wait has come to: no reply outlives the next portion. */
struct refund_place {
    Beckon__Internal__TickRefundsRow row;
    char number[RECEIPT_BYTES_MAX + 1];
};

/* One portion of the refunds that wait; *place moves behind its last. False: the pass is over. */
static bool run_refunds(struct due_ticker *ticker, uint32_t merchant, struct refund_place *place)
{
    Beckon__Internal__TickRefundsRequest request = BECKON__INTERNAL__TICK_REFUNDS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    request.refund_count = TICK_REFUNDS_MAX;
    if (place->row.shop_number != 0) request.after = &place->row;
    if (!run_logged(ticker, &tick_refunds, merchant, &request.base, &reply)) return false;
    const Beckon__Internal__TickRefundsResponse *rows =
        (const Beckon__Internal__TickRefundsResponse *)reply;
    if (rows->n_rows == 0) return false;
    const Beckon__Internal__TickRefundsRow *last = rows->rows[rows->n_rows - 1];
    size_t size = strlen(last->refund_number);
    if (size == 0 || size >= sizeof place->number) return false;
    memcpy(place->number, last->refund_number, size + 1);
    place->row.shop_number = last->shop_number;
    place->row.refund_number = place->number;
    return true;
}

/* Some steps of the handovers that are due. True: there are more. */
static bool run_handovers(struct due_ticker *ticker, uint32_t merchant)
{
    Beckon__Internal__TickHandoversRequest request =
        BECKON__INTERNAL__TICK_HANDOVERS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    request.step_count = TICK_HANDOVERS_MAX;
    if (!run_logged(ticker, &tick_handovers, merchant, &request.base, &reply)) return false;
    const Beckon__Internal__TickHandoversResponse *steps =
        (const Beckon__Internal__TickHandoversResponse *)reply;
    return steps->n_more > 0 && steps->more[steps->n_more - 1];
}

/* Some of what sign-in left behind. True: there is more. */
static bool run_sign_in(struct due_ticker *ticker, uint32_t merchant)
{
    Beckon__Internal__TickSignInRequest request = BECKON__INTERNAL__TICK_SIGN_IN_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    request.step_count = TICK_SIGN_IN_MAX;
    if (!run_logged(ticker, &tick_sign_in, merchant, &request.base, &reply)) return false;
    const Beckon__Internal__TickSignInResponse *steps =
        (const Beckon__Internal__TickSignInResponse *)reply;
    return steps->n_more > 0 && steps->more[steps->n_more - 1];
}

/* Some steps through the accounts of a store made before friends were listed. True: there are
 * more. */
static bool run_referees(struct due_ticker *ticker, uint32_t merchant)
{
    Beckon__Internal__TickRefereesRequest request = BECKON__INTERNAL__TICK_REFEREES_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    request.step_count = TICK_REFEREES_MAX;
    if (!run_logged(ticker, &tick_referees, merchant, &request.base, &reply)) return false;
    const Beckon__Internal__TickRefereesResponse *steps =
        (const Beckon__Internal__TickRefereesResponse *)reply;
    return steps->n_more > 0 && steps->more[steps->n_more - 1];
}

/* Some turns at what periods have to be closed. True: there are more. */
static bool run_periods(struct due_ticker *ticker, uint32_t merchant)
{
    Beckon__Internal__TickPeriodsRequest request = BECKON__INTERNAL__TICK_PERIODS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    request.turn_count = TICK_TURNS_MAX;
    if (!run_logged(ticker, &tick_periods, merchant, &request.base, &reply)) return false;
    const Beckon__Internal__TickPeriodsResponse *turns =
        (const Beckon__Internal__TickPeriodsResponse *)reply;
    return turns->n_more > 0 && turns->more[turns->n_more - 1];
}

static void run_merchant(void *context, uint32_t merchant)
{
    struct due_ticker *ticker = context;
    Beckon__Internal__TickDueRow after = BECKON__INTERNAL__TICK_DUE_ROW__INIT;
    struct merchant_due wanted = {
        .merchant = merchant, .now_ms = ticker->clock.now_ms(ticker->clock.context)};
    if (asker_read(ticker->asker, read_due, &wanted) != STORE_OK) return;
    bool more = wanted.accounts;
    while (more && !atomic_load(&ticker->stopping)) more = run_portion(ticker, merchant, &after);
    /* Behind the accounts, whose due work they had to wait for. */
    struct refund_place place = {.row = BECKON__INTERNAL__TICK_REFUNDS_ROW__INIT};
    more = wanted.refunds;
    while (more && !atomic_load(&ticker->stopping)) more = run_refunds(ticker, merchant, &place);
    more = wanted.handovers;
    while (more && !atomic_load(&ticker->stopping)) more = run_handovers(ticker, merchant);
    more = wanted.sign_in;
    while (more && !atomic_load(&ticker->stopping)) more = run_sign_in(ticker, merchant);
    more = wanted.referees;
    while (more && !atomic_load(&ticker->stopping)) more = run_referees(ticker, merchant);
    more = wanted.periods;
    while (more && !atomic_load(&ticker->stopping)) more = run_periods(ticker, merchant);
    event_work_run(&ticker->events, ticker->asker, merchant, wanted.now_ms, &ticker->stopping);
}

static void tick(void *context)
{
    struct due_ticker *ticker = context;
    if (!clock_trusted(ticker)) return;
    asker_merchants(ticker->asker, &ticker->stopping, run_merchant, ticker);
}

struct due_ticker *due_ticker_start(struct executor *executor, struct store *store,
                                    struct executor_clock clock)
{
    struct due_ticker *ticker = calloc(1, sizeof *ticker);
    uint64_t written = 0;
    if (ticker == NULL) abort();
    ticker->asker = asker_new(executor, store);
    ticker->clock = clock;
    clocks_agree(ticker);
    if (asker_read(ticker->asker, read_written, &written) == STORE_OK && written != 0 &&
        ticker->wall_ms > written && ticker->wall_ms - written > STORE_OLD_MS)
        wait_begin(ticker, "the store was last written more than 30 days ago");
    ticker->ticker = ticker_start(TICK_MS, tick, ticker);
    return ticker;
}

bool due_ticker_waits(const struct due_ticker *ticker)
{
    return ticker->waits;
}

void due_ticker_stop(struct due_ticker *ticker)
{
    atomic_store(&ticker->stopping, true);
    ticker_stop(ticker->ticker);
    asker_destroy(ticker->asker);
    free(ticker);
}
