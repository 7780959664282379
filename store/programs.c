#include "store/programs.h"

#include <assert.h>
#include <string.h>

#include "store/program_codec.h"
#include "store/table.h"
#include "store/write_set.h"

static struct key version_key(uint32_t merchant, uint32_t version)
{
    struct key key = key_begin(merchant, TABLE_PROGRAM);
    key_u32(&key, version);
    return key;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Decodes into `ret`, which is spoilt on failure. */
static enum store_result program_read(struct bytes value, uint32_t version, struct program *ret)
{
    return program_decode(value, ret) && ret->version == version ? STORE_OK : STORE_DAMAGED;
}

enum store_result programs_get(struct reader *reader, uint32_t version, struct program *ret)
{
    struct key key = version_key(reader->merchant, version);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct program program;
    result = program_read(value, version, &program);
    if (result == STORE_OK) *ret = program;
    return result;
}

enum store_result programs_in_force(struct reader *reader, business_date date,
                                    uint32_t *ret_version)
{
    struct key from = key_begin(reader->merchant, TABLE_PROGRAM_FROM);
    struct key to = from;
    key_date(&to, date);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result != STORE_OK) return result;
    if (key.size != KEY_REST_OFFSET + 4 + 4) return STORE_DAMAGED;
    *ret_version = key_read_u32(key, KEY_REST_OFFSET + 4);
    return STORE_OK;
}

/* ---- the cache ------------------------------------------------------------------------------- */

enum store_result programs_get_cached(struct batch *batch, uint32_t version,
                                      const struct program **ret)
{
    struct program_cache *cache = &batch->programs;
    uint32_t merchant = batch->reader.merchant;
    assert(merchant != 0);
    for (size_t i = 0; i < PROGRAM_CACHE_MAX; i++) {
        if (cache->slots[i].merchant == merchant && cache->slots[i].program.version == version) {
            *ret = &cache->slots[i].program;
            return STORE_OK;
        }
    }
    struct key key = version_key(merchant, version);
    struct bytes value;
    enum store_result result = table_get(&batch->reader, &key, &value);
    if (result != STORE_OK) return result;

    size_t slot = cache->next;
    cache->slots[slot].merchant = 0;
    result = program_read(value, version, &cache->slots[slot].program);
    if (result != STORE_OK) return result;
    bool uncommitted = reader_is_uncommitted(&batch->reader, key_view(&key));
    if (!uncommitted) cache->slots[slot].merchant = merchant;
    cache->next = (slot + 1) % PROGRAM_CACHE_MAX;
    *ret = &cache->slots[slot].program;
    return STORE_OK;
}

/* A version the index names has a record. */
enum store_result programs_in_force_cached(struct batch *batch, business_date date,
                                           const struct program **ret)
{
    uint32_t version;
    enum store_result result = programs_in_force(&batch->reader, date, &version);
    if (result != STORE_OK) return result;
    result = programs_get_cached(batch, version, ret);
    return result == STORE_ABSENT ? STORE_DAMAGED : result;
}

/* ---- writing --------------------------------------------------------------------------------- */

void programs_put(struct batch *batch, const struct program *program)
{
    uint8_t data[PROGRAM_BYTES_MAX];
    size_t size = program_encode(program, data);
    struct key key = version_key(batch->reader.merchant, program->version);
    table_put(batch, &key, data, size);
    struct key from = key_begin(batch->reader.merchant, TABLE_PROGRAM_FROM);
    key_date(&from, program->from);
    key_u32(&from, program->version);
    table_put_empty(batch, &from);
}

/* ---- the latest rule-made credit ------------------------------------------------------------- */

enum store_result rule_credit_date_get(struct reader *reader, business_date *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_RULE_CREDIT_DATE);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    if (value.size != 4) return STORE_DAMAGED;
    *ret = key_read_date(value, 0);
    return STORE_OK;
}

void rule_credit_date_put(struct batch *batch, business_date date)
{
    struct key key = key_begin(batch->reader.merchant, TABLE_RULE_CREDIT_DATE);
    struct key value = {.size = 0};
    key_date(&value, date);
    table_put(batch, &key, value.data, value.size);
}
