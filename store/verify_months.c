/* What the checks of the guides' monthly counts share: months by an index, and who served whom. */
#include <assert.h>

#include "store/date.h"
#include "store/encode.h"
#include "store/verify_inner.h"

/* 1800 to 2199, so that no wrong date makes a fold grow. */
enum { FIRST_YEAR = 1800 };
static_assert(VERIFY_MONTHS == 400 * 12, "400 years from the first");

int verify_month_index(business_date date, int *ret_day)
{
    if (date < -1000000 || date > 1000000) return -1;
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    *ret_day = day - 1;
    int index = (year - FIRST_YEAR) * 12 + month - 1;
    return index >= 0 && index < VERIFY_MONTHS ? index : -1;
}

business_date verify_month_date(int index)
{
    return date_from_civil(FIRST_YEAR + index / 12, index % 12 + 1, 1);
}

enum store_result verify_months_kept(struct verify *verify, enum table table, int *ret_first,
                                     int *ret_last)
{
    struct key from = key_begin(verify->merchant, table);
    struct key end = key_after(&from);
    for (int reverse = 0; reverse < 2; reverse++) {
        struct reader_scan scan;
        struct bytes key, value;
        enum store_result result = verify_scan_open(verify, &from, &end, reverse, &scan);
        while (result == STORE_OK) {
            int day, index = -1;
            do result = reader_scan_next(&scan, &key, &value);
            while (verify_again(verify, result));
            if (result == STORE_DAMAGED) {
                result = STORE_OK; /* the walk over the table names it */
                continue;
            }
            if (result != STORE_OK) break;
            if (key.size == KEY_REST_OFFSET + 8) {
                index = verify_month_index(key_read_date(key, KEY_REST_OFFSET), &day);
            }
            if (index < 0) continue;
            *(reverse ? ret_last : ret_first) = index;
            break;
        }
        reader_scan_close(&scan);
        if (result != STORE_OK && result != STORE_ABSENT) return STORE_FAULT;
    }
    return STORE_OK;
}

enum store_result verify_guide_served(struct verify *verify, uint32_t guide, uint32_t member,
                                      bool *ret_served)
{
    struct key from =
        account_key(verify->merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_HISTORY);
    struct key end = key_after(&from);
    struct reader_scan scan;
    bool served = false;
    enum store_result result = verify_scan_open(verify, &from, &end, false, &scan);
    while (result == STORE_OK && !served) {
        struct bytes key, value;
        struct binding binding;
        do result = reader_scan_next(&scan, &key, &value);
        while (verify_again(verify, result));
        if (result == STORE_OK) result = binding_decode(value, &binding);
        served = result == STORE_OK && binding.guide == guide;
    }
    reader_scan_close(&scan);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    *ret_served = served;
    return STORE_OK;
}
