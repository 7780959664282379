/* Giving back what a run had frozen of one payee.
 *
 * Happy path: debts that refunds made of frozen credits are paid out of those very credits, a
 * portion a command, the marks counting down -> when none is left the marks are taken away, and
 * what waited for them is due at once. */
#include "service/command/settling.h"

#include <assert.h>
#include <string.h>

#include "service/command/lots.h"
#include "store/accounts.h"

enum { DEBTS_PORTION = 32 };

struct releasing {
    struct batch *batch;
    struct party payee;
    uint32_t run;
    struct account account;
    struct holder holder;
    struct ledger ledger;
    size_t record_count;
    struct settlement_of_entity records[SETTLEMENT_ENTITIES_MAX];
    struct occasion occasion;
};

/* The run's frozen mark in the record: the last one; NULL. */
static struct settlement_mark *frozen_mark(struct settlement_account *record, uint32_t run)
{
    struct settlement_mark *last =
        record->mark_count > 0 ? &record->marks[record->mark_count - 1] : NULL;
    return last != NULL && last->state == MARK_FROZEN && last->run == run ? last : NULL;
}

/* ---- before the LINE ------------------------------------------------------------------------- */

/* A debt made of a credit this run froze, and not yet paid out of it. */
static enum outcome take_debt(struct releasing *releasing, const struct debt *debt,
                              size_t *ret_taken)
{
    struct holder *holder = &releasing->holder;
    struct lots *lots = &holder->lots;
    size_t lot;

    enum outcome outcome = holder_load(&releasing->batch->reader, holder, debt->credit,
                                       OUTCOME_STORE_DAMAGED, &lot);
    if (outcome != OUTCOME_OK) return outcome;
    const struct credit *credit = &lots->lot[lot].credit;
    bool here = credit_frozen(credit) && credit->settlement_run == releasing->run;
    if (!here && !lots->lot[lot].changed) return OUTCOME_OK; /* settled by an earlier run */
    size_t index = lots_add_debt(lots, debt);
    lots->debt[index].waits = true;
    lot_net_own(lots, lot, index, &releasing->occasion);
    (*ret_taken)++;
    return OUTCOME_OK;
}

static enum outcome take_debts(struct releasing *releasing, bool *ret_more)
{
    struct reader *reader = &releasing->batch->reader;
    struct debt debts[DEBTS_PORTION];
    size_t count, taken = 0;
    uint64_t after = 0;

    *ret_more = false;
    do {
        enum outcome outcome = command_outcome(
            debts_list(reader, releasing->payee, true, after, debts, DEBTS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = debts[i].number;
            if (!debts[i].settled) continue;
            if (taken == DEBTS_PORTION) {
                *ret_more = true;
                return OUTCOME_OK;
            }
            outcome = settling_debt_entity(reader, releasing->payee, &debts[i]);
            if (outcome == OUTCOME_OK) outcome = take_debt(releasing, &debts[i], &taken);
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == DEBTS_PORTION);
    return OUTCOME_OK;
}

static enum outcome load(struct releasing *releasing, business_date today)
{
    struct reader *reader = &releasing->batch->reader;

    enum outcome outcome =
        command_outcome(accounts_get(reader, releasing->payee, &releasing->account),
                        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(settlement_accounts_list(reader, releasing->payee, 0,
                                                       releasing->records, SETTLEMENT_ENTITIES_MAX,
                                                       &releasing->record_count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return holder_open(reader, releasing->payee, &releasing->account, today, &releasing->holder);
}

/* ---- after it -------------------------------------------------------------------------------- */

/* What was paid out of covered credits is no longer in the marks. */
static void count_down(struct releasing *releasing)
{
    const struct lots *lots = &releasing->holder.lots;

    for (size_t i = 0; i < lots->movement_count; i++) {
        const struct movement *movement = &lots->movement[i];
        uint32_t entity = lots->lot[movement->lot].credit.pay_entity;
        for (size_t r = 0; r < releasing->record_count; r++) {
            struct settlement_mark *mark =
                frozen_mark(&releasing->records[r].account, releasing->run);
            if (releasing->records[r].pay_entity != entity || mark == NULL) continue;
            assert(mark->amount[movement->unit] >= movement->amount);
            mark->amount[movement->unit] -= movement->amount;
        }
    }
}

/* Since when something may be due: nothing was when the marks were set, which their ends were
 * before. */
static business_date put_records(struct releasing *releasing, business_date today, bool more)
{
    business_date due_on = today;
    bool frozen = false;

    for (size_t i = 0; i < releasing->record_count; i++) {
        struct settlement_account *record = &releasing->records[i].account;
        struct settlement_mark *mark = frozen_mark(record, releasing->run);
        bool others = record->mark_count > 0 &&
                      record->marks[record->mark_count - 1].state == MARK_FROZEN;
        frozen |= others && (mark == NULL || more);
        if (mark == NULL) continue;
        if (mark->end < due_on) due_on = mark->end;
        if (!more) {
            memset(mark, 0, sizeof *mark);
            record->mark_count--;
        }
        settlement_accounts_put(releasing->batch, releasing->payee,
                                releasing->records[i].pay_entity, record);
    }
    if (!frozen) releasing->account.settlement_run = 0;
    return due_on;
}

enum outcome settling_release(struct batch *batch, struct party payee, uint32_t run,
                              business_date today, bool *ret_more)
{
    struct releasing releasing = {
        .batch = batch, .payee = payee, .run = run,
        .occasion = {.date = today, .event = {.kind = EVENT_SETTLEMENT, .run = run}},
    };

    enum outcome outcome = load(&releasing, today);
    if (outcome == OUTCOME_OK) outcome = take_debts(&releasing, ret_more);
    if (outcome == OUTCOME_OK) outcome = holder_ready(batch, &releasing.holder);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(ledger_open(batch, &releasing.ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    count_down(&releasing);
    business_date due_on = put_records(&releasing, today, *ret_more);
    holder_post(batch, &releasing.ledger, &releasing.holder);
    due_lower(batch, payee, &releasing.account, due_on);
    accounts_put(batch, payee, &releasing.account);
    ledger_close(batch, &releasing.ledger);
    return OUTCOME_OK;
}
