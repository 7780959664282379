/* What the coming and going of a member, and who serves her, moves of the scoreboard's counters. */
#include <assert.h>

#include "service/command/count.h"
#include "store/accounts.h"
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

/* ---- who serves her -------------------------------------------------------------------------- */

bool count_turn_due(const struct account *account, business_date today)
{
    return account->binding_until <= today;
}

enum store_result count_serving(struct reader *reader, struct counting *counting,
                                const struct account *account, business_date from, uint32_t guide)
{
    const struct {
        uint32_t guide;
        enum recency_level level;
        business_date day;
        int delta;
    } moves[] = {{account->serving_guide, RECENCY_LAST, account->last_day, -1},
                 {account->serving_guide, RECENCY_SECOND_LAST, account->second_last_day, -1},
                 {guide, RECENCY_LAST, account->last_day, 1},
                 {guide, RECENCY_SECOND_LAST, account->second_last_day, 1}};
    enum store_result result = STORE_OK;

    for (size_t i = 0; i < sizeof moves / sizeof moves[0] && result == STORE_OK; i++)
        result = recency_edit_add(&counting->recency, reader, moves[i].guide, moves[i].level,
                                  moves[i].day, moves[i].delta);
    if (result != STORE_OK) return result;
    return kpi_edit_serving(&counting->kpi, reader, counting->member, from,
                            account->serving_guide, guide);
}

/* The binding in force has reached its end, unless a handover cut it: then its history says so. */
static enum store_result expire(struct reader *reader, struct counting *counting,
                                const struct account *account)
{
    struct binding *binding = &counting->expired[counting->expired_count];

    if (account->serving_guide == 0) return STORE_OK;
    assert(counting->expired_count < COUNT_TURNS_MAX);
    enum store_result result =
        bindings_on(reader, counting->member, account->binding_from, binding);
    if (result == STORE_ABSENT ||
        (result == STORE_OK && (binding->guide != account->serving_guide ||
                                binding->until != account->binding_until)))
        return STORE_DAMAGED;
    if (result != STORE_OK || binding->state != BINDING_ACTIVE) return result;
    binding->state = BINDING_EXPIRED;
    counting->expired_count++;
    return STORE_OK;
}

static enum store_result turn(struct reader *reader, struct counting *counting,
                              struct account *account)
{
    business_date at = account->binding_until;
    struct binding next = {.from = DATE_NEVER};

    enum store_result result = expire(reader, counting, account);
    if (result == STORE_OK) result = bindings_from(reader, counting->member, at, &next);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    bool begins = next.from == at;
    result = count_serving(reader, counting, account, at, begins ? next.guide : 0);
    if (result != STORE_OK) return result;
    account->serving_guide = begins ? next.guide : 0;
    account->serving_inherited = begins && next.inherited;
    account->binding_from = begins ? at : DATE_NEVER;
    account->binding_until = begins ? next.until : next.from;
    account->protected_until = begins ? next.protected_until : DATE_NEVER;
    return STORE_OK;
}

enum store_result count_turns_into(struct reader *reader, struct counting *counting,
                                   struct account *account, business_date today)
{
    enum store_result result = STORE_OK;

    for (size_t i = 0; i < COUNT_TURNS_MAX && count_turn_due(account, today); i++) {
        result = turn(reader, counting, account);
        if (result != STORE_OK) break;
    }
    return result;
}

enum outcome count_turns(struct reader *reader, uint32_t member, struct account *account,
                         business_date today, struct counting *ret)
{
    count_begin(ret, member);
    return command_outcome(count_turns_into(reader, ret, account, today), OUTCOME_STORE_DAMAGED);
}
