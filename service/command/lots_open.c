/* Opening a holder: its account, what runs have frozen of it, and its open debts. */
#include <assert.h>

#include "service/command/lots.h"
#include "service/command/settling.h"
#include "store/accounts.h"

enum { PORTION = 32 };

/* What open runs have frozen of an account. */
struct frozen {
    size_t count;
    struct settlement_of_entity entity[SETTLEMENT_ENTITIES_MAX];
};

/* Reads nothing where no run has frozen anything. */
static enum outcome frozen_load(struct reader *reader, struct party party,
                                const struct account *account, struct frozen *ret)
{
    ret->count = 0;
    if (account->settlement_run == 0) return OUTCOME_OK;
    return command_outcome(settlement_accounts_list(reader, party, 0, ret->entity,
                                                    SETTLEMENT_ENTITIES_MAX, &ret->count),
                           OUTCOME_INTERNAL);
}

static const struct settlement_mark *frozen_mark(const struct settlement_account *account)
{
    if (account->mark_count == 0) return NULL;
    const struct settlement_mark *last = &account->marks[account->mark_count - 1];
    return last->state == MARK_FROZEN ? last : NULL;
}

static void frozen_sum(const struct frozen *frozen, int64_t ret_amount[UNIT_COUNT])
{
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) ret_amount[unit] = 0;
    for (size_t i = 0; i < frozen->count; i++) {
        const struct settlement_mark *mark = frozen_mark(&frozen->entity[i].account);
        for (size_t unit = 0; unit < UNIT_COUNT && mark != NULL; unit++)
            ret_amount[unit] += mark->amount[unit];
    }
}

enum outcome holder_frozen(struct reader *reader, struct party party,
                           const struct account *account, int64_t ret_amount[UNIT_COUNT])
{
    struct frozen frozen;

    enum outcome outcome = frozen_load(reader, party, account, &frozen);
    if (outcome == OUTCOME_OK) frozen_sum(&frozen, ret_amount);
    return outcome;
}

/* A run carries the debts up to its mark; of younger ones those wait whose credit it froze. */
static enum outcome waits(struct reader *reader, struct party party, const struct frozen *frozen,
                          const struct debt *debt, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < frozen->count; i++) {
        const struct settlement_mark *mark = frozen_mark(&frozen->entity[i].account);
        if (mark == NULL || frozen->entity[i].pay_entity != debt->pay_entity) continue;
        /* Members' points are never settled: no run carries what is owed of them. */
        bool settles = party.kind == PARTY_GUIDE || debt->unit == UNIT_CASH;
        *ret = settles && debt->number <= mark->entry;
        if (*ret || !debt->settled) return OUTCOME_OK;
        struct credit credit;
        enum outcome outcome = command_outcome(
            credits_find(reader, party, debt->credit, &credit), OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK) *ret = credit_frozen(&credit);
        return outcome;
    }
    return OUTCOME_OK;
}

enum outcome holder_debt_waits(struct reader *reader, struct party party,
                               const struct account *account, const struct debt *debt,
                               bool *ret_waits)
{
    struct frozen frozen;
    struct debt named = *debt;

    enum outcome outcome = frozen_load(reader, party, account, &frozen);
    if (outcome == OUTCOME_OK) outcome = settling_debt_entity(reader, party, &named);
    return outcome == OUTCOME_OK ? waits(reader, party, &frozen, &named, ret_waits) : outcome;
}

/* ---- debts ----------------------------------------------------------------------------------- */

static bool same_group(const struct debt *a, const struct debt *b)
{
    return a->unit == b->unit && a->pay_entity == b->pay_entity;
}

/* How many of the list are of that unit and pay entity, and which is the youngest of them. */
static size_t group_count(const struct debt *list, size_t count, const struct debt *of,
                          size_t *ret_youngest)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!same_group(&list[i], of)) continue;
        *ret_youngest = i;
        found++;
    }
    return found;
}

/* Takes the debt into the full list when its group has none there yet, in place of the youngest of
 * the largest group: so that whatever gets free finds the oldest debt that it pays. */
static void squeeze_in(struct debt *list, size_t count, const struct debt *debt)
{
    size_t largest = 0, youngest = 0, at = 0;

    if (group_count(list, count, debt, &at) > 0) return;
    for (size_t i = 0; i < count; i++) {
        size_t found = group_count(list, count, &list[i], &at);
        if (found <= largest) continue;
        largest = found;
        youngest = at;
    }
    assert(largest > 1); /* there are fewer units and pay entities than room */
    for (size_t i = youngest; i + 1 < count; i++) list[i] = list[i + 1];
    list[count - 1] = *debt;
}
static_assert((int)LOT_DEBTS_OPEN_MAX >= (int)UNIT_COUNT * (int)SETTLEMENT_ENTITIES_MAX,
              "room for the oldest of each unit and pay entity");

static enum outcome load_debts(struct reader *reader, struct holder *holder,
                               const struct frozen *frozen)
{
    struct debt kept[LOT_DEBTS_OPEN_MAX], debts[PORTION];
    size_t kept_count = 0, count = PORTION;
    uint64_t after = 0;

    while (count == PORTION) {
        enum outcome outcome =
            command_outcome(debts_list(reader, holder->party, true, after, debts, PORTION, &count),
                            OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            bool waiting = false;
            after = debts[i].number;
            outcome = settling_debt_entity(reader, holder->party, &debts[i]);
            if (outcome == OUTCOME_OK)
                outcome = waits(reader, holder->party, frozen, &debts[i], &waiting);
            if (outcome != OUTCOME_OK || waiting) continue;
            if (kept_count < LOT_DEBTS_OPEN_MAX) {
                kept[kept_count++] = debts[i];
            } else {
                squeeze_in(kept, kept_count, &debts[i]);
                holder->lots.debts_bounded = true;
            }
        }
        if (outcome != OUTCOME_OK) return outcome;
    }
    for (size_t i = 0; i < kept_count; i++) lots_add_debt(&holder->lots, &kept[i]);
    return OUTCOME_OK;
}

enum outcome holder_open(struct reader *reader, struct party party, struct account *account,
                         business_date today, struct holder *ret)
{
    struct frozen frozen;

    ret->party = party;
    ret->account = account;
    ret->today = today;
    ret->settled = false;
    ret->tier_before = ret->tier_after = account->tier;
    ret->next_unseen = account->next_due;
    ret->clawed_count = 0;
    lots_begin(&ret->lots, account->balance);
    enum outcome outcome = frozen_load(reader, party, account, &frozen);
    if (outcome != OUTCOME_OK) return outcome;
    frozen_sum(&frozen, ret->lots.frozen);
    bool owes = false;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) owes |= account->balance[unit].debt > 0;
    return owes ? load_debts(reader, ret, &frozen) : OUTCOME_OK;
}
