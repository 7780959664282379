#include "service/rules/fraud.h"

#include <assert.h>
#include <string.h>

#include "store/date.h"

enum { MINUTES_A_DAY = 24 * 60 };

static business_date month_end(business_date date)
{
    return date_month_start(date_month_start(date) + 31) - 1;
}

bool fraud_month_ends(const struct fraud_settings *settings, business_date date)
{
    if (settings->spike_days == 0 || settings->spike_factor == 0) return false;
    return date > month_end(date) - settings->spike_days;
}

/* Is the shop closed? Hours may pass midnight; equal ones are no hours at all. */
static bool closed(const struct fraud_settings *settings, unsigned minute)
{
    unsigned from = settings->open_from_minutes, to = settings->open_to_minutes;

    assert(minute < MINUTES_A_DAY);
    if (from == to) return false;
    bool open = from < to ? from <= minute && minute < to : from <= minute || minute < to;
    return !open;
}

/* More than `factor` times the mean of the month's days before; the first day has nothing to be
 * compared with. */
static bool spike(const struct fraud_settings *settings, const struct fraud_facts *facts,
                  struct evidence *ret)
{
    if (!fraud_month_ends(settings, facts->business_date)) return false;
    int64_t days = facts->business_date - date_month_start(facts->business_date);
    int64_t today = facts->by_day[days], before = 0;

    for (int64_t day = 0; day < days; day++)
        before += facts->by_day[day];
    if (days == 0 || today < settings->spike_minimum) return false;
    if (today * days <= before * settings->spike_factor) return false;
    *ret = (struct evidence){SIGNAL_MONTH_END_SPIKE, before * settings->spike_factor / days,
                             today, days};
    return true;
}

static size_t registration_evidence(const struct fraud_settings *settings,
                                    const struct fraud_facts *facts, struct evidence *evidence)
{
    size_t count = 0;
    uint32_t rate_max = settings->registrations_per_ten_minutes;

    if (facts->self_referral)
        evidence[count++] = (struct evidence){SIGNAL_SELF_REFERRAL, 0, facts->self_guide, 0};
    if (rate_max != 0 && facts->in_ten_minutes > rate_max)
        evidence[count++] = (struct evidence){SIGNAL_REGISTRATION_RATE, rate_max,
                                              facts->in_ten_minutes, FRAUD_RATE_MINUTES};
    if (facts->at_shop && closed(settings, facts->local_minute))
        evidence[count++] =
            (struct evidence){SIGNAL_SHOP_CLOSED, settings->open_from_minutes,
                              facts->local_minute, settings->open_to_minutes};
    if (spike(settings, facts, &evidence[count])) count++;
    return count;
}

static size_t purchase_evidence(const struct fraud_settings *settings,
                                const struct fraud_facts *facts, struct evidence *evidence)
{
    size_t count = 0;

    if (settings->refund_cycles != 0 && facts->full_refunds >= settings->refund_cycles)
        evidence[count++] = (struct evidence){SIGNAL_REFUND_CYCLE, settings->refund_cycles,
                                              facts->full_refunds, settings->refund_cycle_days};
    if (facts->own_purchase)
        evidence[count++] = (struct evidence){SIGNAL_OWN_PURCHASE, 0, facts->self_guide, 0};
    return count;
}

size_t fraud_evidence(const struct fraud_settings *settings, const struct fraud_facts *facts,
                      struct evidence ret_evidence[EVIDENCE_MAX])
{
    assert(facts->event == EVENT_REGISTRATION || facts->event == EVENT_PURCHASE);
    assert(!(facts->self_referral || facts->own_purchase) || facts->self_guide != 0);
    size_t count = facts->event == EVENT_REGISTRATION
                       ? registration_evidence(settings, facts, ret_evidence)
                       : purchase_evidence(settings, facts, ret_evidence);
    if (facts->erased_before)
        ret_evidence[count++] =
            (struct evidence){SIGNAL_ERASED_BEFORE, 0, facts->erased_days, 0};
    assert(count <= EVIDENCE_MAX);
    return count;
}

/* ---- counting -------------------------------------------------------------------------------- */

/* Moves the window on so that its last minute is `minute`. */
static void advance(struct signal_counts *window, uint64_t minute)
{
    uint64_t by = minute - (window->first + SIGNAL_SLOTS - 1);

    for (size_t i = 0; i < SIGNAL_SLOTS; i++)
        window->counts[i] = by < SIGNAL_SLOTS - i ? window->counts[i + by] : 0;
    window->first += by;
}

uint32_t fraud_count_minute(struct signal_counts *window, uint64_t minute)
{
    uint32_t count = 0;

    assert(minute >= SIGNAL_SLOTS && minute < UINT64_MAX / 2);
    if (minute < window->first) return 0;
    if (minute >= window->first + SIGNAL_SLOTS) advance(window, minute);
    size_t at = (size_t)(minute - window->first);
    if (window->counts[at] < UINT16_MAX) window->counts[at]++;
    for (size_t i = at + 1 > FRAUD_RATE_MINUTES ? at + 1 - FRAUD_RATE_MINUTES : 0; i <= at; i++)
        count += window->counts[i];
    assert(count > 0);
    return count;
}
