#include "service/command/refund_day.h"

#include "store/accounts.h"

/* Moves one day out of a level and another in. */
static enum store_result recency_swap(struct recency_edit *recency, struct reader *reader,
                                      enum recency_level level, business_date from,
                                      business_date to)
{
    enum store_result result = recency_edit_add(recency, reader, level, from, -1);
    return result == STORE_OK ? recency_edit_add(recency, reader, level, to, 1) : result;
}

/* `day` has no live purchase any more. */
static enum store_result day_ends(struct reader *reader, uint32_t member, business_date day,
                                  struct account *account, struct recency_edit *recency)
{
    business_date last = account->last_day, second = account->second_last_day;
    business_date before = DATE_NEVER;
    enum store_result result = STORE_OK;

    if (day != last && day != second) return STORE_OK;
    if (second != DATE_NEVER)
        result = purchase_days_live_before(reader, member, second, &before);
    if (result != STORE_OK) return result;
    if (day == last) {
        result = recency_swap(recency, reader, RECENCY_LAST, last, second);
        account->last_day = second;
    }
    if (result == STORE_OK)
        result = recency_swap(recency, reader, RECENCY_SECOND_LAST, second, before);
    account->second_last_day = before;
    return result;
}

enum outcome refund_day(struct reader *reader, const struct purchase *purchase,
                        const struct refund *refund, struct account *account,
                        struct purchase_day *ret_day, struct recency_edit *ret_recency)
{
    struct purchase_day day;
    business_date date = purchase->business_date;

    recency_edit_begin(ret_recency, account->serving_guide);
    enum outcome outcome = command_outcome(
        purchase_days_get(reader, purchase->member, date, &day), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    day.net_minor -= refund->amount_minor;
    day.base_minor -= refund->base_minor;
    day.tier_points -= refund->tier_points;
    account->tier_points -= refund->tier_points;
    if (refund->full) {
        if (day.live_count == 0) return OUTCOME_STORE_DAMAGED;
        day.live_count--;
        if (refund->business_date > day.last_full_refund_on)
            day.last_full_refund_on = refund->business_date;
    }
    *ret_day = day;
    if (!refund->full || day.live_count > 0) return OUTCOME_OK;
    return command_outcome(day_ends(reader, purchase->member, date, account, ret_recency),
                           OUTCOME_STORE_DAMAGED);
}
