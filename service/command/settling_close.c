/* Settling what a run's mark covers of one payee and pay entity.
 *
 * Happy path: the open debts the mark carries, a portion a command -> LINE; then what is kept of
 * the points: the mark is drawn back before the newest credits -> SETTLE and CARRY entries -> the
 * mark is settled. No credit is written but the one the border cuts through. */
#include "service/command/settling.h"

#include <assert.h>
#include <string.h>

#include "store/accounts.h"
#include "store/debts.h"

enum { CREDITS_PORTION = 64, DEBTS_PORTION = 64, NEWEST_MAX = 256 };

struct closing {
    struct batch *batch;
    const struct settlement_line *line;
    struct party payee;
    business_date end;
    struct account account;
    struct ledger ledger;
    struct settlement_account record;
    struct settlement_mark *mark;
    bool frozen_elsewhere; /* another pay entity of the payee still has a frozen mark */
    bool owes;             /* other debts are open */

    size_t debt_count;
    struct debt debts[DEBTS_PORTION];

    /* of the points that are kept: credits from `border` on, of which `border_settled` is not */
    bool keeps;
    struct credit border;
    int64_t border_settled;
};

static struct settlement_mark *run_mark(struct settlement_account *record, uint32_t run)
{
    for (uint8_t i = 0; i < record->mark_count; i++)
        if (record->marks[i].run == run) return &record->marks[i];
    return NULL;
}

/* ---- before the LINE ------------------------------------------------------------------------- */

static enum outcome load_records(struct closing *closing)
{
    struct settlement_of_entity records[SETTLEMENT_ENTITIES_MAX];
    struct reader *reader = &closing->batch->reader;
    size_t count;

