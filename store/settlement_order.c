/* The order in which a run's guides are exported: keys that say it all. */
#include "store/settlement_lines.h"

#include <assert.h>
#include <string.h>

#include "store/table.h"

static struct key run_prefix(uint32_t merchant, uint32_t run)
{
    struct key key = key_begin(merchant, TABLE_RUN_ORDER);
    assert(run != 0);
    key_u32(&key, run);
    return key;
}

/* Each text with the zero that ends it, so that a shorter one comes first. */
static struct key place_key(uint32_t merchant, uint32_t run, const struct line_place *place)
{
    struct key key = run_prefix(merchant, run);
    assert(place->guide != 0);
    key_bytes(&key, place->pay_entity_name,
              strnlen(place->pay_entity_name, PAY_ENTITY_BYTES_MAX) + 1);
    key_bytes(&key, place->employee_no, strnlen(place->employee_no, EMPLOYEE_NO_BYTES_MAX) + 1);
    key_u32(&key, place->guide);
    key_u32(&key, place->pay_entity);
    return key;
}

/* Copies the text at *at and moves behind its zero; false when it has none in time. */
static bool text_read(struct bytes key, size_t *at, char *ret_text, size_t size_max)
{
    size_t left = key.size - *at;
    const uint8_t *end = memchr(key.data + *at, 0, left <= size_max ? left : size_max + 1);
    if (end == NULL) return false;
    size_t size = (size_t)(end - (key.data + *at));
    memset(ret_text, 0, size_max + 1);
    memcpy(ret_text, key.data + *at, size);
    *at += size + 1;
    return true;
}

bool settlement_order_key_read(struct bytes key, uint32_t *ret_run, struct line_place *ret_place)
{
    size_t at = KEY_REST_OFFSET + 4;
    struct line_place place;
    if (key.size < at) return false;
    uint32_t run = key_read_u32(key, KEY_REST_OFFSET);
    if (run == 0 || !text_read(key, &at, place.pay_entity_name, PAY_ENTITY_BYTES_MAX) ||
        !text_read(key, &at, place.employee_no, EMPLOYEE_NO_BYTES_MAX) || key.size != at + 8)
        return false;
    place.guide = key_read_u32(key, at);
    place.pay_entity = key_read_u32(key, at + 4);
    if (place.guide == 0) return false;
    *ret_run = run;
    *ret_place = place;
    return true;
}

void settlement_order_put(struct batch *batch, uint32_t run, const struct line_place *place)
{
    struct key key = place_key(batch->reader.merchant, run, place);
    table_put_empty(batch, &key);
}

void settlement_order_delete(struct batch *batch, uint32_t run, const struct line_place *place)
{
    struct key key = place_key(batch->reader.merchant, run, place);
    table_delete(batch, &key);
}

struct place_list {
    uint32_t run;
    struct line_place *places;
    size_t count, count_max;
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct place_list *list = context;
    uint32_t run;
    (void)value;
    if (!settlement_order_key_read(key, &run, &list->places[list->count]) || run != list->run)
        return STORE_DAMAGED;
    list->count++;
    *ret_more = list->count < list->count_max;
    return STORE_OK;
}

enum store_result settlement_order_list(struct reader *reader, uint32_t run,
                                        const struct line_place *after,
                                        struct line_place *ret_places, size_t count_max,
                                        size_t *ret_count)
{
    struct place_list list = {.run = run, .places = ret_places, .count_max = count_max};
    struct key prefix = run_prefix(reader->merchant, run);
    struct key to = key_after(&prefix), from = prefix;
    enum store_result result = STORE_OK;
    if (after != NULL) {
        from = place_key(reader->merchant, run, after);
        key_u8(&from, 0); /* the first key behind it */
    }
    if (count_max > 0)
        result = table_walk(reader, key_view(&from), key_view(&to), list_visit, &list);
    if (result == STORE_OK) *ret_count = list.count;
    return result;
}
