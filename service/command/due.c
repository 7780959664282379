#include "service/command/due.h"

#include <assert.h>

#include "service/command/count.h"
#include "service/command/lots.h"
#include "store/accounts.h"

enum outcome due_account(struct batch *batch, struct party party, business_date today,
                         bool *ret_more)
{
    struct account account;
    struct holder holder;
    struct ledger ledger;
    struct counting counting;

    enum outcome outcome = command_outcome(accounts_get(&batch->reader, party, &account),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    bool ends = count_binding_ended(&account, today);
    if (ends) outcome = count_binding_end(&batch->reader, party.number, &account, &counting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_open(&batch->reader, party, &account, today, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_settle_part(&batch->reader, &holder, ret_more);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(ledger_open(batch, &ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_ready(batch, &holder);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    assert(account.next_due <= today || (holder.lots.movement_count == 0 && !ends));
    if (ends) count_put(batch, &counting);
    holder_post(batch, &ledger, &holder);
    if (holder.lots.movement_count > 0) ledger_close(batch, &ledger);
    return OUTCOME_OK;
}

/* Portion by portion, as the ticker would: each begins where the one before ended. */
enum outcome due_preview(struct reader *reader, struct party party, business_date today,
                         struct account *account)
{
    struct holder holder;

    if (account->next_due > today) return OUTCOME_OK;
    if (count_binding_ended(account, today)) account->serving_guide = 0;
    enum outcome outcome = holder_open(reader, party, account, today, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_settle_all(reader, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++)
        account->balance[unit] = holder.lots.balance[unit];
    return OUTCOME_OK;
}
