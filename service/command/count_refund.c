/* What a refund moves: the day's net figures, the guide's sales on the refund's own date, and, when
 * it takes the day's last live purchase away, everything that hung on the day. */
#include <assert.h>

#include "service/command/count.h"
#include "store/accounts.h"

static enum store_result count_returned_sale(struct reader *reader, struct counting *counting,
                                             const struct counted_refund *refund)
{
    struct kpi_day *day;

    if (refund->purchase->serving_guide == 0) return STORE_OK;
    enum store_result result = kpi_edit_day(
        &counting->kpi, reader, refund->purchase->serving_guide, refund->business_date, &day);
    if (result != STORE_OK) return result;
    bool overflow =
        __builtin_sub_overflow(day->sales_minor, refund->amount_minor, &day->sales_minor);
    return overflow ? STORE_DAMAGED : STORE_OK;
}

/* A day of hers lives no longer: those before it move up, from one day further back. */
static enum store_result count_day_ended(struct reader *reader, struct counting *counting,
                                         struct account *account, business_date day)
{
    business_date last = account->last_day, second = account->second_last_day;
    enum store_result result = STORE_OK;

    if (last == DATE_NEVER || day > last) return STORE_DAMAGED;
    if (day == last || day == second) {
        if (day == last) last = second;
        second = DATE_NEVER;
        if (last != DATE_NEVER) {
            /* The stored day still lives: looking before whichever is earlier passes it by. */
            business_date before = last < day ? last : day;
            result = purchase_days_live_before(reader, counting->member, before, &second);
        }
    }
    if (result == STORE_OK) result = count_last_days(reader, counting, account, last, second);
    return result == STORE_OK ? count_calendar(reader, counting, account, day, false) : result;
}

enum outcome count_refund(struct reader *reader, struct account *account,
                          const struct counted_refund *refund, struct counting *ret)
{
    const struct purchase *purchase = refund->purchase;
    struct purchase_day *day = &ret->day;

    assert(refund->amount_minor >= 0 && refund->base_minor >= 0);
    count_begin(ret, purchase->member);
    enum store_result result =
        purchase_days_get(reader, purchase->member, purchase->business_date, day);
    if (result == STORE_OK && refund->full && day->live_count == 0) result = STORE_DAMAGED;
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    ret->day_on = purchase->business_date;
    day->net_minor -= refund->amount_minor;
    day->base_minor -= refund->base_minor;
    day->tier_points -= refund->tier_points;
    if (refund->full) {
        day->live_count--;
        if (refund->business_date > day->last_full_refund_on)
            day->last_full_refund_on = refund->business_date;
        if (day->live_count == 0)
            result = count_day_ended(reader, ret, account, purchase->business_date);
    }
    if (result == STORE_OK) result = count_returned_sale(reader, ret, refund);
    return command_outcome(result, OUTCOME_STORE_DAMAGED);
}
