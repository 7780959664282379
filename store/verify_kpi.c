/* The scoreboard's counters of each guide against registrations, purchases, refunds and days of all
 * members he serves or served, and against his own entries, one guide a snapshot: an event moves
 * them in its own commit. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/encode.h"
#include "store/guides.h"
#include "store/kpi.h"
#include "store/kpi_block.h"
#include "store/merchants.h"
#include "store/purchases.h"
#include "store/refunds.h"
#include "store/verify_inner.h"

enum { MEMBERS_PER_PAGE = 256, BINDINGS_PER_PAGE = 16 };

struct kpi_fold {
    uint32_t guide;
    struct kpi_month months[VERIFY_MONTHS]; /* counted from the events */
    int first, last;                        /* of the months touched; first > last: none */
};

/* The month a date lies in, to be counted on; NULL, and a finding, when out of all reason. */
static struct kpi_month *fold_month(struct verify *verify, struct kpi_fold *fold, uint32_t member,
                                    business_date date, int *ret_day)
{
    int index = verify_month_index(date, ret_day);
    if (index < 0) {
        verify_found(verify, "member %lu: counted date %ld is out of range",
                     (unsigned long)member, (long)date);
        return NULL;
    }
    if (index < fold->first) fold->first = index;
    if (index > fold->last) fold->last = index;
    return &fold->months[index];
}

/* ---- registrations --------------------------------------------------------------------------- */

static enum store_result fold_registration(struct verify *verify, struct kpi_fold *fold,
                                           uint32_t member, const struct account *account)
{
    struct binding binding;
    int at = 0;
    enum store_result result;
    do result = bindings_on(&verify->reader, member, account->registered_on, &binding);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* nobody served her then */
    if (binding.guide != fold->guide || binding.from != account->registered_on) return STORE_OK;
    if (binding.handover != 0) return STORE_OK; /* given to him the same day: not brought by him */
    struct kpi_month *month = fold_month(verify, fold, member, account->registered_on, &at);
    if (month == NULL) return STORE_OK;
    struct kpi_day *day = &month->days[at];
    bool activated = account->first_day != DATE_NEVER &&
                     account->first_day <= account->registered_on + KPI_ACTIVATION_DAYS;
    if (binding.inherited) {
        day->inherited_members++;
        return STORE_OK;
    }
    struct registration registration;
    do result = registrations_get(&verify->reader, member, &registration);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* found with the registrations */
    if (registration.voided) return STORE_OK;
    day->new_members++;
    day->activated_members += activated ? 1 : 0;
    return STORE_OK;
}

/* ---- sales ----------------------------------------------------------------------------------- */

/* Sales net of what was returned, each on the refund's own date. */
static enum store_result fold_refunds(struct verify *verify, struct kpi_fold *fold,
                                      const struct purchase *purchase)
{
    struct refund_of of;
    struct receipt after = {0};
    size_t count = 1;
    enum store_result result = STORE_OK;

    while (purchase->refund_count > 0 && count == 1) {
        struct refund refund;
        int day = 0;
        do result = refunds_of(&verify->reader, &purchase->receipt, &after, &of, 1, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK || count == 0) break;
        after = of.receipt;
        if (of.state != REFUND_POSTED) continue;
        do result = refunds_get(&verify->reader, &of.receipt, &refund);
        while (verify_again(verify, result));
        if (result != STORE_OK) break;
        struct kpi_month *month =
            fold_month(verify, fold, purchase->member, refund.business_date, &day);
        if (month != NULL) month->days[day].sales_minor -= refund.amount_minor;
    }
    return result == STORE_OK ? STORE_OK : verify_fatal(result); /* found with the refunds */
}

