/* What a run takes of one payee, by pay entity, and the marks that take it. */
#include "service/command/settling.h"

#include <assert.h>
#include <string.h>

#include "store/accounts.h"
#include "store/debts.h"
#include "store/period.h"
#include "store/settlement_lines.h"

enum { CREDITS_PORTION = 64, DEBTS_PORTION = 64 };

struct loading {
    struct reader *reader;
    const struct settling_scope *scope;
    struct settling *settling;
};

/* ---- pay entities, ascending ----------------------------------------------------------------- */

/* The index of one, made where it has none yet: rarely, an account has few. Its record is read by
 * the caller. */
static enum outcome entity_index(struct settling *settling, uint32_t pay_entity, size_t *ret_index,
                                 bool *ret_made)
{
    size_t at = 0;

    while (at < settling->count && settling->taking[at].pay_entity < pay_entity) at++;
    *ret_index = at;
    *ret_made = at == settling->count || settling->taking[at].pay_entity != pay_entity;
    if (!*ret_made) return OUTCOME_OK;
    if (settling->count == SETTLEMENT_ENTITIES_MAX) return OUTCOME_STORE_DAMAGED;
    size_t behind = settling->count++ - at;
    memmove(&settling->taking[at + 1], &settling->taking[at], behind * sizeof settling->taking[0]);
    memmove(&settling->marks[at + 1], &settling->marks[at], behind * sizeof settling->marks[0]);
    memset(&settling->taking[at], 0, sizeof settling->taking[0]);
    memset(&settling->marks[at], 0, sizeof settling->marks[0]);
    settling->taking[at].pay_entity = pay_entity;
    return OUTCOME_OK;
}

/* The last mark, if it is frozen: at most one is. */
static const struct settlement_mark *frozen_mark(const struct settlement_account *record)
{
    if (record->mark_count == 0) return NULL;
    const struct settlement_mark *last = &record->marks[record->mark_count - 1];
    return last->state == MARK_FROZEN ? last : NULL;
}

/* What waits for a run: all but what another one has in its line; of one's own mark, that. */
static void take_record(struct loading *loading, size_t index)
{
    const struct settlement_account *record = &loading->settling->marks[index];
    struct settling_taking *taking = &loading->settling->taking[index];
    const struct settlement_mark *mark = frozen_mark(record);
    bool own = mark != NULL && mark->run == loading->scope->run;

    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        int64_t in_line = mark != NULL ? mark->clawed[unit] : 0;
        taking->clawed[unit] = own ? in_line : record->clawed[unit] - in_line;
    }
    int64_t carried = mark != NULL ? mark->carry_minor : 0;
    taking->carry_minor = own ? carried : record->carry_minor - carried;
}

static enum outcome load_records(struct loading *loading)
{
    struct settlement_of_entity records[SETTLEMENT_ENTITIES_MAX];
    struct settling *settling = loading->settling;
    uint32_t only = loading->scope->pay_entity;
    size_t count, index;
    bool made;

    enum outcome outcome = command_outcome(
        settlement_accounts_list(loading->reader, settling->payee, 0, records,
                                 SETTLEMENT_ENTITIES_MAX, &count),
        OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        if (only != 0 && records[i].pay_entity != only) continue;
        outcome = entity_index(settling, records[i].pay_entity, &index, &made);
        if (outcome != OUTCOME_OK) return outcome;
        settling->marks[index] = records[i].account;
        take_record(loading, index);
    }
    return outcome;
}

/* ---- credits --------------------------------------------------------------------------------- */

