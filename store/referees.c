#include "store/referees.h"

#include <assert.h>

#include "store/table.h"

static struct key list_prefix(uint32_t merchant, uint32_t referrer)
{
    struct key key = key_begin(merchant, TABLE_REFEREE);
    key_u32(&key, referrer);
    return key;
}

void referees_put(struct batch *batch, uint32_t referrer, uint32_t referee)
{
    assert(referrer != 0 && referee != 0 && referrer != referee);
    struct key key = list_prefix(batch->reader.merchant, referrer);
    key_u32(&key, referee);
    table_put_empty(batch, &key);
}

enum store_result referees_list(struct reader *reader, uint32_t referrer, uint32_t before,
                                uint32_t *ret_referees, size_t count_max, size_t *ret_count)
{
    struct key from = list_prefix(reader->merchant, referrer), end = from;
    key_u32(&end, before);
    struct reader_scan scan;
    size_t count = 0;
    enum store_result result =
        reader_scan_open(reader, key_view(&from), key_view(&end), true, &scan);
    while (result == STORE_OK && count < count_max) {
        struct bytes key, value;
        result = reader_scan_next(&scan, &key, &value);
        if (result != STORE_OK) break;
        if (key.size != end.size || value.size != 0) result = STORE_DAMAGED;
        else ret_referees[count++] = key_read_u32(key, from.size);
    }
    reader_scan_close(&scan);
    if (result == STORE_ABSENT) result = STORE_OK;
    if (result == STORE_OK) *ret_count = count;
    return result;
}

/* ---- the mark -------------------------------------------------------------------------------- */

static struct key mark_key(uint32_t merchant)
{
    return key_begin(merchant, TABLE_REFEREES_LISTED);
}

enum store_result referees_listed_get(struct reader *reader, uint32_t *ret_through)
{
    struct key key = mark_key(reader->merchant);
    enum store_result result = table_get_number(reader, &key, ret_through);
    if (result != STORE_ABSENT) return result;
    *ret_through = 0;
    return STORE_OK;
}

void referees_listed_put(struct batch *batch, uint32_t through)
{
    struct key key = mark_key(batch->reader.merchant);
    table_put_number(batch, &key, through);
}