static enum store_result fold_purchases(struct verify *verify, struct kpi_fold *fold,
                                        uint32_t member, const struct account *account)
{
    struct receipt at = account->last_purchase;
    for (uint32_t i = 0; i < account->purchase_count && at.size > 0; i++) {
        struct purchase purchase;
        int day = 0;
        enum store_result result;
        do result = purchases_get(&verify->reader, &at, &purchase);
        while (verify_again(verify, result));
        if (result != STORE_OK) return verify_fatal(result); /* found with the member */
        at = purchase.previous;
        if (purchase.serving_guide != fold->guide) continue;
        struct kpi_month *month =
            fold_month(verify, fold, member, purchase.business_date, &day);
        if (month == NULL) continue;
        month->days[day].purchases++;
        month->days[day].sales_minor += purchase.parts.amount_minor;
        result = fold_refunds(verify, fold, &purchase);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

/* ---- calendar periods ------------------------------------------------------------------------ */

static enum store_result fold_span(struct verify *verify, struct kpi_fold *fold, uint32_t member,
                                   const struct account *account, enum kpi_span span,
                                   const struct kpi_days *days)
{
    uint32_t guide = 0;
    int day;
    if (days->first[span] == DATE_NEVER) return STORE_OK;
    business_date last_day = kpi_period(span, days->first[span]).end - 1;
    enum store_result result;
    do result = kpi_guide(&verify->reader, member, account, last_day, &guide);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    if (guide != fold->guide) return STORE_OK;
    struct kpi_month *once = fold_month(verify, fold, member, days->first[span], &day);
    if (once != NULL) once->once[span]++;
    if (days->second[span] == DATE_NEVER) return STORE_OK;
    struct kpi_month *twice = fold_month(verify, fold, member, days->second[span], &day);
    if (twice != NULL) twice->twice[span]++;
    return STORE_OK;
}

/* Her live days, ascending; each span is folded when a day beyond its period comes, or the end. */
static enum store_result fold_days(struct verify *verify, struct kpi_fold *fold, uint32_t member,
                                   const struct account *account)
{
    struct key from =
        account_key(verify->merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_DAY);
    struct key end = key_after(&from);
    struct reader_scan scan;
    struct kpi_days days;
    struct bytes key, value;
    for (unsigned i = 0; i < KPI_SPAN_COUNT; i++) days.first[i] = days.second[i] = DATE_NEVER;
    enum store_result result = verify_scan_open(verify, &from, &end, false, &scan);
    while (result == STORE_OK) {
        struct purchase_day day;
        do result = reader_scan_next(&scan, &key, &value);
        while (verify_again(verify, result));
        if (result == STORE_OK && key.size != from.size + 4) result = STORE_DAMAGED;
        if (result == STORE_OK) result = purchase_day_decode(value, &day);
        if (result != STORE_OK) break;
        business_date date = key_read_date(key, from.size);
        bool placed = date >= PERIOD_DATE_MIN && date <= PERIOD_DATE_MAX;
        if (day.live_count == 0 || !placed) continue;
        for (unsigned i = 0; i < KPI_SPAN_COUNT && result == STORE_OK; i++) {
            enum kpi_span span = (enum kpi_span)i;
            business_date first = days.first[i];
            if (first != DATE_NEVER && date >= kpi_period(span, first).end) {
                result = fold_span(verify, fold, member, account, span, &days);
                days.first[i] = days.second[i] = DATE_NEVER;
            }
            kpi_days_add(&days, span, date);
        }
    }
    reader_scan_close(&scan);
    if (result != STORE_OK && verify_fatal(result) != STORE_OK) return STORE_FAULT;
    result = STORE_OK;
    for (unsigned i = 0; i < KPI_SPAN_COUNT && result == STORE_OK; i++)
        result = fold_span(verify, fold, member, account, (enum kpi_span)i, &days);
    return result;
}

/* ---- what he earned -------------------------------------------------------------------------- */

/* His entries, newest first, down to the first that was counted. */
static enum store_result fold_earned(struct verify *verify, struct kpi_fold *fold)
{
    struct account account;
    uint64_t from = 0;
    enum store_result result;
    do result = kpi_earned_from(&verify->reader, &from);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    do result = accounts_get(&verify->reader, (struct party){PARTY_GUIDE, fold->guide}, &account);
    while (verify_again(verify, result));
    uint64_t number = result == STORE_OK ? account.last_entry : 0;
    while (result == STORE_OK && number >= from && number != 0) {
        struct entry entry;
        int at = 0;
        do result = entries_get(&verify->reader, number, &entry);
        while (verify_again(verify, result));
        if (result != STORE_OK || entry.previous >= number) break; /* found with the account */
        number = entry.previous;
        int sign = (entry.from == SIDE_EXPENSE) - (entry.to == SIDE_EXPENSE);
        if (sign == 0 || entry.amount == 0) continue;
        struct kpi_month *month = fold_month(verify, fold, fold->guide, entry.event_date, &at);
        if (month == NULL) continue;
        int64_t *earned = &month->days[at].earned[entry.unit];
        if (__builtin_add_overflow(*earned, sign * entry.amount, earned))
            verify_found(verify, "entry %" PRIu64 ": what the guide earned overflows",
                         entry.number);
    }
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* ---- a guide --------------------------------------------------------------------------------- */

/* ---- handovers ------------------------------------------------------------------------------- */

static void fold_binding(struct verify *verify, struct kpi_fold *fold, uint32_t member,
                         const struct binding *binding)
{
    int at = 0;
    struct kpi_month *month;
    bool given_on = binding->state == BINDING_TRANSFERRED || binding->state == BINDING_RELEASED;

    if (binding->guide != fold->guide) return;
    month = binding->handover != 0 ? fold_month(verify, fold, member, binding->from, &at) : NULL;
    if (month != NULL) month->days[at].handed_over_members++;
    month = given_on ? fold_month(verify, fold, member, binding->until, &at) : NULL;
    if (month != NULL) month->days[at].handed_on_members++;
}

/* Members come by a handover on its binding's first day, and are given on where a binding ends in
 * another's favour or in nobody's. */
static enum store_result fold_bindings(struct verify *verify, struct kpi_fold *fold,
                                       uint32_t member)
{
    struct binding bindings[BINDINGS_PER_PAGE];
    business_date from = DATE_ALWAYS;
    size_t count;

    do {
        enum store_result result;
        do result = bindings_list(&verify->reader, member, from, bindings, BINDINGS_PER_PAGE,
                                  &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) return verify_fatal(result);
        for (size_t i = 0; i < count; i++) fold_binding(verify, fold, member, &bindings[i]);
        if (count > 0) from = bindings[count - 1].from + 1;
    } while (count == BINDINGS_PER_PAGE);
    return STORE_OK;
}

static enum store_result fold_member(struct verify *verify, struct kpi_fold *fold, uint32_t member)
{
    struct account account;
    enum store_result result;
    do result = accounts_get(&verify->reader, (struct party){PARTY_MEMBER, member}, &account);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* found with L1 and L2 */
    result = fold_registration(verify, fold, member, &account);
    if (result == STORE_OK) result = fold_purchases(verify, fold, member, &account);
    if (result == STORE_OK) result = fold_bindings(verify, fold, member);
    return result == STORE_OK ? fold_days(verify, fold, member, &account) : result;
}

static enum store_result fold_members(struct verify *verify, struct kpi_fold *fold)
{
    uint32_t members[MEMBERS_PER_PAGE], after = 0;
    size_t count;
    do {
        enum store_result result;
        do result = members_of_guide_list(&verify->reader, fold->guide, after, members,
                                          MEMBERS_PER_PAGE, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) return verify_fatal(result); /* found with L1 and L2 */
        for (size_t i = 0; i < count && result == STORE_OK; i++)
            result = fold_member(verify, fold, members[i]);
        if (result != STORE_OK) return result;
        if (count > 0) after = members[count - 1];
    } while (count == MEMBERS_PER_PAGE);
    return STORE_OK;
}

/* Does the block have the month's sums? One that is absent says nothing. */
static enum store_result compare_block(struct verify *verify, const struct kpi_fold *fold,
                                       business_date month, const struct kpi_month *counted)
{
    struct kpi_block kept, right;
    enum store_result result;
    do result = kpi_block_get(&verify->reader, fold->guide / KPI_BLOCK_GUIDES, month, &kept);
    while (verify_again(verify, result));
    if (result == STORE_ABSENT) return STORE_OK;
    if (result != STORE_OK) return verify_fatal(result); /* the walk over the table names it */
    right = kept;
    if (kpi_block_set(&right, fold->guide, counted) && memcmp(&right, &kept, sizeof kept) == 0)
        return STORE_OK;
    verify_found(verify, "guide %lu: scoreboard sums of the month from day %ld differ",
                 (unsigned long)fold->guide, (long)month);
    return STORE_OK;
}

/* Compares one month; absent counts as zero. */
static enum store_result compare_month(struct verify *verify, struct kpi_fold *fold, int index)
{
    struct kpi_month kept;
    business_date month = verify_month_date(index);
    enum store_result result;
    do result = kpi_get(&verify->reader, fold->guide, month, &kept);
    while (verify_again(verify, result));
    if (result != STORE_OK && result != STORE_DAMAGED) return STORE_FAULT;
    if (result == STORE_DAMAGED || memcmp(&kept, &fold->months[index], sizeof kept) != 0)
        verify_found(verify, "guide %lu: scoreboard counts of the month from day %ld differ",
                     (unsigned long)fold->guide, (long)month);
    result = compare_block(verify, fold, month, &fold->months[index]);
    memset(&fold->months[index], 0, sizeof fold->months[index]);
    return result;
}

static enum store_result check_guide(struct verify *verify, struct kpi_fold *fold)
{
    int first = VERIFY_MONTHS, last = -1;
    fold->first = VERIFY_MONTHS;
    fold->last = -1;
    enum store_result result = fold_members(verify, fold);
    if (result == STORE_OK) result = fold_earned(verify, fold);
    if (result == STORE_OK) result = verify_months_kept(verify, TABLE_KPI, &first, &last);
    if (fold->first > first) fold->first = first;
    if (fold->last < last) fold->last = last;
    if (result == STORE_OK) result = verify_months_kept(verify, TABLE_KPI_BLOCK, &first, &last);
    if (fold->first < first) first = fold->first;
    if (fold->last > last) last = fold->last;
    for (int index = first; index <= last && result == STORE_OK; index++)
        result = compare_month(verify, fold, index);
    return result;
}

/* A record of a guide or month that no guide's check asks for. */
static enum store_result visit_kpi(struct verify *verify, struct bytes key, struct bytes value)
{
    struct kpi_month month;
    struct party guide = {PARTY_GUIDE, 0};
    int day = 0, index = -1;
    if (key.size == KEY_REST_OFFSET && value.size == sizeof(uint64_t)) return STORE_OK;
    if (key.size == KEY_REST_OFFSET + 8 && kpi_month_decode(value, &month) == STORE_OK) {
        index = verify_month_index(key_read_date(key, KEY_REST_OFFSET), &day);
        guide.number = key_read_u32(key, KEY_REST_OFFSET + 4);
    }
    if (index < 0 || day != 0 || guide.number == 0) {
        verify_found(verify, "scoreboard: a damaged record of guide %lu",
                     (unsigned long)guide.number);
        return STORE_OK;
    }
    enum store_result result = verify_party_get(verify, guide);
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "scoreboard: guide %lu has %s account", (unsigned long)guide.number,
                 verify_word(result));
    return verify_fatal(result);
}

/* A block of a month and of guides that are there. */
static enum store_result visit_block(struct verify *verify, struct bytes key, struct bytes value)
{
    struct kpi_block block;
    int day = 0, index = -1;
    uint64_t first = 0;
    if (key.size == KEY_REST_OFFSET + 8 && kpi_block_decode(value, &block) == STORE_OK) {
        index = verify_month_index(key_read_date(key, KEY_REST_OFFSET), &day);
        first = (uint64_t)key_read_u32(key, KEY_REST_OFFSET + 4) * KPI_BLOCK_GUIDES;
    }
    bool sound = index >= 0 && day == 0;
    for (size_t i = 0; i < KPI_BLOCK_GUIDES && sound; i++) {
        bool there = first + i != 0 && first + i <= verify->numbers.guide;
        for (size_t k = 0; k < KPI_COLUMNS && !there; k++) sound &= block.column[k][i] == 0;
    }
    if (!sound) verify_found(verify, "scoreboard: a damaged record of sums");
    return STORE_OK;
}

/* A merchant whose first events were not counted has no counters at all. */
static enum store_result visit_uncounted(struct verify *verify, struct bytes key,
                                         struct bytes value)
{
    (void)key;
    (void)value;
    verify_found(verify, "scoreboard: a record of a merchant that keeps none");
    return STORE_OK;
}

enum store_result verify_kpi(struct verify *verify)
{
    struct merchant merchant;
    enum store_result result = verify_snapshot(verify);
    if (result != STORE_OK) return result;
    do result = merchants_get(&verify->reader, &merchant);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* found with the indexes */
    if (!merchant.counted) {
        result = verify_table(verify, TABLE_KPI, "scoreboard, by month", visit_uncounted);
        return result == STORE_OK
                   ? verify_table(verify, TABLE_KPI_BLOCK, "scoreboard, sums", visit_uncounted)
                   : result;
    }
    struct kpi_fold *fold = calloc(1, sizeof *fold);
    if (fold == NULL) return STORE_FAULT;
    for (uint32_t guide = 1; guide <= verify->numbers.guide && guide != 0; guide++) {
        fold->guide = guide;
        result = verify_snapshot(verify);
        if (result == STORE_OK) result = check_guide(verify, fold);
        if (result != STORE_OK) break;
    }
    free(fold);
    if (result == STORE_OK)
        result = verify_table(verify, TABLE_KPI, "scoreboard, by month", visit_kpi);
    return result == STORE_OK
               ? verify_table(verify, TABLE_KPI_BLOCK, "scoreboard, sums", visit_block) : result;
}