static void add_origin(struct settling_taking *taking, business_date date)
{
    business_date quarter = period_of(PERIOD_QUARTER, date).start;
    uint8_t at = taking->origin_count;

    while (at > 0 && taking->origin_quarters[at - 1] > quarter) at--;
    if (at > 0 && taking->origin_quarters[at - 1] == quarter) return;
    if (taking->origin_count == ORIGIN_PERIODS_MAX) { /* the oldest one goes */
        if (at == 0) return;
        memmove(&taking->origin_quarters[0], &taking->origin_quarters[1],
                (at - 1u) * sizeof taking->origin_quarters[0]);
        taking->origin_quarters[at - 1] = quarter;
        return;
    }
    memmove(&taking->origin_quarters[at + 1], &taking->origin_quarters[at],
            (size_t)(taking->origin_count - at) * sizeof taking->origin_quarters[0]);
    taking->origin_quarters[at] = quarter;
    taking->origin_count++;
}

static enum outcome take_credit(struct loading *loading, const struct credit *credit)
{
    const struct settling_scope *scope = loading->scope;
    bool member = loading->settling->payee.kind == PARTY_MEMBER;
    struct settling_taking *taking;
    size_t index;
    bool made;

    if (credit->state == CREDIT_DONE || credit->remaining == 0 ||
        credit->business_date >= scope->end)
        return OUTCOME_OK;
    if ((member && credit->unit != UNIT_CASH) ||
        (scope->pay_entity != 0 && credit->pay_entity != scope->pay_entity))
        return OUTCOME_OK;
    if (credit->settlement_run != 0 && credit->settlement_run != scope->run) return OUTCOME_OK;
    enum outcome outcome = entity_index(loading->settling, credit->pay_entity, &index, &made);
    if (outcome != OUTCOME_OK) return outcome;
    taking = &loading->settling->taking[index];
    if ((credit->flags & CREDIT_HELD) != 0) {
        taking->held_count++;
        return OUTCOME_OK;
    }
    if (credit->state == CREDIT_PENDING) {
        taking->pending_count++;
        return OUTCOME_OK;
    }
    if (__builtin_add_overflow(taking->free[credit->unit], credit->remaining,
                               &taking->free[credit->unit]))
        return OUTCOME_STORE_DAMAGED;
    taking->credit_count++;
    taking->reversal_count += credit->voided + credit->reversed > 0;
    taking->adjustment_count += credit->program_version == 0;
    if (credit->business_date < scope->start) add_origin(taking, credit->business_date);
    statement_hash_credit(taking->credits_hash, credit->number, credit->unit, credit->remaining);
    return OUTCOME_OK;
}

/* All that is not finished, in stored order. */
static enum outcome load_credits(struct loading *loading)
{
    struct credit credits[CREDITS_PORTION];
    business_date filed_on = FILED_HELD;
    uint64_t number = 0;
    size_t count;

