/* Employers, by number and by name. */
#include "store/shops.h"

#include <assert.h>
#include <string.h>

#include "store/table.h"

static struct key name_key(uint32_t merchant, const char *name)
{
    struct key key = key_begin(merchant, TABLE_PAY_ENTITY_NAME);
    key_bytes(&key, name, strlen(name));
    return key;
}

static struct key number_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_PAY_ENTITY);
    key_u32(&key, number);
    return key;
}

enum store_result pay_entities_find(struct reader *reader, const char *name, uint32_t *ret_number)
{
    size_t size = strnlen(name, PAY_ENTITY_BYTES_MAX + 1);
    if (size == 0 || size > PAY_ENTITY_BYTES_MAX) return STORE_ABSENT;
    struct key key = name_key(reader->merchant, name);
    return table_get_number(reader, &key, ret_number);
}

enum store_result pay_entities_get(struct reader *reader, uint32_t number,
                                   char ret_name[PAY_ENTITY_BYTES_MAX + 1])
{
    struct key key = number_key(reader->merchant, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    if (value.size == 0 || value.size > PAY_ENTITY_BYTES_MAX) return STORE_DAMAGED;
    if (memchr(value.data, 0, value.size) != NULL) return STORE_DAMAGED;
    memset(ret_name, 0, PAY_ENTITY_BYTES_MAX + 1);
    memcpy(ret_name, value.data, value.size);
    return STORE_OK;
}

void pay_entities_put(struct batch *batch, uint32_t number, const char *name)
{
    size_t size = strlen(name);
    assert(number != 0 && size > 0 && size <= PAY_ENTITY_BYTES_MAX);
    struct key key = number_key(batch->reader.merchant, number);
    table_put(batch, &key, name, size);
    struct key index = name_key(batch->reader.merchant, name);
    table_put_number(batch, &index, number);
}
