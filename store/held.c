#include "store/held.h"

#include <assert.h>

#include "store/table.h"

static struct key held_key(uint32_t merchant, const struct held *held)
{
    struct key key = key_begin(merchant, TABLE_HELD);
    assert(held->credit != 0);
    key_date(&key, held->business_date);
    key_party(&key, held->party);
    key_u64(&key, held->credit);
    return key;
}

bool held_key_read(struct bytes key, struct held *ret)
{
    enum { KIND_AT = KEY_REST_OFFSET + 4, NUMBER_AT = KIND_AT + 1, CREDIT_AT = NUMBER_AT + 4,
           END = CREDIT_AT + 8 };
    if (key.size != END) return false;
    uint8_t kind = key.data[KIND_AT];
    if (kind != PARTY_MEMBER && kind != PARTY_GUIDE) return false;
    *ret = (struct held){.business_date = key_read_date(key, KEY_REST_OFFSET),
                         .party = {(enum party_kind)kind, key_read_u32(key, NUMBER_AT)},
                         .credit = key_read_u64(key, CREDIT_AT)};
    return ret->party.number != 0 && ret->credit != 0;
}

void held_put(struct batch *batch, const struct held *held)
{
    struct key key = held_key(batch->reader.merchant, held);
    table_put_empty(batch, &key);
}

void held_delete(struct batch *batch, const struct held *held)
{
    struct key key = held_key(batch->reader.merchant, held);
    table_delete(batch, &key);
}

enum store_result held_has(struct reader *reader, const struct held *held)
{
    struct key key = held_key(reader->merchant, held);
    struct bytes value;
    return table_get(reader, &key, &value);
}

struct held_page {
    struct held *list;
    size_t count, count_max;
};

static enum store_result held_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct held_page *page = context;
    (void)value;
    if (!held_key_read(key, &page->list[page->count])) return STORE_DAMAGED;
    page->count++;
    *ret_more = page->count < page->count_max;
    return STORE_OK;
}

enum store_result held_list(struct reader *reader, const struct held *after, business_date before,
                            struct held *ret, size_t count_max, size_t *ret_count)
{
    struct held_page page = {.list = ret, .count_max = count_max};
    struct key from = key_begin(reader->merchant, TABLE_HELD), to = from;
    enum store_result result = STORE_OK;
    key_date(&to, before);
    if (after != NULL) {
        from = held_key(reader->merchant, after);
        key_u8(&from, 0); /* the first key behind it */
    }
    if (count_max > 0)
        result = table_walk(reader, key_view(&from), key_view(&to), held_visit, &page);
    if (result == STORE_OK) *ret_count = page.count;
    return result;
}
