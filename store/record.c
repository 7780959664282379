/* The records of a merchant that are neither ledger nor account: codes, tokens, requests, counters
 * and the merchant itself; and comparing receipts. */
#include "store/encode.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"

enum {
    PARTY_VERSION = 1,
    CODE_VERSION = 1,
    TOKEN_VERSION = 1,
    REQUEST_VERSION = 1,
    RECENCY_VERSION = 1,
    NUMBERS_VERSION = 1,
    MERCHANT_VERSION = 3,
    RECENCY_DAYS = 31,
};

bool receipt_same(const struct receipt *a, const struct receipt *b)
{
    return a->shop == b->shop && a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

size_t party_encode(struct party party, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, PARTY_VERSION);
    encoder_party(&encoder, party);
    return encoder_size(&encoder);
}

enum store_result party_decode(struct bytes from, struct party *ret)
{
    struct decoder decoder = decoder_begin_version(from, PARTY_VERSION);
    struct party party = decoder_party(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = party;
    return result;
}

size_t code_encode(const struct code *code, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, CODE_VERSION);
    encoder_u64(&encoder, code->value.symbols);
    encoder_party(&encoder, code->owner);
    encoder_u8(&encoder, (uint8_t)code->channel);
    encoder_text(&encoder, code->campaign, sizeof code->campaign);
    encoder_u64(&encoder, code->created_at);
    encoder_u64(&encoder, code->starts_at);
    encoder_u64(&encoder, code->ends_at);
    encoder_u64(&encoder, code->revoked_at);
    encoder_u32(&encoder, code->usage_limit);
    encoder_u32(&encoder, code->usage_count);
    return encoder_size(&encoder);
}

enum store_result code_decode(struct bytes from, struct code *ret)
{
    struct decoder decoder = decoder_begin_version(from, CODE_VERSION);
    struct code code = {.value = decoder_code(&decoder)};
    code.owner = decoder_party(&decoder);
    code.channel = (enum channel)decoder_choice(&decoder, CHANNEL_OTHER, CHANNEL_CHAT);
    decoder_text(&decoder, code.campaign, sizeof code.campaign);
    code.created_at = decoder_u64(&decoder);
    code.starts_at = decoder_u64(&decoder);
    code.ends_at = decoder_u64(&decoder);
    code.revoked_at = decoder_u64(&decoder);
    code.usage_limit = decoder_u32(&decoder);
    code.usage_count = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = code;
    return result;
}

size_t token_encode(const struct token *token, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, TOKEN_VERSION);
    encoder_bytes(&encoder, token->hash, sizeof token->hash);
    encoder_u32(&encoder, token->number);
    encoder_u8(&encoder, (uint8_t)token->role);
    encoder_party(&encoder, token->party);
    encoder_u64(&encoder, token->created_at);
    encoder_u64(&encoder, token->expires_at);
    encoder_u64(&encoder, token->revoked_at);
    encoder_text(&encoder, token->label, sizeof token->label);
    return encoder_size(&encoder);
}

enum store_result token_decode(struct bytes from, struct token *ret)
{
    struct decoder decoder = decoder_begin_version(from, TOKEN_VERSION);
    struct token token = {.number = 0};
    decoder_bytes(&decoder, token.hash, sizeof token.hash);
    token.number = decoder_u32(&decoder);
    token.role = (enum role)decoder_choice(&decoder, ROLE_REGISTRANT, ROLE_COUNT - 1);
    token.party = decoder_party(&decoder);
    token.created_at = decoder_u64(&decoder);
    token.expires_at = decoder_u64(&decoder);
    token.revoked_at = decoder_u64(&decoder);
    decoder_text(&decoder, token.label, sizeof token.label);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = token;
    return result;
}

size_t request_encode(const struct request *request, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, REQUEST_VERSION);
    encoder_bytes(&encoder, request->fingerprint, sizeof request->fingerprint);
    encoder_u64(&encoder, request->object);
    return encoder_size(&encoder);
}

