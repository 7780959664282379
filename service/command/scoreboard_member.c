#include "service/command/scoreboard_member.h"

#include <assert.h>

#include "store/accounts.h"
#include "store/purchases.h"
#include "store/refunds.h"

static bool within(const struct score_window *window, business_date date)
{
    return date >= window->start && date < window->end;
}

/* ---- who came -------------------------------------------------------------------------------- */

static enum store_result count_new(struct reader *reader, uint32_t guide, enum score_kpi kpi,
                                   uint32_t member, const struct account *account, bool *ret)
{
    struct registration registration;

    *ret = false;
    if (account->referrer.kind != PARTY_GUIDE || account->referrer.number != guide)
        return STORE_OK;
    if (kpi == SCORE_ACTIVATED_MEMBERS &&
        (account->first_day == DATE_NEVER ||
         account->first_day > account->registered_on + KPI_ACTIVATION_DAYS))
        return STORE_OK;
    enum store_result result = registrations_get(reader, member, &registration);
    if (result == STORE_OK) *ret = !registration.voided;
    return result;
}

static enum store_result count_inherited(struct reader *reader, uint32_t guide, uint32_t member,
                                         const struct account *account, bool *ret)
{
    struct binding binding;

    *ret = false;
    enum store_result result = bindings_on(reader, member, account->registered_on, &binding);
    if (result == STORE_ABSENT) return STORE_OK;
    if (result == STORE_OK)
        *ret = binding.guide == guide && binding.inherited &&
               binding.from == account->registered_on;
    return result;
}

enum { PORTION = 8 };

static enum store_result count_handed_over(struct reader *reader, uint32_t guide,
                                           const struct score_window *window, uint32_t member,
                                           bool *ret)
{
    struct binding bindings[PORTION];
    business_date from = window->start;
    size_t count;

    *ret = false;
    do {
        enum store_result result =
            bindings_list(reader, member, from, bindings, PORTION, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count && bindings[i].from < window->end; i++)
            *ret |= bindings[i].guide == guide && bindings[i].handover != 0;
        if (count > 0) from = bindings[count - 1].from + 1;
    } while (count == PORTION && from < window->end);
    return STORE_OK;
}

/* ---- who bought ------------------------------------------------------------------------------ */

static enum store_result count_days(struct reader *reader, uint32_t guide,
                                    const struct score_window *window, uint32_t member,
                                    const struct account *account, struct counted_member *ret)
{
    uint32_t serving;

    enum store_result result = kpi_guide(reader, member, account, window->end - 1, &serving);
    if (result != STORE_OK || serving != guide) return result;
    result = purchase_days_live_within(reader, member, window->start, window->end, DATE_NEVER, 2,
                                       &ret->purchase_days);
    ret->counts = result == STORE_OK && ret->purchase_days > 0;
    return result;
}

static enum store_result take_refunds(struct reader *reader, const struct score_window *window,
                                      const struct purchase *purchase, struct counted_member *ret)
{
    struct receipt after = {.shop = 0};
    struct refund_of of[PORTION];
    size_t count = purchase->refund_count > 0 ? PORTION : 0;

    while (count == PORTION) {
        enum store_result result =
            refunds_of(reader, &purchase->receipt, &after, of, PORTION, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++) {
            struct refund refund;
            after = of[i].receipt;
            if (of[i].state != REFUND_POSTED) continue;
            result = refunds_get(reader, &of[i].receipt, &refund);
            if (result != STORE_OK) return result;
            if (!within(window, refund.business_date)) continue;
            ret->sales_minor -= refund.amount_minor;
            ret->counts = true;
        }
    }
    return STORE_OK;
}

/* All her purchases: a refund in the window may be of one long before it. */
static enum store_result count_purchases(struct reader *reader, uint32_t guide,
                                         const struct score_window *window,
                                         const struct account *account, enum score_kpi kpi,
                                         struct counted_member *ret)
{
    struct receipt at = account->last_purchase;

    for (uint32_t i = 0; i < account->purchase_count && at.size > 0; i++) {
        struct purchase purchase;
        enum store_result result = purchases_get(reader, &at, &purchase);
        if (result != STORE_OK) return result;
        at = purchase.previous;
        if (purchase.serving_guide != guide) continue;
        if (within(window, purchase.business_date)) {
            ret->purchases++;
            ret->sales_minor += purchase.parts.amount_minor;
            ret->counts = true;
        }
        if (kpi == SCORE_SALES) result = take_refunds(reader, window, &purchase, ret);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

enum store_result scoreboard_member_count(struct reader *reader, uint32_t guide,
                                          const struct score_window *window, enum score_kpi kpi,
                                          uint32_t member, const struct account *account,
                                          struct counted_member *ret)
{
    bool registered = within(window, account->registered_on);

    *ret = (struct counted_member){.counts = false};
    switch (kpi) {
    case SCORE_NEW_MEMBERS:
    case SCORE_ACTIVATED_MEMBERS:
        return registered ? count_new(reader, guide, kpi, member, account, &ret->counts)
                          : STORE_OK;
    case SCORE_INHERITED_MEMBERS:
        return registered ? count_inherited(reader, guide, member, account, &ret->counts)
                          : STORE_OK;
    case SCORE_HANDED_OVER_MEMBERS:
        return count_handed_over(reader, guide, window, member, &ret->counts);
    case SCORE_REPURCHASE_RATE:
        return count_days(reader, guide, window, member, account, ret);
    case SCORE_SALES:
    case SCORE_PURCHASES:
        return count_purchases(reader, guide, window, account, kpi, ret);
    default:
        assert(false); /* the request was checked */
        return STORE_OK;
    }
}
