/* What a closed run paid comes back to be carried into the next. */
#include "service/command/settling.h"

#include <assert.h>

#include "store/accounts.h"

enum outcome settling_back_load(struct reader *reader, struct party payee, uint32_t pay_entity,
                                struct settling_back *ret)
{
    ret->payee = payee;
    ret->pay_entity = pay_entity;
    enum outcome outcome =
        command_outcome(accounts_get(reader, payee, &ret->account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(settlement_accounts_get(reader, payee, pay_entity, &ret->record),
                           OUTCOME_STORE_DAMAGED);
}

uint64_t settling_back_post(struct batch *batch, struct ledger *ledger,
                            struct settling_back *back, uint32_t run, business_date date,
                            int64_t amount)
{
    struct entry entry = {
        .business_date = date, .kind = ENTRY_CARRY_OUT, .unit = UNIT_CASH,
        .from = SIDE_SETTLEMENT, .to = SIDE_CARRY, .party = back->payee, .amount = amount,
        .event = {.kind = EVENT_SETTLEMENT, .run = run},
    };

    assert(amount > 0 && run != 0);
    uint64_t number = ledger_post(batch, ledger, &back->account, &entry);
    bool overflow = __builtin_add_overflow(back->record.carry_minor, amount,
                                           &back->record.carry_minor);
    assert(!overflow);
    settlement_accounts_put(batch, back->payee, back->pay_entity, &back->record);
    accounts_put(batch, back->payee, &back->account);
    return number;
}
