/* Giving back what a run had frozen of one payee: its marks are taken away, and what waited for
 * them is due at once. */
#include "service/command/settling.h"

#include <assert.h>
#include <string.h>

#include "store/accounts.h"

/* The frozen mark is the last. *ret_frozen: another run's is there. */
static bool drop_frozen(struct settlement_account *record, uint32_t run, bool *ret_frozen)
{
    struct settlement_mark *last =
        record->mark_count > 0 ? &record->marks[record->mark_count - 1] : NULL;

    if (last == NULL || last->state != MARK_FROZEN) return false;
    if (last->run != run) {
        *ret_frozen = true;
        return false;
    }
    memset(last, 0, sizeof *last);
    record->mark_count--;
    return true;
}

enum outcome settling_release(struct batch *batch, struct party payee, uint32_t run,
                              business_date today, bool *ret_more)
{
    struct settlement_of_entity records[SETTLEMENT_ENTITIES_MAX];
    struct account account;
    size_t count;
    bool frozen = false;

    enum outcome outcome =
        command_outcome(accounts_get(&batch->reader, payee, &account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(settlement_accounts_list(&batch->reader, payee, 0, records,
                                                       SETTLEMENT_ENTITIES_MAX, &count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_more = false;

    /* From here on nothing is refused. */
    for (size_t i = 0; i < count; i++)
        if (drop_frozen(&records[i].account, run, &frozen))
            settlement_accounts_put(batch, payee, records[i].pay_entity, &records[i].account);
    if (!frozen) account.settlement_run = 0;
    due_lower(batch, payee, &account, today);
    accounts_put(batch, payee, &account);
    return OUTCOME_OK;
}
