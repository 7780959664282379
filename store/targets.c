#include "store/targets.h"

#include <assert.h>

#include "store/codec.h"
#include "store/table.h"

enum { TARGET_VERSION = 1 };

/* ---- bytes ----------------------------------------------------------------------------------- */

size_t target_encode(const struct target *target, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    assert(target->name.guide != 0);
    encoder_u8(&encoder, TARGET_VERSION);
    encoder_u32(&encoder, target->name.guide);
    encoder_u8(&encoder, (uint8_t)target->name.span);
    encoder_date(&encoder, target->name.start);
    encoder_u8(&encoder, (uint8_t)target->name.kpi);
    encoder_i64(&encoder, target->value);
    encoder_u64(&encoder, target->set_at);
    encoder_u32(&encoder, target->set_by);
    assert(encoder_size(&encoder) == TARGET_BYTES);
    return encoder_size(&encoder);
}

enum store_result target_decode(struct bytes from, struct target *ret)
{
    struct decoder decoder = decoder_begin_version(from, TARGET_VERSION);
    struct target target = {.value = 0};
    target.name.guide = decoder_u32(&decoder);
    target.name.span = (enum score_span)decoder_choice(&decoder, SCORE_DAY, SCORE_YEAR);
    target.name.start = decoder_date(&decoder);
    target.name.kpi = (enum score_kpi)decoder_choice(&decoder, SCORE_NEW_MEMBERS,
                                                     SCORE_HANDED_OVER_MEMBERS);
    target.value = decoder_amount(&decoder);
    target.set_at = decoder_u64(&decoder);
    target.set_by = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = target;
    return result;
}

/* ---- the table ------------------------------------------------------------------------------- */

static struct key target_key(uint32_t merchant, const struct target_name *name)
{
    struct key key = key_begin(merchant, TABLE_TARGET);
    key_u32(&key, name->guide);
    key_u8(&key, (uint8_t)name->span);
    key_date(&key, name->start);
    key_u8(&key, (uint8_t)name->kpi);
    return key;
}

bool target_key_read(struct bytes key, struct target_name *ret_name)
{
    if (key.size != KEY_REST_OFFSET + 4 + 1 + 4 + 1) return false;
    *ret_name = (struct target_name){
        .guide = key_read_u32(key, KEY_REST_OFFSET),
        .span = (enum score_span)key.data[KEY_REST_OFFSET + 4],
        .start = key_read_date(key, KEY_REST_OFFSET + 5),
        .kpi = (enum score_kpi)key.data[KEY_REST_OFFSET + 9],
    };
    return true;
}

static bool named(const struct target_name *a, const struct target_name *b)
{
    return a->guide == b->guide && a->span == b->span && a->start == b->start && a->kpi == b->kpi;
}

enum store_result targets_get(struct reader *reader, const struct target_name *name,
                              struct target *ret)
{
    struct key key = target_key(reader->merchant, name);
    struct bytes value;
    struct target target;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = target_decode(value, &target);
    if (result == STORE_OK && !named(&target.name, name)) result = STORE_DAMAGED;
    if (result == STORE_OK) *ret = target;
    return result;
}

void targets_put(struct batch *batch, const struct target *target)
{
    uint8_t data[TARGET_BYTES];
    struct key key = target_key(batch->reader.merchant, &target->name);
    assert(target->value > 0);
    table_put(batch, &key, data, target_encode(target, data));
}

void targets_delete(struct batch *batch, const struct target_name *name)
{
    struct key key = target_key(batch->reader.merchant, name);
    table_delete(batch, &key);
}

struct listing {
    struct target_name after;
    struct target *list;
    size_t count, count_max;
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct listing *listing = context;
    struct target target;
    struct target_name name;
    if (!target_key_read(key, &name)) return STORE_DAMAGED;
    *ret_more = true;
    if (named(&name, &listing->after)) return STORE_OK;
    enum store_result result = target_decode(value, &target);
    if (result == STORE_OK && !named(&target.name, &name)) result = STORE_DAMAGED;
    if (result != STORE_OK) return result;
    listing->list[listing->count++] = target;
    *ret_more = listing->count < listing->count_max;
    return STORE_OK;
}

enum store_result targets_list(struct reader *reader, const struct target_name *after,
                               struct target *ret, size_t count_max, size_t *ret_count)
{
    struct listing listing = {*after, ret, 0, count_max};
    struct key prefix = key_begin(reader->merchant, TABLE_TARGET);
    key_u32(&prefix, after->guide);
    struct key end = key_after(&prefix);
    struct key from = after->span == 0 ? prefix : target_key(reader->merchant, after);
    if (count_max > 0) {
        enum store_result result =
            table_walk(reader, key_view(&from), key_view(&end), list_visit, &listing);
        if (result != STORE_OK) return result;
    }
    *ret_count = listing.count;
    return STORE_OK;
}
