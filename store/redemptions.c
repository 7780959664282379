#include "store/redemptions.h"

#include <assert.h>

#include "store/codec.h"
#include "store/table.h"

enum { REDEMPTION_VERSION = 1 };

size_t redemption_encode(const struct redemption *redemption, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    assert(redemption->lot_count <= REDEMPTION_LOTS_MAX);
    encoder_u8(&encoder, REDEMPTION_VERSION);
    encoder_u32(&encoder, redemption->number);
    encoder_u32(&encoder, redemption->member);
    encoder_u8(&encoder, (uint8_t)redemption->unit);
    encoder_i64(&encoder, redemption->amount);
    encoder_i64(&encoder, redemption->value_minor);
    encoder_receipt_padded(&encoder, &redemption->receipt);
    encoder_u64(&encoder, redemption->recorded_at);
    encoder_date(&encoder, redemption->business_date);
    encoder_u64(&encoder, redemption->entry);
    encoder_i64(&encoder, redemption->restored);
    encoder_i64(&encoder, redemption->cancelled);
    encoder_u64(&encoder, redemption->cancelled_at);
    encoder_u8(&encoder, redemption->lot_count);
    for (uint8_t i = 0; i < redemption->lot_count; i++) {
        encoder_u64(&encoder, redemption->lots[i].credit);
        encoder_i64(&encoder, redemption->lots[i].amount);
        encoder_i64(&encoder, redemption->lots[i].restored);
    }
    assert(encoder_size(&encoder) <= REDEMPTION_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result redemption_decode(struct bytes from, struct redemption *ret)
{
    struct decoder decoder = decoder_begin_version(from, REDEMPTION_VERSION);
    struct redemption redemption = {.number = decoder_u32(&decoder)};
    redemption.member = decoder_u32(&decoder);
    redemption.unit = (enum unit)decoder_choice(&decoder, UNIT_POINTS, UNIT_COUNT - 1);
    redemption.amount = decoder_amount(&decoder);
    redemption.value_minor = decoder_amount(&decoder);
    redemption.receipt = decoder_receipt_padded(&decoder);
    redemption.recorded_at = decoder_u64(&decoder);
    redemption.business_date = decoder_date(&decoder);
    redemption.entry = decoder_u64(&decoder);
    redemption.restored = decoder_amount(&decoder);
    redemption.cancelled = decoder_amount(&decoder);
    redemption.cancelled_at = decoder_u64(&decoder);
    redemption.lot_count = (uint8_t)decoder_choice(&decoder, 0, REDEMPTION_LOTS_MAX);
    for (uint8_t i = 0; i < redemption.lot_count; i++) {
        redemption.lots[i].credit = decoder_u64(&decoder);
        redemption.lots[i].amount = decoder_amount(&decoder);
        redemption.lots[i].restored = decoder_amount(&decoder);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = redemption;
    return result;
}

bool redemption_sound(const struct redemption *redemption)
{
    __int128 amount = 0, restored = 0;
    for (uint8_t i = 0; i < redemption->lot_count; i++) {
        const struct redemption_lot *lot = &redemption->lots[i];
        if (lot->restored > lot->amount || lot->amount == 0) return false;
        amount += lot->amount;
        restored += lot->restored;
    }
    return amount == redemption->amount && restored == redemption->restored &&
           redemption->cancelled <= redemption->restored && redemption->number != 0;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static struct key redemption_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_REDEMPTION);
    key_u32(&key, number);
    return key;
}

static struct key receipt_key(uint32_t merchant, const struct receipt *receipt)
{
    struct key key = key_begin(merchant, TABLE_REDEMPTION_OF);
    key_u32(&key, receipt->shop);
    key_u8(&key, receipt->size);
    key_bytes(&key, receipt->text, receipt->size);
    return key;
}

static struct key member_key(uint32_t merchant, uint32_t member)
{
    struct key key = key_begin(merchant, TABLE_REDEMPTION_BY);
    key_u32(&key, member);
    return key;
}

enum store_result redemptions_get(struct reader *reader, uint32_t number, struct redemption *ret)
{
    struct key key = redemption_key(reader->merchant, number);
    struct bytes value;
    struct redemption redemption;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = redemption_decode(value, &redemption);
    if (result != STORE_OK) return result;
    if (redemption.number != number || !redemption_sound(&redemption)) return STORE_DAMAGED;
    *ret = redemption;
    return STORE_OK;
}

enum store_result redemptions_last(struct reader *reader, uint32_t *ret_number)
{
    struct key from = redemption_key(reader->merchant, 0);
    struct key to = redemption_key(reader->merchant, UINT32_MAX);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_number = 0;
        return STORE_OK;
    }
    if (result == STORE_OK && key.size != from.size) return STORE_DAMAGED;
    if (result == STORE_OK) *ret_number = key_read_u32(key, KEY_REST_OFFSET);
    return result;
}

void redemptions_put(struct batch *batch, const struct redemption *redemption)
{
    uint8_t data[REDEMPTION_BYTES_MAX];
    assert(redemption_sound(redemption));
    assert(redemption->member != 0 && redemption->receipt.size > 0);
    struct key key = redemption_key(batch->reader.merchant, redemption->number);
    table_put(batch, &key, data, redemption_encode(redemption, data));
    key = receipt_key(batch->reader.merchant, &redemption->receipt);
    key_u32(&key, redemption->number);
    table_put_empty(batch, &key);
    key = member_key(batch->reader.merchant, redemption->member);
    key_u32(&key, redemption->number);
    table_put_empty(batch, &key);
}

enum store_result redemptions_of(struct reader *reader, const struct receipt *receipt,
                                 uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                 size_t *ret_count)
{
    struct key prefix = receipt_key(reader->merchant, receipt);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

enum store_result redemptions_by(struct reader *reader, uint32_t member, uint32_t after,
                                 uint32_t *ret_numbers, size_t count_max, size_t *ret_count)
{
    struct key prefix = member_key(reader->merchant, member);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}