enum store_result request_decode(struct bytes from, struct request *ret)
{
    struct decoder decoder = decoder_begin_version(from, REQUEST_VERSION);
    struct request request;
    decoder_bytes(&decoder, request.fingerprint, sizeof request.fingerprint);
    request.object = decoder_u64(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = request;
    return result;
}

size_t recency_month_encode(const struct recency_month *month, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, RECENCY_VERSION);
    for (size_t day = 0; day < RECENCY_DAYS; day++) {
        encoder_u32(&encoder, month->last[day]);
        encoder_u32(&encoder, month->second_last[day]);
    }
    return encoder_size(&encoder);
}

enum store_result recency_month_decode(struct bytes from, struct recency_month *ret)
{
    struct decoder decoder = decoder_begin_version(from, RECENCY_VERSION);
    struct recency_month month;
    for (size_t day = 0; day < RECENCY_DAYS; day++) {
        month.last[day] = decoder_u32(&decoder);
        month.second_last[day] = decoder_u32(&decoder);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = month;
    return result;
}

size_t numbers_encode(const struct numbers *numbers, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, NUMBERS_VERSION);
    encoder_u32(&encoder, numbers->shop);
    encoder_u32(&encoder, numbers->guide);
    encoder_u32(&encoder, numbers->member);
    encoder_u32(&encoder, numbers->pay_entity);
    encoder_u32(&encoder, numbers->token);
    encoder_u32(&encoder, numbers->program_version);
    return encoder_size(&encoder);
}

enum store_result numbers_decode(struct bytes from, struct numbers *ret)
{
    struct decoder decoder = decoder_begin_version(from, NUMBERS_VERSION);
    struct numbers numbers = {.shop = decoder_u32(&decoder)};
    numbers.guide = decoder_u32(&decoder);
    numbers.member = decoder_u32(&decoder);
    numbers.pay_entity = decoder_u32(&decoder);
    numbers.token = decoder_u32(&decoder);
    numbers.program_version = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = numbers;
    return result;
}

size_t merchant_encode(const struct merchant *merchant, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, MERCHANT_VERSION);
    encoder_u32(&encoder, merchant->number);
    encoder_text(&encoder, merchant->name, sizeof merchant->name);
    encoder_text(&encoder, merchant->currency, CURRENCY_BYTES);
    encoder_text(&encoder, merchant->time_zone, sizeof merchant->time_zone);
    encoder_u16(&encoder, merchant->day_cutoff_minutes);
    encoder_u16(&encoder, merchant->country_code);
    encoder_text(&encoder, merchant->link_host, sizeof merchant->link_host);
    encoder_u64(&encoder, merchant->created_at);
    encoder_flag(&encoder, merchant->fixed);
    encoder_flag(&encoder, merchant->counted);
    encoder_date(&encoder, merchant->closed_before);
    assert(encoder_size(&encoder) <= RECORD_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result merchant_decode(struct bytes from, struct merchant *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, MERCHANT_VERSION, &version);
    struct merchant merchant = {.number = decoder_u32(&decoder)};
    decoder_text(&decoder, merchant.name, sizeof merchant.name);
    decoder_text(&decoder, merchant.currency, CURRENCY_BYTES);
    decoder_text(&decoder, merchant.time_zone, sizeof merchant.time_zone);
    merchant.day_cutoff_minutes = decoder_u16(&decoder);
    merchant.country_code = decoder_u16(&decoder);
    decoder_text(&decoder, merchant.link_host, sizeof merchant.link_host);
    merchant.created_at = decoder_u64(&decoder);
    merchant.fixed = decoder_flag(&decoder);
    merchant.counted = version >= 2 ? decoder_flag(&decoder) : !merchant.fixed;
    merchant.closed_before = version >= 3 ? decoder_date(&decoder) : DATE_ALWAYS;
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = merchant;
    return result;
}
