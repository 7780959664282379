/* The records under an account's prefix: hot record, purchase days, credits, history. */
#include "store/encode.h"

#include <assert.h>

#include "store/codec.h"

enum {
    ACCOUNT_VERSION = 2,
    PURCHASE_DAY_VERSION = 2,
    CREDIT_VERSION = 3,
    BINDING_VERSION = 2,
    EMPLOYMENT_VERSION = 1,
};

static_assert(ACCOUNT_BYTES == 261, "the hot account record keeps its size");
static_assert(CREDIT_BYTES == 146, "the credit record keeps its size");
static_assert(UNIT_COUNT == 2, "accounts hold POINTS and CASH");

static void account_encode_member(struct encoder *to, const struct account *account)
{
    encoder_date(to, account->registered_on);
    encoder_u64(to, account->registered_at);
    encoder_u64(to, account->recorded_at);
    encoder_u32(to, account->registered_shop);
    encoder_u8(to, (uint8_t)account->scan_result);
    encoder_u64(to, account->code.symbols);
    encoder_party(to, account->referrer);
    encoder_u32(to, account->serving_guide);
    encoder_flag(to, account->serving_inherited);
    encoder_date(to, account->binding_from);
    encoder_date(to, account->binding_until);
    encoder_date(to, account->protected_until);
    encoder_u32(to, account->self_guide);
    encoder_u8(to, account->tier);
    encoder_i64(to, account->tier_points);
    encoder_date(to, account->tier_since);
    encoder_u32(to, account->purchase_count);
    encoder_u32(to, account->days_recorded);
    encoder_date(to, account->last_day);
    encoder_date(to, account->second_last_day);
    encoder_receipt_padded(to, &account->last_purchase);
    encoder_date(to, account->first_day);
    encoder_date(to, account->tier_review_on);
    encoder_date(to, account->refund_cycle_from);
    encoder_u16(to, account->refund_cycle_count);
}

static void account_decode_member(struct decoder *from, uint8_t version, struct account *account)
{
    account->registered_on = decoder_date(from);
    account->registered_at = decoder_u64(from);
    account->recorded_at = decoder_u64(from);
    account->registered_shop = decoder_u32(from);
    account->scan_result = (enum scan_result)decoder_choice(from, SCAN_NONE, SCAN_REFERRED);
    account->code = decoder_code(from);
    account->referrer = decoder_party(from);
    account->serving_guide = decoder_u32(from);
    account->serving_inherited = decoder_flag(from);
    account->binding_from = decoder_date(from);
    account->binding_until = decoder_date(from);
    account->protected_until = decoder_date(from);
    account->self_guide = decoder_u32(from);
    account->tier = decoder_u8(from);
    account->tier_points = decoder_i64(from);
    account->tier_since = decoder_date(from);
    account->purchase_count = decoder_u32(from);
    account->days_recorded = decoder_u32(from);
    account->last_day = decoder_date(from);
    account->second_last_day = decoder_date(from);
    account->last_purchase = decoder_receipt_padded(from);
    account->tier_review_on = account->refund_cycle_from = DATE_NEVER;
    /* Version 1 did not keep her first day: the earliest it still knew stands for it. */
    account->first_day =
        account->second_last_day != DATE_NEVER ? account->second_last_day : account->last_day;
    if (version < 2) return;
    account->first_day = decoder_date(from);
    account->tier_review_on = decoder_date(from);
    account->refund_cycle_from = decoder_date(from);
    account->refund_cycle_count = decoder_u16(from);
}

size_t account_encode(const struct account *account, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, ACCOUNT_VERSION);
    encoder_u8(&encoder, (uint8_t)account->status);
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        encoder_i64(&encoder, account->balance[unit].pending);
        encoder_i64(&encoder, account->balance[unit].available);
        encoder_i64(&encoder, account->balance[unit].held);
        encoder_i64(&encoder, account->balance[unit].debt);
        encoder_i64(&encoder, account->balance[unit].debt_inside);
    }
    encoder_u64(&encoder, account->last_entry);
    encoder_date(&encoder, account->next_due);
    encoder_u32(&encoder, account->settlement_run);
    account_encode_member(&encoder, account);
    encoder_u32(&encoder, account->shop);
    encoder_u32(&encoder, account->pay_entity);
    encoder_date(&encoder, account->employed_from);
    encoder_date(&encoder, account->employed_until);
    assert(encoder_size(&encoder) == ACCOUNT_BYTES);
    return ACCOUNT_BYTES;
}

