#include "store/debts.h"

#include <assert.h>

#include "store/codec.h"
#include "store/table.h"

enum { DEBT_VERSION = 2 };
enum { DEBT_IS_OPEN = 0, DEBT_IS_PAID = 1 }; /* the byte before the number in its key */

static_assert(DEBT_BYTES == 123 && RECEIPT_BYTES == 45, "the debt record keeps its size");

size_t debt_encode(const struct debt *debt, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, DEBT_VERSION);
    encoder_u64(&encoder, debt->number);
    encoder_u8(&encoder, (uint8_t)debt->unit);
    encoder_u8(&encoder, (uint8_t)debt->policy);
    encoder_i64(&encoder, debt->posted);
    encoder_i64(&encoder, debt->netted);
    encoder_i64(&encoder, debt->written_off);
    encoder_u64(&encoder, debt->credit);
    encoder_u32(&encoder, debt->program_version);
    encoder_u16(&encoder, debt->rule);
    encoder_date(&encoder, debt->business_date);
    encoder_u64(&encoder, debt->recorded_at);
    encoder_u32(&encoder, debt->member);
    encoder_receipt_padded(&encoder, &debt->refund);
    encoder_u32(&encoder, debt->pay_entity);
    encoder_i64(&encoder, debt->carried);
    encoder_flag(&encoder, debt->settled);
    assert(encoder_size(&encoder) == DEBT_BYTES);
    return DEBT_BYTES;
}

enum store_result debt_decode(struct bytes from, struct debt *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, DEBT_VERSION, &version);
    struct debt debt = {.number = decoder_u64(&decoder)};
    debt.unit = (enum unit)decoder_choice(&decoder, UNIT_POINTS, UNIT_COUNT - 1);
    debt.policy =
        (enum return_policy)decoder_choice(&decoder, RETURN_CARRY_FORWARD, RETURN_ONLY_PENDING);
    debt.posted = decoder_amount(&decoder);
    debt.netted = decoder_amount(&decoder);
    debt.written_off = decoder_amount(&decoder);
    debt.credit = decoder_u64(&decoder);
    debt.program_version = decoder_u32(&decoder);
    debt.rule = decoder_u16(&decoder);
    debt.business_date = decoder_date(&decoder);
    debt.recorded_at = decoder_u64(&decoder);
    debt.member = decoder_u32(&decoder);
    debt.refund = decoder_receipt_padded(&decoder);
    /* Version 1 did not keep whose debt it is: that of its credit, and nothing was settled then. */
    if (version >= 2) {
        debt.pay_entity = decoder_u32(&decoder);
        debt.carried = decoder_amount(&decoder);
        debt.settled = decoder_flag(&decoder);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = debt;
    return result;
}

/* ---- the table ------------------------------------------------------------------------------- */

static struct key debt_key(uint32_t merchant, struct party party, uint8_t state, uint64_t number)
{
    struct key key = account_key(merchant, party, ACCOUNT_DEBT);
    key_u8(&key, state);
    key_u64(&key, number);
    return key;
}

static enum store_result debt_get_as(struct reader *reader, struct party party, uint8_t state,
                                     uint64_t number, struct debt *ret)
{
    struct key key = debt_key(reader->merchant, party, state, number);
    struct bytes value;
    struct debt debt;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = debt_decode(value, &debt);
    if (result != STORE_OK) return result;
    bool open = debt_open(&debt) > 0;
    if (debt.number != number || open != (state == DEBT_IS_OPEN)) return STORE_DAMAGED;
    *ret = debt;
    return STORE_OK;
}

enum store_result debts_get(struct reader *reader, struct party party, uint64_t number,
                            struct debt *ret)
{
    enum store_result result = debt_get_as(reader, party, DEBT_IS_OPEN, number, ret);
    if (result != STORE_ABSENT) return result;
    return debt_get_as(reader, party, DEBT_IS_PAID, number, ret);
}

void debts_put(struct batch *batch, struct party party, const struct debt *debt, bool was_open)
{
    uint32_t merchant = batch->reader.merchant;
    uint8_t state = debt_open(debt) > 0 ? DEBT_IS_OPEN : DEBT_IS_PAID;
    assert(debt->number != 0);
    assert(debt_sound(debt));
    uint8_t data[DEBT_BYTES];
    struct key key = debt_key(merchant, party, state, debt->number);
    table_put(batch, &key, data, debt_encode(debt, data));
    if (!was_open || state == DEBT_IS_OPEN) return;
    key = debt_key(merchant, party, DEBT_IS_OPEN, debt->number);
    table_delete(batch, &key);
}

struct debts {
    size_t prefix_size;
    struct debt *list;
    size_t count, count_max;
};

static enum store_result debts_visit(void *context, struct bytes key, struct bytes value,
                                     bool *ret_more)
{
    struct debts *debts = context;
    struct debt *debt = &debts->list[debts->count];
    if (key.size != debts->prefix_size + 1 + 8) return STORE_DAMAGED;
    enum store_result result = debt_decode(value, debt);
    if (result != STORE_OK) return result;
    if (debt->number != key_read_u64(key, debts->prefix_size + 1)) return STORE_DAMAGED;
    debts->count++;
    *ret_more = debts->count < debts->count_max;
    return STORE_OK;
}

enum store_result debts_list(struct reader *reader, struct party party, bool open, uint64_t after,
                             struct debt *ret_debts, size_t count_max, size_t *ret_count)
{
    uint8_t state = open ? DEBT_IS_OPEN : DEBT_IS_PAID;
    struct key prefix = account_key(reader->merchant, party, ACCOUNT_DEBT);
    struct debts debts = {.prefix_size = prefix.size, .list = ret_debts, .count_max = count_max};
    enum store_result result = STORE_OK;
    if (count_max > 0 && after != UINT64_MAX) {
        struct key from = debt_key(reader->merchant, party, state, after + 1);
        key_u8(&prefix, state);
        struct key end = key_after(&prefix);
        result = table_walk(reader, key_view(&from), key_view(&end), debts_visit, &debts);
    }
    if (result == STORE_OK) *ret_count = debts.count;
    return result;
}
