#include "store/settlement_accounts.h"

#include <assert.h>
#include <string.h>

#include "store/accounts.h"
#include "store/codec.h"
#include "store/table.h"

enum { SETTLEMENT_ACCOUNT_VERSION = 1 };

static_assert((int)SETTLEMENT_ENTITIES_MAX == (int)EMPLOYMENTS_MAX, "one entity an employment");

static void encode_units(struct encoder *to, const int64_t amounts[UNIT_COUNT])
{
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) encoder_i64(to, amounts[unit]);
}

static void decode_units(struct decoder *from, int64_t ret_amounts[UNIT_COUNT])
{
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) ret_amounts[unit] = decoder_amount(from);
}

size_t settlement_account_encode(const struct settlement_account *account, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    assert(account->mark_count <= SETTLEMENT_MARKS_MAX);
    encoder_u8(&encoder, SETTLEMENT_ACCOUNT_VERSION);
    encode_units(&encoder, account->clawed);
    encode_units(&encoder, account->clawed_before);
    encoder_i64(&encoder, account->carry_minor);
    encoder_u8(&encoder, account->mark_count);
    for (uint8_t i = 0; i < account->mark_count; i++) {
        const struct settlement_mark *mark = &account->marks[i];
        encoder_u32(&encoder, mark->run);
        encoder_u8(&encoder, (uint8_t)mark->state);
        encoder_date(&encoder, mark->end);
        encoder_u64(&encoder, mark->entry);
        encoder_u64(&encoder, mark->kept_since);
        encode_units(&encoder, mark->amount);
        encode_units(&encoder, mark->clawed);
        encoder_i64(&encoder, mark->carry_minor);
    }
    assert(encoder_size(&encoder) <= SETTLEMENT_ACCOUNT_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result settlement_account_decode(struct bytes from, struct settlement_account *ret)
{
    struct decoder decoder = decoder_begin_version(from, SETTLEMENT_ACCOUNT_VERSION);
    struct settlement_account account = {.mark_count = 0};
    decode_units(&decoder, account.clawed);
    decode_units(&decoder, account.clawed_before);
    account.carry_minor = decoder_i64(&decoder);
    account.mark_count = (uint8_t)decoder_choice(&decoder, 0, SETTLEMENT_MARKS_MAX);
    for (uint8_t i = 0; i < account.mark_count; i++) {
        struct settlement_mark *mark = &account.marks[i];
        mark->run = decoder_u32(&decoder);
        mark->state = (enum mark_state)decoder_choice(&decoder, MARK_FROZEN, MARK_SETTLED);
        mark->end = decoder_date(&decoder);
        mark->entry = decoder_u64(&decoder);
        mark->kept_since = decoder_u64(&decoder);
        decode_units(&decoder, mark->amount);
        decode_units(&decoder, mark->clawed);
        mark->carry_minor = decoder_i64(&decoder);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = account;
    return result;
}

/* ---- the table ------------------------------------------------------------------------------- */

static struct key entity_key(uint32_t merchant, struct party party, uint32_t pay_entity)
{
    struct key key = account_key(merchant, party, ACCOUNT_SETTLEMENT);
    key_u32(&key, pay_entity);
    return key;
}

enum store_result settlement_accounts_get(struct reader *reader, struct party party,
                                          uint32_t pay_entity, struct settlement_account *ret)
{
    struct key key = entity_key(reader->merchant, party, pay_entity);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) return settlement_account_decode(value, ret);
    if (result != STORE_ABSENT) return result;
    *ret = (struct settlement_account){.mark_count = 0};
    return STORE_OK;
}

static bool says_nothing(const struct settlement_account *account)
{
    bool amounts = account->carry_minor != 0;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++)
        amounts |= account->clawed[unit] != 0 || account->clawed_before[unit] != 0;
    return !amounts && account->mark_count == 0;
}

void settlement_accounts_put(struct batch *batch, struct party party, uint32_t pay_entity,
                             const struct settlement_account *account)
{
    struct key key = entity_key(batch->reader.merchant, party, pay_entity);
    uint8_t data[SETTLEMENT_ACCOUNT_BYTES_MAX];
    if (says_nothing(account)) table_delete(batch, &key);
    else table_put(batch, &key, data, settlement_account_encode(account, data));
}

struct entities {
    size_t prefix_size;
    struct settlement_of_entity *list;
    size_t count, count_max;
};

static enum store_result entities_visit(void *context, struct bytes key, struct bytes value,
                                        bool *ret_more)
{
    struct entities *entities = context;
    struct settlement_of_entity *found = &entities->list[entities->count];
    if (key.size != entities->prefix_size + 4) return STORE_DAMAGED;
    enum store_result result = settlement_account_decode(value, &found->account);
    if (result != STORE_OK) return result;
    found->pay_entity = key_read_u32(key, entities->prefix_size);
    entities->count++;
    *ret_more = entities->count < entities->count_max;
    return STORE_OK;
}

enum store_result settlement_accounts_list(struct reader *reader, struct party party,
                                           uint32_t pay_entity, struct settlement_of_entity *ret,
                                           size_t count_max, size_t *ret_count)
{
    struct key prefix = account_key(reader->merchant, party, ACCOUNT_SETTLEMENT);
    struct key from = entity_key(reader->merchant, party, pay_entity);
    struct key end = key_after(&prefix);
    struct entities entities = {.prefix_size = prefix.size, .list = ret, .count_max = count_max};
    enum store_result result = STORE_OK;
    if (count_max > 0)
        result = table_walk(reader, key_view(&from), key_view(&end), entities_visit, &entities);
    if (result == STORE_OK) *ret_count = entities.count;
    return result;
}
