/* Behind a close: what settled marks say is written into the credits, then the marks go. */
#include "service/command/settling.h"

#include <assert.h>
#include <string.h>

#include "store/accounts.h"

enum { CREDITS_PORTION = 64, SWEEP_MAX = 256 };

/* Credits that read as settled though they are still stored under another date. */
struct sweeping {
    size_t count;
    struct credit list[SWEEP_MAX];
};

static enum outcome load_settled(struct reader *reader, struct party payee,
                                 struct sweeping *ret, bool *ret_more)
{
    struct credit credits[CREDITS_PORTION];
    business_date filed_on = FILED_HELD + 1;
    uint64_t number = 0;
    size_t count;

    ret->count = 0;
    *ret_more = false;
    do {
        enum outcome outcome = command_outcome(
            credits_list(reader, payee, filed_on, number, credits, CREDITS_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            filed_on = credits[i].filed_on;
            number = credits[i].number + 1;
            if (credits[i].state != CREDIT_DONE) continue;
            if (ret->count == SWEEP_MAX) {
                *ret_more = true;
                return OUTCOME_OK;
            }
            ret->list[ret->count++] = credits[i];
        }
    } while (count == CREDITS_PORTION);
    return OUTCOME_OK;
}

/* Settled marks stand before a frozen one. */
static bool drop_settled(struct settlement_account *record)
{
    uint8_t settled = 0;

    while (settled < record->mark_count && record->marks[settled].state == MARK_SETTLED) settled++;
    if (settled == 0) return false;
    memmove(&record->marks[0], &record->marks[settled],
            (size_t)(record->mark_count - settled) * sizeof record->marks[0]);
    record->mark_count -= settled;
    memset(&record->marks[record->mark_count], 0, settled * sizeof record->marks[0]);
    return true;
}

enum outcome settling_sweep(struct batch *batch, struct party payee, bool *ret_more)
{
    struct settlement_of_entity records[SETTLEMENT_ENTITIES_MAX];
    struct sweeping sweeping;
    size_t count;

    enum outcome outcome = load_settled(&batch->reader, payee, &sweeping, ret_more);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(settlement_accounts_list(&batch->reader, payee, 0, records,
                                                       SETTLEMENT_ENTITIES_MAX, &count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    for (size_t i = 0; i < sweeping.count; i++) {
        assert(sweeping.list[i].settled > 0 && sweeping.list[i].remaining == 0);
        credits_change(batch, payee, &sweeping.list[i], sweeping.list[i].filed_on);
    }
    for (size_t i = 0; i < count && !*ret_more; i++)
        if (drop_settled(&records[i].account))
            settlement_accounts_put(batch, payee, records[i].pay_entity, &records[i].account);
    return OUTCOME_OK;
}