enum store_result account_decode(struct bytes from, struct account *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, ACCOUNT_VERSION, &version);
    struct account account = {
        .status = (enum account_status)decoder_choice(&decoder, ACCOUNT_ACTIVE, ACCOUNT_ERASED),
    };
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        account.balance[unit].pending = decoder_i64(&decoder);
        account.balance[unit].available = decoder_i64(&decoder);
        account.balance[unit].held = decoder_i64(&decoder);
        account.balance[unit].debt = decoder_i64(&decoder);
        if (version >= 2) account.balance[unit].debt_inside = decoder_i64(&decoder);
    }
    account.last_entry = decoder_u64(&decoder);
    account.next_due = decoder_date(&decoder);
    account.settlement_run = decoder_u32(&decoder);
    account_decode_member(&decoder, version, &account);
    account.shop = decoder_u32(&decoder);
    account.pay_entity = decoder_u32(&decoder);
    account.employed_from = decoder_date(&decoder);
    account.employed_until = decoder_date(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = account;
    return result;
}

size_t purchase_day_encode(const struct purchase_day *day, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, PURCHASE_DAY_VERSION);
    encoder_u32(&encoder, day->recorded_count);
    encoder_u32(&encoder, day->live_count);
    encoder_i64(&encoder, day->net_minor);
    encoder_i64(&encoder, day->base_minor);
    encoder_i64(&encoder, day->tier_points);
    encoder_date(&encoder, day->last_full_refund_on);
    assert(encoder_size(&encoder) == PURCHASE_DAY_BYTES);
    return PURCHASE_DAY_BYTES;
}

enum store_result purchase_day_decode(struct bytes from, struct purchase_day *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, PURCHASE_DAY_VERSION, &version);
    struct purchase_day day = {.recorded_count = decoder_u32(&decoder)};
    day.live_count = decoder_u32(&decoder);
    day.net_minor = decoder_i64(&decoder);
    day.base_minor = day.net_minor; /* version 1 did not keep the base */
    day.last_full_refund_on = DATE_ALWAYS;
    if (version >= 2) {
        day.base_minor = decoder_i64(&decoder);
        day.tier_points = decoder_i64(&decoder);
        day.last_full_refund_on = decoder_date(&decoder);
    }
    if (day.live_count > day.recorded_count) decoder.damaged = true;
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = day;
    return result;
}

size_t credit_encode(const struct credit *credit, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, CREDIT_VERSION);
    encoder_u64(&encoder, credit->number);
    encoder_u8(&encoder, (uint8_t)credit->unit);
    encoder_u8(&encoder, (uint8_t)credit->state);
    encoder_u8(&encoder, credit->flags);
    encoder_i64(&encoder, credit->posted);
    encoder_i64(&encoder, credit->remaining);
    encoder_i64(&encoder, credit->redeemed);
    encoder_i64(&encoder, credit->expired);
    encoder_i64(&encoder, credit->settled);
    encoder_i64(&encoder, credit->voided);
    encoder_i64(&encoder, credit->reversed);
    encoder_u32(&encoder, credit->program_version);
    encoder_u16(&encoder, credit->rule);
    encoder_date(&encoder, credit->business_date);
    encoder_date(&encoder, credit->matures_on);
    encoder_date(&encoder, credit->expires_on);
    encoder_u32(&encoder, credit->shop);
    encoder_u32(&encoder, credit->pay_entity);
    encoder_u32(&encoder, credit->settlement_run);
    encoder_u32(&encoder, credit->referee);
    encoder_u32(&encoder, credit->review);
    encoder_i64(&encoder, credit->recall_own);
    encoder_i64(&encoder, credit->recall_elsewhere);
    encoder_i64(&encoder, credit->recall_waived);
    encoder_i64(&encoder, credit->recall_settled);
    encoder_u64(&encoder, credit->since);
    assert(encoder_size(&encoder) == CREDIT_BYTES);
    return CREDIT_BYTES;
}

