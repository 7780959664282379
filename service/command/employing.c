#include "service/command/employing.h"

#include <assert.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "store/debts.h"

void employment_in_force(const struct employment *list, size_t count, business_date today,
                         struct account *account)
{
    account->binding_until = DATE_NEVER;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && list[i].from > today) {
            account->binding_until = list[i].from;
            return;
        }
        account->shop = list[i].shop;
        account->pay_entity = list[i].pay_entity;
        account->employed_from = list[i].from;
        account->employed_until = list[i].until;
    }
}

enum outcome employing_load(struct reader *reader, struct command_call *call, uint32_t guide,
                            struct employing *ret)
{
    if (guide == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide_number", NULL);
    enum outcome outcome = object_merchant(reader, &ret->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    ret->today = business_date_at(&ret->merchant, call->now_ms);
    outcome = command_outcome(guides_get(reader, guide, &ret->guide), OUTCOME_GUIDE_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "guide_number", NULL);
    outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_GUIDE, guide}, &ret->account),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (ret->account.status != ACCOUNT_ACTIVE)
        return form_refuse(call, OUTCOME_GUIDE_UNKNOWN, "guide_number", NULL);
    outcome = command_outcome(employments_list(reader, guide, ret->list, &ret->count),
                              OUTCOME_STORE_DAMAGED);
    return outcome == OUTCOME_OK && ret->count == 0 ? OUTCOME_STORE_DAMAGED : outcome;
}

void employing_put(struct batch *batch, struct employing *employing)
{
    struct party party = {PARTY_GUIDE, employing->guide.number};
    size_t count = employing->count;

    assert(count >= 1 && count <= EMPLOYMENTS_MAX);
    for (size_t i = count >= 2 ? count - 2 : 0; i < count; i++) {
        assert(i == 0 || employing->list[i - 1].until <= employing->list[i].from);
        employments_put(batch, party.number, &employing->list[i]);
    }
    employment_in_force(employing->list, count, employing->today, &employing->account);
    due_lower(batch, party, &employing->account, employing->account.binding_until);
    accounts_put(batch, party, &employing->account);
}
