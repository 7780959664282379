/* What the coming and going of a member moves of the scoreboard's counters. */
#include <assert.h>

#include "service/command/count.h"
#include "store/purchases.h"

enum outcome count_registration(struct reader *reader, uint32_t member,
                                const struct account *account, struct counting *ret)
{
    struct kpi_day *day;

    count_begin(ret, member);
    if (account->serving_guide == 0) return OUTCOME_OK;
    enum store_result result =
        kpi_edit_day(&ret->kpi, reader, account->serving_guide, account->registered_on, &day);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    if (account->serving_inherited) day->inherited_members++;
    else day->new_members++;
    return OUTCOME_OK;
}

/* Takes her out of her guide's new and activated members. */
static enum store_result uncount_new(struct reader *reader, struct counting *counting,
                                     const struct account *account)
{
    struct kpi_day *day;
    bool activated = account->first_day != DATE_NEVER &&
                     account->first_day <= account->registered_on + KPI_ACTIVATION_DAYS;

    if (account->referrer.kind != PARTY_GUIDE) return STORE_OK;
    enum store_result result = kpi_edit_day(&counting->kpi, reader, account->referrer.number,
                                            account->registered_on, &day);
    if (result != STORE_OK || !counting->kpi.counts) return result;
    if (day->new_members == 0 || (activated && day->activated_members == 0)) return STORE_DAMAGED;
    day->new_members--;
    if (activated) day->activated_members--;
    return STORE_OK;
}

enum outcome count_voided_registration(struct reader *reader, uint32_t member,
                                       const struct account *account, struct counting *ret)
{
    count_begin(ret, member);
    enum store_result result = registrations_get(reader, member, &ret->registration);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    if (ret->registration.voided) return OUTCOME_OK;
    ret->registration.voided = true;
    ret->voids = true;
    return command_outcome(uncount_new(reader, ret, account), OUTCOME_STORE_DAMAGED);
}

bool count_binding_ended(const struct account *account, business_date today)
{
    return account->serving_guide != 0 && account->binding_until <= today;
}

enum store_result count_end(struct reader *reader, struct counting *counting,
                            struct account *account)
{
    business_date until = account->binding_until;
    business_date last = account->last_day, second_last = account->second_last_day;
    struct kpi_days days, none;

    assert(account->serving_guide != 0 && until != DATE_NEVER);
    assert(counting->kpi.count == 0 && !counting->ends);
    enum store_result result =
        kpi_days_get(reader, counting->member, until, DATE_NEVER, &days);
    /* Nothing is recorded after a binding's end before the end itself is posted: the periods that
     * contain it are all that end later and have days. */
    for (unsigned i = 0; i < KPI_SPAN_COUNT && result == STORE_OK; i++) {
        none.first[i] = none.second[i] = DATE_NEVER;
        result = kpi_edit_span(&counting->kpi, reader, account->serving_guide, (enum kpi_span)i,
                               &days, &none);
    }
    if (result == STORE_OK)
        result = count_last_days(reader, counting, account, DATE_NEVER, DATE_NEVER);
    if (result != STORE_OK) return result;
    account->last_day = last; /* hers, whoever serves her */
    account->second_last_day = second_last;
    counting->ends = true;
    counting->binding = (struct binding){
        .from = account->binding_from, .until = until, .state = BINDING_EXPIRED,
        .guide = account->serving_guide, .inherited = account->serving_inherited};
    account->serving_guide = 0;
    account->serving_inherited = false;
    account->binding_from = account->binding_until = account->protected_until = DATE_NEVER;
    return STORE_OK;
}

enum outcome count_binding_end(struct reader *reader, uint32_t member, struct account *account,
                               struct counting *ret)
{
    count_begin(ret, member);
    return command_outcome(count_end(reader, ret, account), OUTCOME_STORE_DAMAGED);
}
