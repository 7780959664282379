#include "store/settlement_lines.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/store.h"
#include "store/table.h"

static struct key run_prefix(uint32_t merchant, uint32_t run)
{
    struct key key = key_begin(merchant, TABLE_RUN_LINE);
    assert(run != 0);
    key_u32(&key, run);
    return key;
}

static struct key line_key(uint32_t merchant, uint32_t run, const struct line_name *name)
{
    struct key key = run_prefix(merchant, run);
    key_party(&key, name->payee);
    key_u32(&key, name->pay_entity);
    return key;
}

bool settlement_line_key_read(struct bytes key, uint32_t *ret_run, struct line_name *ret_name)
{
    enum { RUN_AT = KEY_REST_OFFSET, KIND_AT = RUN_AT + 4, NUMBER_AT = KIND_AT + 1,
           ENTITY_AT = NUMBER_AT + 4, END = ENTITY_AT + 4 };
    if (key.size != END) return false;
    uint8_t kind = key.data[KIND_AT];
    uint32_t run = key_read_u32(key, RUN_AT);
    uint32_t number = key_read_u32(key, NUMBER_AT);
    uint32_t pay_entity = key_read_u32(key, ENTITY_AT);
    if (run == 0 || number == 0 || (kind != PARTY_MEMBER && kind != PARTY_GUIDE)) return false;
    if (kind == PARTY_MEMBER && pay_entity != 0) return false;
    *ret_run = run;
    *ret_name = (struct line_name){{(enum party_kind)kind, number}, pay_entity};
    return true;
}

/* Decodes, and compares with the key it was found under. */
static enum store_result line_decode(struct bytes value, uint32_t run,
                                     const struct line_name *name, struct settlement_line *ret)
{
    struct settlement_line line;
    enum store_result result = settlement_line_decode(value, &line);
    if (result != STORE_OK) return result;
    if (line.run != run || line.payee.kind != name->payee.kind ||
        line.payee.number != name->payee.number || line.pay_entity != name->pay_entity)
        return STORE_DAMAGED;
    *ret = line;
    return STORE_OK;
}

enum store_result settlement_lines_get(struct reader *reader, uint32_t run,
                                       const struct line_name *name, struct settlement_line *ret)
{
    struct key key = line_key(reader->merchant, run, name);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? line_decode(value, run, name, ret) : result;
}

struct line_list {
    uint32_t run;
    struct settlement_line *lines;
    size_t count, count_max;
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct line_list *list = context;
    struct line_name name;
    uint32_t run;
    if (!settlement_line_key_read(key, &run, &name) || run != list->run) return STORE_DAMAGED;
    enum store_result result = line_decode(value, run, &name, &list->lines[list->count]);
    if (result != STORE_OK) return result;
    list->count++;
    *ret_more = list->count < list->count_max;
    return STORE_OK;
}

enum store_result settlement_lines_list(struct reader *reader, uint32_t run,
                                        const struct line_name *after,
                                        struct settlement_line *ret_lines, size_t count_max,
                                        size_t *ret_count)
{
    struct line_list list = {.run = run, .lines = ret_lines, .count_max = count_max};
    struct key prefix = run_prefix(reader->merchant, run);
    struct key to = key_after(&prefix);
    struct key from = line_key(reader->merchant, run, after);
    key_u8(&from, 0); /* the first key behind it */
    enum store_result result = STORE_OK;
    if (count_max > 0)
        result = table_walk(reader, key_view(&from), key_view(&to), list_visit, &list);
    if (result == STORE_OK) *ret_count = list.count;
    return result;
}

void settlement_lines_put(struct batch *batch, const struct settlement_line *line)
{
    uint8_t data[RECORD_BYTES_MAX];
    struct line_name name = {line->payee, line->pay_entity};
    struct key key = line_key(batch->reader.merchant, line->run, &name);
    table_put(batch, &key, data, settlement_line_encode(line, data));
}

void settlement_lines_delete(struct batch *batch, uint32_t run, const struct line_name *name)
{
    struct key key = line_key(batch->reader.merchant, run, name);
    table_delete(batch, &key);
}

/* ---- hashes ---------------------------------------------------------------------------------- */

void statement_hash_credit(uint8_t hash[HASH_BYTES], uint64_t credit, enum unit unit,
                           int64_t amount)
{
    uint8_t data[HASH_BYTES + 8 + 1 + 8];
    struct encoder encoder = encoder_begin(data);
    encoder_bytes(&encoder, hash, HASH_BYTES);
    encoder_u64(&encoder, credit);
    encoder_u8(&encoder, (uint8_t)unit);
    encoder_i64(&encoder, amount);
    assert(encoder_size(&encoder) == sizeof data);
    store_digest((struct bytes){data, sizeof data}, hash);
}

void statement_hash_end(uint8_t hash[HASH_BYTES], const struct settlement_line *line)
{
    uint8_t data[HASH_BYTES + SETTLEMENT_LINE_BYTES_MAX];
    memcpy(data, hash, HASH_BYTES);
    size_t size = HASH_BYTES + settlement_figures_encode(line, data + HASH_BYTES);
    assert(size <= sizeof data);
    store_digest((struct bytes){data, size}, hash);
}

void run_hash_add(uint8_t hash[HASH_BYTES], const uint8_t statement_hash[HASH_BYTES])
{
    uint8_t data[2 * HASH_BYTES];
    memcpy(data, hash, HASH_BYTES);
    memcpy(data + HASH_BYTES, statement_hash, HASH_BYTES);
    store_digest((struct bytes){data, sizeof data}, hash);
}