    enum outcome outcome =
        command_outcome(accounts_get(reader, closing->payee, &closing->account),
                        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(settlement_accounts_list(reader, closing->payee, 0, records,
                                                       SETTLEMENT_ENTITIES_MAX, &count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < count; i++) {
        const struct settlement_account *record = &records[i].account;
        if (records[i].pay_entity == closing->line->pay_entity) {
            closing->record = *record;
            closing->mark = run_mark(&closing->record, closing->line->run);
            continue;
        }
        for (uint8_t m = 0; m < record->mark_count; m++)
            closing->frozen_elsewhere |= record->marks[m].state == MARK_FROZEN;
    }
    return OUTCOME_OK;
}

static bool carries(const struct closing *closing, const struct debt *debt)
{
    bool settles = closing->payee.kind == PARTY_GUIDE || debt->unit == UNIT_CASH;
    return settles && debt->pay_entity == closing->line->pay_entity &&
           debt->number <= closing->mark->entry;
}

/* Of the open debts those the mark carries, as many as fit; *ret_more: others are left. */
static enum outcome load_debts(struct closing *closing, bool *ret_more)
{
    struct debt debts[DEBTS_PORTION];
    struct reader *reader = &closing->batch->reader;
    uint64_t after = 0;
    size_t count;

    *ret_more = false;
    do {
        enum outcome outcome = command_outcome(
            debts_list(reader, closing->payee, true, after, debts, DEBTS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = debts[i].number;
            outcome = settling_debt_entity(reader, closing->payee, &debts[i]);
            if (outcome != OUTCOME_OK) return outcome;
            if (!carries(closing, &debts[i])) {
                closing->owes = true;
            } else if (closing->debt_count < DEBTS_PORTION) {
                closing->debts[closing->debt_count++] = debts[i];
            } else {
                *ret_more = true;
                return OUTCOME_OK;
            }
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == DEBTS_PORTION);
    return OUTCOME_OK;
}

/* The newest credits of one pass, newest first. */
struct newest {
    size_t count;
    struct credit list[NEWEST_MAX];
};

static void newest_add(struct newest *newest, const struct credit *credit)
{
    size_t at = newest->count;

    while (at > 0 && newest->list[at - 1].since < credit->since) at--;
    if (at == NEWEST_MAX) return;
    size_t behind = (newest->count < NEWEST_MAX ? newest->count : NEWEST_MAX - 1) - at;
    memmove(&newest->list[at + 1], &newest->list[at], behind * sizeof newest->list[0]);
    newest->list[at] = *credit;
    if (newest->count < NEWEST_MAX) newest->count++;
}

/* The covered points credits that got free before `before`, the newest of them. */
static enum outcome load_newest(struct closing *closing, uint64_t before, struct newest *ret)
{
    struct credit credits[CREDITS_PORTION];
    business_date filed_on = FILED_HELD + 1;
    uint64_t number = 0;
    size_t count;

    ret->count = 0;
    do {
        enum outcome outcome = command_outcome(
            credits_list(&closing->batch->reader, closing->payee, filed_on, number, credits,
                         CREDITS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            const struct credit *credit = &credits[i];
            filed_on = credit->filed_on;
            number = credit->number + 1;
            if (credit->state != CREDIT_AVAILABLE || credit->unit != UNIT_POINTS ||
                credit->settlement_run != closing->line->run || credit->since >= before ||
                credit->pay_entity != closing->line->pay_entity)
                continue;
            newest_add(ret, credit);
        }
    } while (count == CREDITS_PORTION);
    return OUTCOME_OK;
}

/* What makes no whole lot stays in the newest credits: goes back from the newest until they hold
 * it. Few: less than a lot is kept. */
static enum outcome find_border(struct closing *closing)
{
    struct newest newest;
    uint64_t before = UINT64_MAX;
    int64_t left = closing->line->points_kept;

    if (left == 0) return OUTCOME_OK;
    do {
        enum outcome outcome = load_newest(closing, before, &newest);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < newest.count; i++) {
            before = newest.list[i].since;
            left -= newest.list[i].remaining;
            if (left > 0) continue;
            closing->keeps = true;
            closing->border = newest.list[i];
            closing->border_settled = -left;
            return OUTCOME_OK;
        }
    } while (newest.count == NEWEST_MAX);
    return OUTCOME_STORE_DAMAGED; /* less is there than the line was computed of */
}

/* ---- after it -------------------------------------------------------------------------------- */

static void post(struct closing *closing, enum entry_kind kind, enum unit unit, enum side from,
                 enum side to, int64_t amount)
{
    struct entry entry = {
        .business_date = closing->end - 1, .kind = kind, .unit = unit, .from = from, .to = to,
        .party = closing->payee, .amount = amount,
        .event = {.kind = EVENT_SETTLEMENT, .run = closing->line->run},
    };
    assert(amount > 0);
    ledger_post(closing->batch, &closing->ledger, &closing->account, &entry);
}

/* An open debt becomes the run's, which carries it as money. */
static void carry_debt(struct closing *closing, struct debt *debt)
{
    int64_t open = debt_open(debt);
    struct entry entry = {
        .business_date = closing->end - 1, .kind = ENTRY_CARRY_OUT, .unit = debt->unit,
        .from = SIDE_SETTLEMENT, .to = SIDE_DEBT, .party = closing->payee, .amount = open,
        .credit = debt->credit, .program_version = debt->program_version, .rule = debt->rule,
        .event = {.kind = EVENT_SETTLEMENT, .run = closing->line->run},
    };
    assert(open > 0 && debt->number <= closing->mark->entry);
    ledger_post(closing->batch, &closing->ledger, &closing->account, &entry);
    if (debt->policy == RETURN_UNLIMITED)
        closing->account.balance[debt->unit].debt_inside -= open;
    debt->carried += open;
    assert(debt_open(debt) == 0);
    debts_put(closing->batch, closing->payee, debt, true);
}

/* The mark's points end before the credits that keep what makes no whole lot; the one the border
 * cuts through is settled in part. */
static void draw_back(struct closing *closing)
{
    struct credit *border = &closing->border;

    if (!closing->keeps) return;
    assert(border->since <= closing->mark->entry && closing->border_settled < border->remaining);
    closing->mark->kept_since = border->since;
    closing->mark->amount[UNIT_POINTS] -= closing->line->points_kept;
    if (closing->border_settled == 0) return;
    border->settled += closing->border_settled;
    border->remaining -= closing->border_settled;
    border->settlement_run = 0;
    credits_change(closing->batch, closing->payee, border, border->filed_on);
}

static void post_line(struct closing *closing)
{
    const struct settlement_line *line = closing->line;
    const struct settlement_mark *mark = closing->mark;
    int64_t in = line->carry_in_minor, out = line->carry_out_minor;

    assert(mark->amount[UNIT_CASH] == line->cash_settled && in == mark->carry_minor);
    for (int unit = 0; unit < UNIT_COUNT; unit++)
        if (mark->amount[unit] > 0)
            post(closing, ENTRY_SETTLE, (enum unit)unit, SIDE_OWNER, SIDE_SETTLEMENT,
                 mark->amount[unit]);
    if (in > 0) post(closing, ENTRY_CARRY_IN, UNIT_CASH, SIDE_CARRY, SIDE_SETTLEMENT, in);
    if (in < 0) post(closing, ENTRY_CARRY_IN, UNIT_CASH, SIDE_SETTLEMENT, SIDE_CARRY, -in);
    if (out > 0) post(closing, ENTRY_CARRY_OUT, UNIT_CASH, SIDE_SETTLEMENT, SIDE_CARRY, out);
    if (out < 0) post(closing, ENTRY_CARRY_OUT, UNIT_CASH, SIDE_CARRY, SIDE_SETTLEMENT, -out);
}

static void settle_mark(struct closing *closing)
{
    struct settlement_account *record = &closing->record;
    struct settlement_mark *mark = closing->mark;

    assert(mark->state == MARK_FROZEN);
    record->carry_minor += closing->line->carry_out_minor - closing->line->carry_in_minor;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        assert(mark->clawed[unit] <= record->clawed[unit]);
        record->clawed[unit] -= mark->clawed[unit];
        record->clawed_before[unit] += mark->clawed[unit];
        mark->clawed[unit] = 0;
    }
    mark->carry_minor = 0;
    mark->state = MARK_SETTLED;
    settlement_accounts_put(closing->batch, closing->payee, closing->line->pay_entity, record);
    if (!closing->frozen_elsewhere) closing->account.settlement_run = 0;
    /* Debts that waited for what was frozen wait no more, and what is kept may have expired. */
    if (closing->owes || closing->keeps)
        due_lower(closing->batch, closing->payee, &closing->account, closing->end - 1);
}

enum outcome settling_close(struct batch *batch, const struct settlement_line *line,
                            business_date end, bool *ret_more)
{
    struct closing closing = {.batch = batch, .line = line, .payee = line->payee, .end = end};

    enum outcome outcome = load_records(&closing);
    if (outcome != OUTCOME_OK) return outcome;
    if (closing.mark == NULL || closing.mark->state == MARK_SETTLED) {
        *ret_more = false;
        return OUTCOME_OK;
    }
    outcome = load_debts(&closing, ret_more);
    if (outcome == OUTCOME_OK && !*ret_more) outcome = find_border(&closing);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(ledger_open(batch, &closing.ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    for (size_t i = 0; i < closing.debt_count; i++) carry_debt(&closing, &closing.debts[i]);
    if (!*ret_more) {
        draw_back(&closing);
        post_line(&closing);
        settle_mark(&closing);
    }
    accounts_put(batch, line->payee, &closing.account);
    ledger_close(batch, &closing.ledger);
    return OUTCOME_OK;
}
