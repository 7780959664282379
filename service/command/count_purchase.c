/* What a purchase moves: her purchase day and, when the day begins, her last two days, L1 and L2,
 * the calendar counts; the guide's sales; the activation of a new member. */
#include <assert.h>

#include "service/command/count.h"
#include "store/accounts.h"
#include "store/purchases.h"

/* The guide's sales of the date. */
static enum store_result count_sale(struct reader *reader, struct counting *counting,
                                    const struct purchase *purchase)
{
    struct kpi_day *day;

    if (purchase->serving_guide == 0) return STORE_OK;
    enum store_result result = kpi_edit_day(&counting->kpi, reader, purchase->serving_guide,
                                            purchase->business_date, &day);
    if (result != STORE_OK) return result;
    if (day->purchases == UINT32_MAX ||
        __builtin_add_overflow(day->sales_minor, purchase->parts.amount_minor, &day->sales_minor))
        return STORE_DAMAGED;
    day->purchases++;
    return STORE_OK;
}

/* Her first purchase, by date: a member whom a guide brought may be activated by it. */
static enum store_result count_activation(struct reader *reader, struct counting *counting,
                                          struct account *account, business_date date)
{
    business_date before = account->first_day;
    business_date limit = account->registered_on + KPI_ACTIVATION_DAYS;
    struct kpi_day *day;

    if (before != DATE_NEVER && before <= date) return STORE_OK;
    account->first_day = date;
    bool was_active = before != DATE_NEVER && before <= limit;
    if (account->referrer.kind != PARTY_GUIDE || was_active || date > limit) return STORE_OK;
    struct registration *registration = &counting->registration;
    enum store_result result = registrations_get(reader, counting->member, registration);
    if (result != STORE_OK) return result;
    if (registration->voided) return STORE_OK;
    result = kpi_edit_day(&counting->kpi, reader, account->referrer.number,
                          account->registered_on, &day);
    if (result == STORE_OK) day->activated_members++;
    return result;
}

/* Moves her last two live days on by a day that begins to live. */
static enum store_result count_day_begun(struct reader *reader, struct counting *counting,
                                         struct account *account, business_date day)
{
    business_date last = account->last_day, second = account->second_last_day;

    if (last == DATE_NEVER || day > last) {
        second = last;
        last = day;
    } else if (second == DATE_NEVER || day > second) {
        second = day;
    }
    enum store_result result = count_last_days(reader, counting, account, last, second);
    return result == STORE_OK ? count_calendar(reader, counting, account, day, true) : result;
}

static enum store_result count_day(struct reader *reader, struct counting *counting,
                                   struct account *account, const struct purchase *purchase)
{
    struct purchase_day *day = &counting->day;

    enum store_result result =
        purchase_days_get(reader, purchase->member, purchase->business_date, day);
    if (result == STORE_ABSENT) {
        *day = (struct purchase_day){.last_full_refund_on = DATE_ALWAYS};
        account->days_recorded++;
        result = STORE_OK;
    }
    if (result != STORE_OK) return result;
    counting->day_on = purchase->business_date;
    bool begins = day->live_count == 0;
    day->recorded_count++;
    day->live_count++;
    day->net_minor += purchase->parts.amount_minor;
    day->base_minor += purchase->base_minor;
    return begins ? count_day_begun(reader, counting, account, purchase->business_date)
                  : STORE_OK;
}

enum outcome count_purchase(struct reader *reader, struct account *account,
                            struct purchase *purchase, business_date today,
                            struct counting *ret)
{
    enum store_result result;

    assert(purchase->member != 0); /* a quote has no receipt yet */
    count_begin(ret, purchase->member);
    result = count_turns_into(reader, ret, account, today);
    if (result == STORE_OK && count_turn_due(account, today)) return OUTCOME_BUSY;
    if (result == STORE_OK) result = count_day(reader, ret, account, purchase);
    if (result == STORE_OK) result = count_sale(reader, ret, purchase);
    if (result == STORE_OK)
        result = count_activation(reader, ret, account, purchase->business_date);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    purchase->previous = account->last_purchase;
    account->last_purchase = purchase->receipt;
    account->purchase_count++;
    assert(account->days_recorded <= account->purchase_count);
    return OUTCOME_OK;
}