    do {
        enum outcome outcome = command_outcome(
            credits_list(loading->reader, loading->settling->payee, filed_on, number, credits,
                         CREDITS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            outcome = take_credit(loading, &credits[i]);
            filed_on = credits[i].filed_on;
            number = credits[i].number + 1;
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == CREDITS_PORTION);
    return OUTCOME_OK;
}

/* ---- debts ----------------------------------------------------------------------------------- */

/* Another run's mark carries those up to its entry; one's own no younger ones. */
static bool takes_debt(const struct loading *loading, size_t index, const struct debt *debt)
{
    const struct settlement_mark *mark = frozen_mark(&loading->settling->marks[index]);
    if (mark == NULL) return true;
    return (debt->number <= mark->entry) == (mark->run == loading->scope->run);
}

enum outcome settling_debt_entity(struct reader *reader, struct party party, struct debt *debt)
{
    struct credit credit;

    if (party.kind != PARTY_GUIDE || debt->pay_entity != 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(credits_find(reader, party, debt->credit, &credit), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) debt->pay_entity = credit.pay_entity;
    return outcome;
}

static enum outcome take_debt(struct loading *loading, const struct debt *debt)
{
    const struct settling_scope *scope = loading->scope;
    struct settling *settling = loading->settling;
    size_t index;
    bool made;

    if (settling->payee.kind == PARTY_MEMBER && debt->unit != UNIT_CASH) return OUTCOME_OK;
    if (scope->pay_entity != 0 && debt->pay_entity != scope->pay_entity) return OUTCOME_OK;
    enum outcome outcome = entity_index(settling, debt->pay_entity, &index, &made);
    if (outcome != OUTCOME_OK || !takes_debt(loading, index, debt)) return outcome;
    int64_t *sum = debt->settled ? &settling->taking[index].debt_settled[debt->unit]
                                 : &settling->taking[index].debt[debt->unit];
    return __builtin_add_overflow(*sum, debt_open(debt), sum) ? OUTCOME_STORE_DAMAGED : OUTCOME_OK;
}

static enum outcome load_debts(struct loading *loading)
{
    struct debt debts[DEBTS_PORTION];
    uint64_t after = 0;
    size_t count;

    do {
        enum outcome outcome = command_outcome(
            debts_list(loading->reader, loading->settling->payee, true, after, debts,
                       DEBTS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = debts[i].number;
            outcome = settling_debt_entity(loading->reader, loading->settling->payee, &debts[i]);
            if (outcome == OUTCOME_OK) outcome = take_debt(loading, &debts[i]);
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == DEBTS_PORTION);
    return OUTCOME_OK;
}

enum outcome settling_load(struct reader *reader, struct party payee,
                           const struct settling_scope *scope, struct settling *ret)
{
    struct loading loading = {.reader = reader, .scope = scope, .settling = ret};

    assert(payee.kind == PARTY_GUIDE || payee.kind == PARTY_MEMBER);
    ret->payee = payee;
    ret->count = 0;
    enum outcome outcome =
        command_outcome(accounts_get(reader, payee, &ret->account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (ret->account.next_due <= scope->today) return OUTCOME_BUSY;
    if (payee.kind == PARTY_MEMBER && scope->pay_entity != 0) return OUTCOME_OK;
    ret->entry = scope->entry;
    outcome = load_records(&loading);
    if (outcome == OUTCOME_OK) outcome = load_credits(&loading);
    if (outcome == OUTCOME_OK) outcome = load_debts(&loading);
    return outcome;
}

/* ---- marks ----------------------------------------------------------------------------------- */

enum outcome settling_may_mark(const struct settling *settling, uint32_t run)
{
    for (size_t i = 0; i < settling->count; i++) {
        const struct settlement_mark *mark = frozen_mark(&settling->marks[i]);
        if (mark != NULL && mark->run != run) return OUTCOME_BUSY;
        if (mark == NULL && settling->marks[i].mark_count == SETTLEMENT_MARKS_MAX)
            return OUTCOME_BUSY;
    }
    return OUTCOME_OK;
}

void settling_mark(struct settling *settling, size_t index, uint32_t run, business_date end)
{
    struct settlement_account *record = &settling->marks[index];
    const struct settling_taking *taking = &settling->taking[index];

    assert(index < settling->count && run != 0);
    assert(frozen_mark(record) == NULL && record->mark_count < SETTLEMENT_MARKS_MAX);
    struct settlement_mark *mark = &record->marks[record->mark_count++];
    *mark = (struct settlement_mark){.run = run, .state = MARK_FROZEN, .end = end,
                                     .entry = settling->entry,
                                     .carry_minor = taking->carry_minor};
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        assert(taking->free[unit] >= 0 && taking->clawed[unit] <= record->clawed[unit]);
        mark->amount[unit] = taking->free[unit];
        mark->clawed[unit] = taking->clawed[unit];
    }
}

void settling_put(struct batch *batch, const struct settling *settling, uint32_t run)
{
    struct account account = settling->account;

    for (size_t i = 0; i < settling->count; i++) {
        const struct settlement_mark *mark = frozen_mark(&settling->marks[i]);
        if (mark == NULL || mark->run != run) continue;
        settlement_accounts_put(batch, settling->payee, settling->taking[i].pay_entity,
                                &settling->marks[i]);
    }
    account.settlement_run = run;
    accounts_put(batch, settling->payee, &account);
}
