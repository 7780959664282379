#include "store/table.h"

#include <assert.h>
#include <string.h>

enum store_result table_get(struct reader *reader, const struct key *key, struct bytes *ret_value)
{
    return reader_get(reader, key_view(key), ret_value);
}

void table_put(struct batch *batch, const struct key *key, const void *data, size_t size)
{
    assert(data != NULL); /* NULL would delete */
    assert(size + KV_CHECKSUM_BYTES <= KV_VALUE_BYTES_MAX);
    batch_put(batch, key_view(key), (struct bytes){.data = data, .size = size});
}

void table_delete(struct batch *batch, const struct key *key)
{
    batch_delete(batch, key_view(key));
}

enum store_result table_get_number(struct reader *reader, const struct key *key,
                                   uint32_t *ret_number)
{
    struct bytes value;
    enum store_result result = table_get(reader, key, &value);
    if (result != STORE_OK) return result;
    if (value.size != 4) return STORE_DAMAGED;
    *ret_number = key_read_u32(value, 0);
    return STORE_OK;
}

void table_put_number(struct batch *batch, const struct key *key, uint32_t number)
{
    uint8_t data[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                       (uint8_t)number};
    table_put(batch, key, data, sizeof data);
}

void table_put_empty(struct batch *batch, const struct key *key)
{
    table_put(batch, key, "", 0);
}

enum store_result table_last(struct reader *reader, const struct key *from, const struct key *to,
                             struct bytes *ret_key, struct bytes *ret_value)
{
    struct key end = key_after(to);
    struct reader_scan scan;
    enum store_result result =
        reader_scan_open(reader, key_view(from), key_view(&end), true, &scan);
    if (result == STORE_OK) result = reader_scan_next(&scan, ret_key, ret_value);
    reader_scan_close(&scan);
    return result;
}

enum store_result table_walk(struct reader *reader, struct bytes from, struct bytes to,
                             table_visit *visit, void *context)
{
    struct reader_scan scan;
    enum store_result result = reader_scan_open(reader, from, to, false, &scan);
    bool more = true;
    while (result == STORE_OK && more) {
        struct bytes key, value;
        result = reader_scan_next(&scan, &key, &value);
        if (result == STORE_OK) result = visit(context, key, value, &more);
    }
    reader_scan_close(&scan);
    return result == STORE_ABSENT ? STORE_OK : result;
}

struct list {
    size_t prefix_size, number_size;
    uint32_t *numbers;
    uint64_t *numbers64;
    size_t count, count_max;
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    (void)value;
    struct list *list = context;
    if (key.size != list->prefix_size + list->number_size) return STORE_DAMAGED;
    if (list->numbers != NULL) {
        list->numbers[list->count] = key_read_u32(key, list->prefix_size);
    } else {
        list->numbers64[list->count] = key_read_u64(key, list->prefix_size);
    }
    list->count++;
    *ret_more = list->count < list->count_max;
    return STORE_OK;
}

static enum store_result list_run(struct reader *reader, const struct key *from,
                                  const struct key *prefix, struct list *list, size_t *ret_count)
{
    struct key end = key_after(prefix);
    enum store_result result = STORE_OK;
    if (list->count_max > 0) {
        result = table_walk(reader, key_view(from), key_view(&end), list_visit, list);
    }
    if (result == STORE_OK) *ret_count = list->count;
    return result;
}

enum store_result table_list_numbers(struct reader *reader, const struct key *prefix,
                                     uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                     size_t *ret_count)
{
    struct list list = {.prefix_size = prefix->size, .number_size = 4, .numbers = ret_numbers,
                        .count_max = after == UINT32_MAX ? 0 : count_max};
    struct key from = *prefix;
    key_u32(&from, after + 1);
    return list_run(reader, &from, prefix, &list, ret_count);
}

enum store_result table_list_numbers64(struct reader *reader, const struct key *prefix,
                                       uint64_t after, uint64_t *ret_numbers, size_t count_max,
                                       size_t *ret_count)
{
    struct list list = {.prefix_size = prefix->size, .number_size = 8, .numbers64 = ret_numbers,
                        .count_max = after == UINT64_MAX ? 0 : count_max};
    struct key from = *prefix;
    key_u64(&from, after + 1);
    return list_run(reader, &from, prefix, &list, ret_count);
}

bool table_copy_text(char *to, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) return false;
    memset(to, 0, size);
    memcpy(to, text, length);
    return true;
}

char *table_text(const char *text)
{
    union { const char *in; char *out; } cast = {.in = text};
    return cast.out;
}
