#include "store/accounts.h"

#include <assert.h>

#include "store/encode.h"
#include "store/table.h"

struct account account_empty(void)
{
    return (struct account){
        .status = ACCOUNT_ACTIVE,
        .next_due = DATE_NEVER,
        .registered_on = DATE_NEVER,
        .binding_from = DATE_NEVER,
        .binding_until = DATE_NEVER,
        .protected_until = DATE_NEVER,
        .tier_since = DATE_NEVER,
        .last_day = DATE_NEVER,
        .second_last_day = DATE_NEVER,
        .first_day = DATE_NEVER,
        .tier_review_on = DATE_NEVER,
        .refund_cycle_from = DATE_NEVER,
        .employed_from = DATE_NEVER,
        .employed_until = DATE_NEVER,
    };
}

enum store_result accounts_get(struct reader *reader, struct party party, struct account *ret)
{
    struct key key = account_key(reader->merchant, party, ACCOUNT_HOT);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? account_decode(value, ret) : result;
}

void accounts_put(struct batch *batch, struct party party, const struct account *account)
{
    uint8_t data[ACCOUNT_BYTES];
    struct key key = account_key(batch->reader.merchant, party, ACCOUNT_HOT);
    table_put(batch, &key, data, account_encode(account, data));
}

void accounts_want(struct reader *reader, struct party party)
{
    struct key key = account_key(reader->merchant, party, ACCOUNT_HOT);
    reader_want(reader, key_view(&key));
}

enum store_result accounts_next(struct reader *reader, enum party_kind kind, uint32_t after,
                                uint32_t *ret_number)
{
    if (after == UINT32_MAX) return STORE_ABSENT;
    struct key prefix = key_begin(reader->merchant, TABLE_ACCOUNT);
    key_u8(&prefix, (uint8_t)kind);
    struct key from = prefix;
    key_u32(&from, after + 1);
    struct key end = key_after(&prefix);
    struct reader_scan scan;
    struct bytes key, value;
    enum store_result result =
        reader_scan_open(reader, key_view(&from), key_view(&end), false, &scan);
    if (result == STORE_OK) result = reader_scan_next(&scan, &key, &value);
    if (result == STORE_OK && key.size < from.size + 1) result = STORE_DAMAGED;
    if (result == STORE_OK) *ret_number = key_read_u32(key, prefix.size);
    reader_scan_close(&scan);
    return result;
}

/* Each account is found by a seek of its own: walking would pass all its days and credits. */
enum store_result accounts_list(struct reader *reader, enum party_kind kind, uint32_t after,
                                uint32_t *ret_numbers, struct account *ret_accounts,
                                size_t count_max, size_t *ret_count)
{
    assert(kind == PARTY_MEMBER || kind == PARTY_GUIDE);
    size_t count = 0;
    while (count < count_max) {
        enum store_result result = accounts_next(reader, kind, after, &ret_numbers[count]);
        if (result == STORE_ABSENT) break;
        if (result != STORE_OK) return result;
        after = ret_numbers[count];
        result = accounts_get(reader, (struct party){kind, after}, &ret_accounts[count]);
        if (result == STORE_ABSENT) result = STORE_DAMAGED; /* days or credits of nobody */
        if (result != STORE_OK) return result;
        count++;
    }
    *ret_count = count;
    return STORE_OK;
}
