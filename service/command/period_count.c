/* A guide's figures for a period, from his members' days and registrations, and where he worked. */
#include <assert.h>

#include "service/command/objects.h"
#include "service/command/period_close.h"
#include "service/rules/period_bonus.h"
#include "store/accounts.h"
#include "store/guides.h"
#include "store/purchases.h"

/* Who served her on the period's last business date? */
static enum store_result load_served(struct reader *reader, const struct period_work *work,
                                     uint32_t member, const struct account *account,
                                     struct period_member *facts)
{
    business_date last_day = work->period.end - 1;
    struct binding binding;

    if (account->serving_guide != 0 && account->binding_from <= last_day &&
        last_day < account->binding_until) {
        facts->served = account->serving_guide == work->guide;
        return STORE_OK;
    }
    enum store_result result = bindings_on(reader, member, last_day, &binding);
    facts->served = result == STORE_OK && binding.guide == work->guide;
    return result == STORE_ABSENT ? STORE_OK : result;
}

static enum store_result load_registration(struct reader *reader, const struct period_work *work,
                                           uint32_t member, const struct account *account,
                                           struct period_member *facts)
{
    struct registration registration;

    facts->registered_on = account->registered_on;
    facts->first_day = account->first_day;
    if (account->referrer.kind != PARTY_GUIDE || account->referrer.number != work->guide ||
        account->registered_on < work->period.start || account->registered_on >= work->period.end)
        return STORE_OK;
    enum store_result result = registrations_get(reader, member, &registration);
    facts->own = result == STORE_OK && !registration.voided;
    return result;
}

static enum store_result load_member(struct reader *reader, const struct period_work *work,
                                     uint32_t member, struct period_member *ret)
{
    struct account account;
    struct period_member facts = {.own = false};

    enum store_result result =
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account);
    if (result != STORE_OK) return result;
    if (work->program->rules[work->rule].kpi != KPI_REPURCHASE_RATE) {
        result = load_registration(reader, work, member, &account, &facts);
    } else {
        result = load_served(reader, work, member, &account, &facts);
        if (result == STORE_OK && facts.served)
            result = purchase_days_live_within(reader, member, work->period.start,
                                               work->period.end, work->refunds_before, 2,
                                               &facts.live_days);
    }
    if (result == STORE_OK) *ret = facts;
    return result;
}

enum outcome period_count_members(struct reader *reader, const struct period_work *work,
                                  uint32_t *after, struct period_figures *figures, bool *ret_more)
{
    uint32_t members[PERIOD_MEMBERS_PER_STEP];
    size_t count;
    bool need = false;

    enum store_result result = members_of_guide_list(reader, work->guide, *after, members,
                                                     PERIOD_MEMBERS_PER_STEP, &count);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    /* All of them say what they need before the command runs again: members don't wait for each
     * other's records. */
    for (size_t i = 0; i < count; i++) {
        struct period_member member;

        result = load_member(reader, work, members[i], &member);
        if (result == STORE_NEED) {
            need = true;
            continue;
        }
        if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
        period_count(work->program->rules[work->rule].kpi, &work->period, &member, figures);
    }
    if (need) return OUTCOME_AGAIN;
    if (count > 0) *after = members[count - 1];
    *ret_more = count == PERIOD_MEMBERS_PER_STEP;
    return OUTCOME_OK;
}

enum outcome period_employment(struct reader *reader, const struct period_work *work,
                               const struct account *account, struct period_result *result,
                               bool *ret_employed, bool *ret_entitled)
{
    struct employment employments[EMPLOYMENTS_MAX];
    business_date last_day = work->period.end - 1;
    struct guide_on_date on_date;
    size_t count = 0;

    enum outcome outcome = object_guide_on(reader, work->guide, account, last_day, &on_date);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_employed = *ret_entitled = on_date.employed;
    result->shop = on_date.shop;
    result->pay_entity = on_date.pay_entity;
    if (on_date.employed || !work->program->rules[work->rule].leavers) return OUTCOME_OK;
    enum store_result found = employments_list(reader, work->guide, employments, &count);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count && employments[i].from <= last_day; i++) {
        *ret_entitled = true;
        result->shop = employments[i].shop;
        result->pay_entity = employments[i].pay_entity;
    }
    return OUTCOME_OK;
}
