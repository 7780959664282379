#include "store/benefits.h"

#include <assert.h>

#include "store/codec.h"
#include "store/table.h"

enum { BENEFIT_VERSION = 1, NUMBER_OFFSET = KEY_REST_OFFSET + 6 };

size_t benefit_encode(const struct benefit *benefit, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, BENEFIT_VERSION);
    encoder_u32(&encoder, benefit->number);
    encoder_u32(&encoder, benefit->program_version);
    encoder_u16(&encoder, benefit->rule);
    encoder_date(&encoder, benefit->given_on);
    encoder_date(&encoder, benefit->valid_until);
    encoder_u64(&encoder, benefit->handed_out_at);
    encoder_u32(&encoder, benefit->handed_out_shop);
    assert(encoder_size(&encoder) == BENEFIT_BYTES);
    return BENEFIT_BYTES;
}

enum store_result benefit_decode(struct bytes from, struct benefit *ret)
{
    struct decoder decoder = decoder_begin_version(from, BENEFIT_VERSION);
    struct benefit benefit = {.number = decoder_u32(&decoder)};
    benefit.program_version = decoder_u32(&decoder);
    benefit.rule = decoder_u16(&decoder);
    benefit.given_on = decoder_date(&decoder);
    benefit.valid_until = decoder_date(&decoder);
    benefit.handed_out_at = decoder_u64(&decoder);
    benefit.handed_out_shop = decoder_u32(&decoder);
    if (benefit.number == 0 || benefit.program_version == 0 || benefit.rule >= RULES_MAX ||
        benefit.valid_until < benefit.given_on ||
        (benefit.handed_out_at == 0) != (benefit.handed_out_shop == 0))
        decoder.damaged = true;
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = benefit;
    return result;
}

static struct key benefits_prefix(uint32_t merchant, uint32_t member)
{
    return account_key(merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_BENEFIT);
}

enum store_result benefits_get(struct reader *reader, uint32_t member, uint32_t number,
                               struct benefit *ret)
{
    struct key key = benefits_prefix(reader->merchant, member);
    struct bytes value;
    struct benefit benefit;

    key_u32(&key, number);
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = benefit_decode(value, &benefit);
    if (result != STORE_OK) return result;
    if (benefit.number != number) return STORE_DAMAGED;
    *ret = benefit;
    return STORE_OK;
}

void benefits_put(struct batch *batch, uint32_t member, const struct benefit *benefit)
{
    uint8_t data[BENEFIT_BYTES];
    struct key key = benefits_prefix(batch->reader.merchant, member);

    assert(benefit->number >= 1 && benefit->number <= BENEFITS_MAX);
    key_u32(&key, benefit->number);
    table_put(batch, &key, data, benefit_encode(benefit, data));
}

struct benefits {
    struct benefit *list;
    size_t count;
};

static enum store_result visit(void *context, struct bytes key, struct bytes value, bool *ret_more)
{
    struct benefits *benefits = context;
    struct benefit *benefit = &benefits->list[benefits->count];

    if (key.size != NUMBER_OFFSET + 4 || benefits->count == BENEFITS_MAX) return STORE_DAMAGED;
    enum store_result result = benefit_decode(value, benefit);
    if (result != STORE_OK) return result;
    if (benefit->number != key_read_u32(key, NUMBER_OFFSET)) return STORE_DAMAGED;
    benefits->count++;
    *ret_more = true;
    return STORE_OK;
}

enum store_result benefits_list(struct reader *reader, uint32_t member,
                                struct benefit ret[BENEFITS_MAX], size_t *ret_count)
{
    struct key from = benefits_prefix(reader->merchant, member), end = key_after(&from);
    struct benefit list[BENEFITS_MAX];
    struct benefits benefits = {.list = list};

    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), visit, &benefits);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < benefits.count; i++) ret[i] = list[i];
    *ret_count = benefits.count;
    return STORE_OK;
}
