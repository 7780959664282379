/* L1 and L2 of each guide against the days of the members he serves, one guide a snapshot: a
 * member's next purchase moves her counts in the same commit as her days. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/encode.h"
#include "store/guides.h"
#include "store/table.h"
#include "store/verify_inner.h"

enum { MEMBERS_PER_PAGE = 256 };

struct recency_fold {
    struct recency_month months[VERIFY_MONTHS]; /* counted from the members */
    int first, last;                     /* of the months touched; first > last: none */
};

static void fold_day(struct verify *verify, struct recency_fold *fold, uint32_t member,
                     business_date date, bool is_last)
{
    if (date == DATE_NEVER) return;
    int day = 0, index = verify_month_index(date, &day);
    if (index < 0) {
        verify_found(verify, "member %lu: purchase day %ld is out of range",
                     (unsigned long)member, (long)date);
        return;
    }
    struct recency_month *month = &fold->months[index];
    (is_last ? month->last : month->second_last)[day]++;
    if (index < fold->first) fold->first = index;
    if (index > fold->last) fold->last = index;
}

static enum store_result fold_members(struct verify *verify, uint32_t guide,
                                      struct recency_fold *fold)
{
    uint32_t members[MEMBERS_PER_PAGE], after = 0;
    size_t count;
    do {
        enum store_result result;
        do result = members_of_guide_list(&verify->reader, guide, after, members,
                                          MEMBERS_PER_PAGE, &count);
        while (verify_again(verify, result));
        if (result != STORE_OK) {
            verify_found(verify, "guide %lu: damaged list of members", (unsigned long)guide);
            return verify_fatal(result);
        }
        for (size_t i = 0; i < count; i++) {
            struct account account;
            do result = accounts_get(&verify->reader, (struct party){PARTY_MEMBER, members[i]},
                                     &account);
            while (verify_again(verify, result));
            if (result == STORE_OK && account.serving_guide != guide) {
                /* He served her once: the list keeps her. */
                bool served = false;
                result = verify_guide_served(verify, guide, members[i], &served);
                if (result == STORE_FAULT) return result;
                if (result == STORE_OK && served) continue;
                result = STORE_ABSENT;
            }
            if (result != STORE_OK) {
                verify_found(verify, "guide %lu: member %lu in his list is not his",
                             (unsigned long)guide, (unsigned long)members[i]);
                if (verify_fatal(result) != STORE_OK) return STORE_FAULT;
                continue;
            }
            fold_day(verify, fold, members[i], account.last_day, true);
            fold_day(verify, fold, members[i], account.second_last_day, false);
            after = members[i];
        }
        if (count > 0) after = members[count - 1];
    } while (count == MEMBERS_PER_PAGE);
    return STORE_OK;
}

/* Compares one kept month; absent counts as zero. */
static enum store_result compare_month(struct verify *verify, uint32_t guide,
                                       struct recency_fold *fold, int index)
{
    struct key key = key_begin(verify->merchant, TABLE_RECENCY);
    key_date(&key, verify_month_date(index));
    key_u32(&key, guide);
    struct bytes value;
    struct recency_month kept = {.last = {0}};
    enum store_result result;
    do result = reader_get(&verify->reader, key_view(&key), &value);
    while (verify_again(verify, result));
    if (result == STORE_OK) result = recency_month_decode(value, &kept);
    if (result != STORE_OK && result != STORE_ABSENT && result != STORE_DAMAGED) {
        return STORE_FAULT;
    }
    if (result == STORE_DAMAGED ||
        memcmp(&kept, &fold->months[index], sizeof kept) != 0) {
        verify_found(verify, "guide %lu: recency counts of the month from day %ld differ",
                     (unsigned long)guide, (long)verify_month_date(index));
    }
    fold->months[index] = (struct recency_month){.last = {0}};
    return STORE_OK;
}

static enum store_result check_guide(struct verify *verify, uint32_t guide,
                                     struct recency_fold *fold)
{
    fold->first = VERIFY_MONTHS;
    fold->last = -1;
    enum store_result result = fold_members(verify, guide, fold);
    int first = VERIFY_MONTHS, last = -1;
    if (result == STORE_OK) result = verify_months_kept(verify, TABLE_RECENCY, &first, &last);
    if (fold->first < first) first = fold->first;
    if (fold->last > last) last = fold->last;
    for (int index = first; index <= last && result == STORE_OK; index++) {
        result = compare_month(verify, guide, fold, index);
    }
    return result;
}

/* A count of a guide or month that no guide's check asks for. */
static enum store_result visit_recency(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct recency_month month;
    int day = 0, index = -1;
    struct party guide = {PARTY_GUIDE, 0};
    bool good = key.size == KEY_REST_OFFSET + 8 && recency_month_decode(value, &month) == STORE_OK;
    if (good) {
        index = verify_month_index(key_read_date(key, KEY_REST_OFFSET), &day);
        guide.number = key_read_u32(key, KEY_REST_OFFSET + 4);
    }
    if (index < 0 || day != 0 || guide.number == 0) {
        verify_found(verify, "recency: a damaged record of guide %lu",
                     (unsigned long)guide.number);
        return STORE_OK;
    }
    enum store_result result = verify_party_get(verify, guide);
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "recency: guide %lu has %s account", (unsigned long)guide.number,
                 verify_word(result));
    return verify_fatal(result);
}

enum store_result verify_recency(struct verify *verify)
{
    struct recency_fold *fold = calloc(1, sizeof *fold);
    if (fold == NULL) return STORE_FAULT;
    enum store_result result = STORE_OK;
    for (uint32_t guide = 1; guide <= verify->numbers.guide && guide != 0; guide++) {
        result = verify_snapshot(verify);
        if (result == STORE_OK) result = check_guide(verify, guide, fold);
        if (result != STORE_OK) break;
    }
    free(fold);
    return result != STORE_OK
               ? result
               : verify_table(verify, TABLE_RECENCY, "recency, by month", visit_recency);
}
