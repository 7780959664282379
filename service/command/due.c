#include "service/command/due.h"

#include <assert.h>

#include "service/command/count.h"
#include "service/command/credit_lot_message.h"
#include "service/command/employing.h"
#include "service/command/lots.h"
#include "store/accounts.h"

/* What is planned begins. */
static enum outcome employment_turn(struct reader *reader, uint32_t guide, business_date today,
                                    struct account *account)
{
    struct employment list[EMPLOYMENTS_MAX];
    size_t count;

    enum outcome outcome =
        command_outcome(employments_list(reader, guide, list, &count), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) employment_in_force(list, count, today, account);
    return outcome;
}

/* Who serves her, or where he works, as a turn that is due but not posted will say. */
static enum outcome turn_preview(struct reader *reader, struct party party, business_date today,
                                 struct account *account)
{
    struct binding binding;

    if (!count_turn_due(account, today)) return OUTCOME_OK;
    if (party.kind == PARTY_GUIDE)
        return employment_turn(reader, party.number, today, account);
    enum store_result found = bindings_on(reader, party.number, today, &binding);
    account->serving_guide = found == STORE_OK ? binding.guide : 0;
    account->serving_inherited = found == STORE_OK && binding.inherited;
    return found == STORE_ABSENT ? OUTCOME_OK : command_outcome(found, OUTCOME_STORE_DAMAGED);
}

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
    bool turns = count_turn_due(&account, today);
    if (turns && party.kind == PARTY_MEMBER)
        outcome = count_turns(&batch->reader, party.number, &account, today, &counting);
    else if (turns)
        outcome = employment_turn(&batch->reader, party.number, today, &account);
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
    assert(account.next_due <= today || (holder.lots.movement_count == 0 && !turns));
    if (turns && party.kind == PARTY_MEMBER) count_put(batch, &counting);
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
    enum outcome outcome = turn_preview(reader, party, today, account);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_open(reader, party, account, today, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_settle_all(reader, &holder, NULL, 0);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++)
        account->balance[unit] = holder.lots.balance[unit];
    return OUTCOME_OK;
}

/* Only with a debt does one credit's turn depend on those before it. */
enum outcome due_preview_credits(struct reader *reader, struct party party, business_date today,
                                 const struct account *account, struct credit *credits,
                                 size_t count)
{
    struct account copy = *account;
    struct holder holder;
    bool owes = false, matures = false;

    for (size_t unit = 0; unit < UNIT_COUNT; unit++) owes |= account->balance[unit].debt > 0;
    for (size_t i = 0; i < count; i++)
        matures |= credits[i].state == CREDIT_PENDING && credit_due_on(&credits[i]) <= today;
    if (owes && matures) {
        enum outcome outcome = holder_open(reader, party, &copy, today, &holder);
        if (outcome == OUTCOME_OK) outcome = holder_settle_all(reader, &holder, credits, count);
        if (outcome != OUTCOME_OK) return outcome;
    }
    for (size_t i = 0; i < count; i++) credits[i] = credit_as_of(&credits[i], today);
    return OUTCOME_OK;
}
