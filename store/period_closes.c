#include "store/period_closes.h"

#include <assert.h>
#include <string.h>

#include "store/encode.h"
#include "store/table.h"

/* The rule's id with its length before it, so that none is another's prefix. */
static struct key close_key(uint32_t merchant, const struct period_name *name)
{
    struct key key = key_begin(merchant, TABLE_PERIOD_CLOSE);
    size_t size = strnlen(name->rule_id, sizeof name->rule_id);
    assert(size <= RULE_ID_BYTES_MAX);
    key_u8(&key, (uint8_t)size);
    if (size == 0) return key; /* the ticker's own */
    key_bytes(&key, name->rule_id, size);
    key_u8(&key, (uint8_t)name->kind);
    key_date(&key, name->start);
    return key;
}

bool period_key_read(struct bytes key, struct period_name *ret_name, uint32_t *ret_guide)
{
    size_t at = KEY_REST_OFFSET + 1;
    struct period_name name = {.kind = PERIOD_NONE};
    if (key.size < at) return false;
    size_t size = key.data[KEY_REST_OFFSET];
    size_t close_size = at + size + 1 + 4;
    if (size == 0 && key.size == at) {
        *ret_name = name;
        *ret_guide = 0;
        return true;
    }
    if (size == 0 || size > RULE_ID_BYTES_MAX) return false;
    if (key.size != close_size && key.size != close_size + 4) return false;
    memcpy(name.rule_id, key.data + at, size);
    uint8_t kind = key.data[at + size];
    if (kind < PERIOD_MONTH || kind > PERIOD_YEAR || strlen(name.rule_id) != size) return false;
    name.kind = (enum period_kind)kind;
    name.start = key_read_date(key, at + size + 1);
    *ret_guide = key.size == close_size ? 0 : key_read_u32(key, close_size);
    *ret_name = name;
    return key.size == close_size || *ret_guide != 0;
}

static bool same_name(const struct period_name *a, const struct period_name *b)
{
    return a->kind == b->kind && a->start == b->start && strcmp(a->rule_id, b->rule_id) == 0;
}

enum store_result period_closes_get(struct reader *reader, const struct period_name *name,
                                    struct period_close *ret)
{
    assert(name->rule_id[0] != '\0');
    struct key key = close_key(reader->merchant, name);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct period_close close;
    result = period_close_decode(value, &close);
    if (result != STORE_OK) return result;
    if (!same_name(&close.name, name)) return STORE_DAMAGED;
    *ret = close;
    return STORE_OK;
}

void period_closes_put(struct batch *batch, const struct period_close *close)
{
    uint8_t data[RECORD_BYTES_MAX];
    assert(close->name.rule_id[0] != '\0');
    assert(close->credit_count <= close->guide_count);
    struct key key = close_key(batch->reader.merchant, &close->name);
    table_put(batch, &key, data, period_close_encode(close, data));
}

/* Each close is found by a seek of its own: walking would pass the results of all guides. */
enum store_result period_closes_list(struct reader *reader, const struct period_name *after,
                                     struct period_close *ret_closes, size_t count_max,
                                     size_t *ret_count)
{
    struct key table = key_begin(reader->merchant, TABLE_PERIOD_CLOSE);
    struct key end = key_after(&table);
    struct key from = table;
    size_t count = 0;
    if (after != NULL) {
        struct key last = close_key(reader->merchant, after);
        from = key_after(&last);
    } else {
        key_u8(&from, 1);
    }
    while (count < count_max) {
        struct reader_scan scan;
        struct bytes key, value;
        struct period_name name;
        uint32_t guide = 0;
        enum store_result result =
            reader_scan_open(reader, key_view(&from), key_view(&end), false, &scan);
        if (result == STORE_OK) result = reader_scan_next(&scan, &key, &value);
        if (result == STORE_OK && (!period_key_read(key, &name, &guide) || guide != 0))
            result = STORE_DAMAGED;
        if (result == STORE_OK) result = period_close_decode(value, &ret_closes[count]);
        reader_scan_close(&scan);
        if (result == STORE_ABSENT) break;
        if (result != STORE_OK) return result;
        if (!same_name(&name, &ret_closes[count].name)) return STORE_DAMAGED;
        struct key last = close_key(reader->merchant, &name);
        from = key_after(&last);
        count++;
    }
    *ret_count = count;
    return STORE_OK;
}

/* ---- results --------------------------------------------------------------------------------- */

enum store_result period_results_get(struct reader *reader, const struct period_name *name,
                                     uint32_t guide, struct period_result *ret)
{
    struct key key = close_key(reader->merchant, name);
    key_u32(&key, guide);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct period_result found;
    result = period_result_decode(value, &found);
    if (result != STORE_OK) return result;
    if (found.guide != guide) return STORE_DAMAGED;
    *ret = found;
    return STORE_OK;
}

void period_results_put(struct batch *batch, const struct period_name *name,
                        const struct period_result *result)
{
    uint8_t data[RECORD_BYTES_MAX];
    assert(result->guide != 0 && name->rule_id[0] != '\0');
    assert((result->amount > 0) == (result->credit != 0));
    struct key key = close_key(batch->reader.merchant, name);
    key_u32(&key, result->guide);
    table_put(batch, &key, data, period_result_encode(result, data));
}

struct results {
    size_t key_size;
    struct period_result *list;
    size_t count, count_max;
};

static enum store_result results_visit(void *context, struct bytes key, struct bytes value,
                                       bool *ret_more)
{
    struct results *results = context;
    struct period_result *to = &results->list[results->count];
    if (key.size != results->key_size) return STORE_DAMAGED;
    enum store_result result = period_result_decode(value, to);
    if (result != STORE_OK) return result;
    if (to->guide != key_read_u32(key, key.size - 4)) return STORE_DAMAGED;
    results->count++;
    *ret_more = results->count < results->count_max;
    return STORE_OK;
}

enum store_result period_results_list(struct reader *reader, const struct period_name *name,
                                      uint32_t after, struct period_result *ret_results,
                                      size_t count_max, size_t *ret_count)
{
    struct key prefix = close_key(reader->merchant, name);
    struct key from = prefix, end = key_after(&prefix);
    struct results results = {.key_size = prefix.size + 4, .list = ret_results,
                              .count_max = after == UINT32_MAX ? 0 : count_max};
    enum store_result result = STORE_OK;
    key_u32(&from, after + 1);
    if (results.count_max > 0)
        result = table_walk(reader, key_view(&from), key_view(&end), results_visit, &results);
    if (result == STORE_OK) *ret_count = results.count;
    return result;
}

/* ---- the ticker ------------------------------------------------------------------------------ */

enum store_result period_checked_get(struct reader *reader, business_date *ret)
{
    struct key key = close_key(reader->merchant, &(struct period_name){.kind = PERIOD_NONE});
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    if (value.size != 4) return STORE_DAMAGED;
    *ret = key_read_date(value, 0);
    return STORE_OK;
}

void period_checked_put(struct batch *batch, business_date date)
{
    struct key key =
        close_key(batch->reader.merchant, &(struct period_name){.kind = PERIOD_NONE});
    struct key value = {.size = 0};
    key_date(&value, date);
    table_put(batch, &key, value.data, value.size);
}
