/* A member's purchases, newest first, against her purchase days and what her hot record says of
 * them; and that her serving guide knows her. All in the snapshot at hand. */
#include <inttypes.h>
#include <stdlib.h>

#include "store/accounts.h"
#include "store/encode.h"
#include "store/purchases.h"
#include "store/verify_inner.h"

struct day_sum {
    business_date date;
    struct purchase_day day;
};

struct days {
    struct day_sum *list; /* one per purchase, then one per date, ascending */
    size_t count;
    uint32_t counted;     /* purchases before the ledger's time at N */
};

static void found(struct verify *verify, uint32_t member, const char *what)
{
    verify_found(verify, "member %lu: %s", (unsigned long)member, what);
}

static struct day_sum day_of(const struct purchase *purchase)
{
    bool live = purchase->parts.amount_minor == 0 ||
                purchase->refunded_minor < purchase->parts.amount_minor;
    /* Days did not keep bases at first: a purchase of that time counts with its amount. */
    bool old = purchase->days_recorded == 0;
    int64_t base = old ? purchase->parts.amount_minor : purchase->base_minor;
    return (struct day_sum){
        .date = purchase->business_date,
        .day = {.recorded_count = 1, .live_count = live ? 1 : 0,
                .net_minor = purchase->parts.amount_minor - purchase->refunded_minor,
                .base_minor = base - purchase->refunded_base_minor,
                .tier_points = purchase->tier_points,
                .last_full_refund_on = DATE_ALWAYS},
    };
}

/* Follows the list, which must be as long as the hot record says. */
static enum store_result collect(struct verify *verify, uint32_t member,
                                 const struct account *account, struct days *days)
{
    struct receipt at = account->last_purchase;
    uint64_t time = UINT64_MAX;
    while (at.size > 0 && days->count < account->purchase_count) {
        struct purchase purchase;
        enum store_result result;
        do result = purchases_get(&verify->reader, &at, &purchase);
        while (verify_again(verify, result));
        if (result != STORE_OK || purchase.member != member || purchase.recorded_at > time) {
            found(verify, member, "her list of purchases breaks");
            return result == STORE_OK ? STORE_OK : verify_fatal(result);
        }
        time = purchase.recorded_at;
        if (time < verify->fence.time) days->counted++;
        struct day_sum *sum = &days->list[days->count++];
        *sum = day_of(&purchase);
        if (sum->day.live_count == 0) {
            result = verify_full_refund_on(verify, &purchase, &sum->day.last_full_refund_on);
            if (result != STORE_OK) return result;
        }
        at = purchase.previous;
    }
    if (at.size > 0 || days->count != account->purchase_count) {
        found(verify, member, "her list of purchases is not as long as counted");
    }
    return STORE_OK;
}

static int by_date(const void *a, const void *b)
{
    business_date left = ((const struct day_sum *)a)->date;
    business_date right = ((const struct day_sum *)b)->date;
    return (left > right) - (left < right);
}

/* Makes one of all of a date. */
static void merge(struct days *days)
{
    if (days->count == 0) return;
    qsort(days->list, days->count, sizeof days->list[0], by_date);
    size_t last = 0;
    for (size_t i = 1; i < days->count; i++) {
        struct day_sum *to = &days->list[last];
        const struct day_sum *from = &days->list[i];
        if (to->date != from->date) {
            days->list[++last] = *from;
            continue;
        }
        to->day.recorded_count += from->day.recorded_count;
        to->day.live_count += from->day.live_count;
        to->day.net_minor += from->day.net_minor;
        to->day.base_minor += from->day.base_minor;
        to->day.tier_points += from->day.tier_points;
        if (from->day.last_full_refund_on > to->day.last_full_refund_on)
            to->day.last_full_refund_on = from->day.last_full_refund_on;
    }
    days->count = last + 1;
}

/* Compares with the day records, both ascending. */
static enum store_result compare_days(struct verify *verify, uint32_t member,
                                      const struct days *days)
{
    struct key from =
        account_key(verify->merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_DAY);
    struct key end = key_after(&from);
    struct reader_scan scan;
    enum store_result result = verify_scan_open(verify, &from, &end, false, &scan);
    size_t next = 0;
    bool same = true;
    while (result == STORE_OK && same) {
        struct bytes key, value;
        struct purchase_day day;
        do result = reader_scan_next(&scan, &key, &value);
        while (verify_again(verify, result));
        if (result != STORE_OK) break;
        const struct day_sum *sum = next < days->count ? &days->list[next] : NULL;
        same = sum != NULL && key.size == from.size + 4 &&
               purchase_day_decode(value, &day) == STORE_OK &&
               key_read_date(key, from.size) == sum->date &&
               day.recorded_count == sum->day.recorded_count &&
               day.live_count == sum->day.live_count && day.net_minor == sum->day.net_minor &&
               day.base_minor == sum->day.base_minor && day.tier_points == sum->day.tier_points &&
               day.last_full_refund_on == sum->day.last_full_refund_on;
        next++;
    }
    reader_scan_close(&scan);
    if (result != STORE_OK && verify_fatal(result) != STORE_OK) return STORE_FAULT;
    if (!same || result == STORE_DAMAGED || next != days->count) {
        found(verify, member, "her purchase days are not those of her purchases");
    }
    return STORE_OK;
}

static void compare_hot(struct verify *verify, uint32_t member, const struct account *account,
                        const struct days *days)
{
    business_date last = DATE_NEVER, second_last = DATE_NEVER;
    __int128 tier_points = 0;
    for (size_t i = 0; i < days->count; i++) {
        tier_points += days->list[i].day.tier_points;
        if (days->list[i].day.live_count == 0) continue;
        second_last = last;
        last = days->list[i].date;
    }
    if (account->days_recorded != days->count) found(verify, member, "days_recorded differs");
    if (account->tier_points != tier_points) found(verify, member, "tier_points differs");
    if (account->last_day != last) found(verify, member, "last_day differs");
    if (account->second_last_day != second_last) found(verify, member, "second_last_day differs");
    const struct account_fold *fold =
        verify_fold(verify, (struct party){PARTY_MEMBER, member});
    if (fold->purchase_count != days->counted) {
        verify_found(verify, "member %lu: %lu purchases in her list, %lu in the table",
                     (unsigned long)member, (unsigned long)days->counted,
                     (unsigned long)fold->purchase_count);
    }
}

static enum store_result check_purchases(struct verify *verify, uint32_t member,
                                         const struct account *account)
{
    struct days days = {.list = calloc((size_t)account->purchase_count + 1, sizeof *days.list)};
    if (days.list == NULL) return STORE_FAULT;
    enum store_result result = collect(verify, member, account, &days);
    merge(&days);
    if (result == STORE_OK) result = compare_days(verify, member, &days);
    if (result == STORE_OK) compare_hot(verify, member, account, &days);
    free(days.list);
    return result;
}

enum store_result verify_member(struct verify *verify, uint32_t member,
                                const struct account *account)
{
    enum store_result result = check_purchases(verify, member, account);
    if (result == STORE_OK) result = verify_bindings(verify, member, account);
    if (result == STORE_OK) result = verify_refund_cycle(verify, member, account);
    if (result == STORE_OK) result = verify_referee_listed(verify, member, account);
    if (result != STORE_OK || account->referrer.kind == PARTY_NONE) return result;
    result = verify_party_get(verify, account->referrer);
    if (result == STORE_OK) return STORE_OK;
    found(verify, member, "her referrer has no account");
    return verify_fatal(result);
}