enum store_result credit_decode(struct bytes from, struct credit *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, CREDIT_VERSION, &version);
    struct credit credit = {.number = decoder_u64(&decoder)};
    credit.unit = (enum unit)decoder_choice(&decoder, UNIT_POINTS, UNIT_COUNT - 1);
    credit.state = (enum credit_state)decoder_choice(&decoder, CREDIT_PENDING, CREDIT_DONE);
    credit.flags = (uint8_t)decoder_choice(&decoder, 0, CREDIT_HELD);
    credit.posted = decoder_i64(&decoder);
    credit.remaining = decoder_i64(&decoder);
    credit.redeemed = decoder_i64(&decoder);
    credit.expired = decoder_i64(&decoder);
    credit.settled = decoder_i64(&decoder);
    credit.voided = decoder_i64(&decoder);
    credit.reversed = decoder_i64(&decoder);
    credit.program_version = decoder_u32(&decoder);
    credit.rule = decoder_u16(&decoder);
    credit.business_date = decoder_date(&decoder);
    credit.matures_on = decoder_date(&decoder);
    credit.expires_on = decoder_date(&decoder);
    credit.shop = decoder_u32(&decoder);
    credit.pay_entity = decoder_u32(&decoder);
    credit.settlement_run = decoder_u32(&decoder);
    if (version >= 2) {
        credit.referee = decoder_u32(&decoder);
        credit.review = decoder_u32(&decoder);
        credit.recall_own = decoder_i64(&decoder);
        credit.recall_elsewhere = decoder_i64(&decoder);
        credit.recall_waived = decoder_i64(&decoder);
    }
    /* Before version 3 nothing was ever settled, and its making stands for when it got free. */
    credit.recall_settled = version >= 3 ? decoder_amount(&decoder) : 0;
    credit.since = version >= 3 ? decoder_u64(&decoder) : credit.number;
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = credit;
    return result;
}

size_t binding_encode(const struct binding *binding, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, BINDING_VERSION);
    encoder_date(&encoder, binding->from);
    encoder_date(&encoder, binding->until);
    encoder_u8(&encoder, (uint8_t)binding->state);
    encoder_u32(&encoder, binding->guide);
    encoder_flag(&encoder, binding->inherited);
    encoder_date(&encoder, binding->protected_until);
    encoder_u32(&encoder, binding->handover);
    assert(encoder_size(&encoder) == BINDING_BYTES);
    return BINDING_BYTES;
}

enum store_result binding_decode(struct bytes from, struct binding *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, BINDING_VERSION, &version);
    struct binding binding = {.from = decoder_date(&decoder)};
    binding.until = decoder_date(&decoder);
    binding.state =
        (enum binding_state)decoder_choice(&decoder, BINDING_ACTIVE, BINDING_RELEASED);
    binding.guide = decoder_u32(&decoder);
    binding.inherited = decoder_flag(&decoder);
    binding.protected_until = binding.from; /* version 1 kept it in the account alone */
    if (version >= 2) {
        binding.protected_until = decoder_date(&decoder);
        binding.handover = decoder_u32(&decoder);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = binding;
    return result;
}

size_t employment_encode(const struct employment *employment, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, EMPLOYMENT_VERSION);
    encoder_date(&encoder, employment->from);
    encoder_date(&encoder, employment->until);
    encoder_u32(&encoder, employment->shop);
    encoder_u32(&encoder, employment->pay_entity);
    assert(encoder_size(&encoder) == EMPLOYMENT_BYTES);
    return EMPLOYMENT_BYTES;
}

enum store_result employment_decode(struct bytes from, struct employment *ret)
{
    struct decoder decoder = decoder_begin_version(from, EMPLOYMENT_VERSION);
    struct employment employment = {.from = decoder_date(&decoder)};
    employment.until = decoder_date(&decoder);
    employment.shop = decoder_u32(&decoder);
    employment.pay_entity = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = employment;
    return result;
}
