/* Shops, employers, codes, tokens, programs: each index leads to its record and back. */
#include <inttypes.h>
#include <string.h>

#include "store/codes.h"
#include "store/encode.h"
#include "store/merchants.h"
#include "store/programs.h"
#include "store/shops.h"
#include "store/table.h"
#include "store/tokens.h"
#include "store/verify_inner.h"

/* The number a key ends with behind its table, 0 when it has another form. */
static uint32_t key_number(struct bytes key)
{
    return key.size == KEY_REST_OFFSET + 4 ? key_read_u32(key, KEY_REST_OFFSET) : 0;
}

static uint32_t value_number(struct bytes value)
{
    return value.size == 4 ? key_read_u32(value, 0) : 0;
}

/* Writes a finding about `number` of `table` unless the answer is STORE_OK. */
static enum store_result conclude(struct verify *verify, const char *table, uint64_t number,
                                  enum store_result result)
{
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s: %" PRIu64 " leads to %s record", table, number,
                 verify_word(result));
    return verify_fatal(result);
}

/* Is there any record under `key`? */
static enum store_result present(struct verify *verify, const struct key *key)
{
    struct bytes value;
    enum store_result result;
    do result = reader_get(&verify->reader, key_view(key), &value);
    while (verify_again(verify, result));
    return result;
}

/* ---- shops and employers --------------------------------------------------------------------- */

static enum store_result pay_entity_get(struct verify *verify, uint32_t number,
                                        char ret_name[PAY_ENTITY_BYTES_MAX + 1])
{
    enum store_result result;
    do result = pay_entities_get(&verify->reader, number, ret_name);
    while (verify_again(verify, result));
    return result;
}

static enum store_result visit_shop(struct verify *verify, struct bytes key, struct bytes value)
{
    (void)value;
    struct shop shop;
    uint32_t indexed = 0;
    enum store_result result;
    do result = shops_get(&verify->reader, key_number(key), &shop);
    while (verify_again(verify, result));
    if (result == STORE_OK) {
        struct bytes id = {(const uint8_t *)shop.shop_id, strlen(shop.shop_id)};
        do result = shops_find(&verify->reader, id, &indexed);
        while (verify_again(verify, result));
        if (result == STORE_OK && indexed != shop.number) result = STORE_DAMAGED;
        for (size_t i = 0; i < shop.period_count && result == STORE_OK; i++) {
            char name[PAY_ENTITY_BYTES_MAX + 1];
            result = pay_entity_get(verify, shop.periods[i].pay_entity, name);
        }
    }
    return conclude(verify, "shops", key_number(key), result);
}

static enum store_result visit_shop_id(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct shop shop;
    enum store_result result;
    do result = shops_get(&verify->reader, value_number(value), &shop);
    while (verify_again(verify, result));
    if (result == STORE_OK && (strlen(shop.shop_id) != key.size - KEY_REST_OFFSET ||
                               memcmp(shop.shop_id, key.data + KEY_REST_OFFSET,
                                      key.size - KEY_REST_OFFSET) != 0)) {
        result = STORE_DAMAGED;
    }
    return conclude(verify, "shop ids", value_number(value), result);
}

static enum store_result visit_pay_entity(struct verify *verify, struct bytes key,
                                          struct bytes value)
{
    (void)value;
    char name[PAY_ENTITY_BYTES_MAX + 1];
    uint32_t indexed = 0;
    enum store_result result = pay_entity_get(verify, key_number(key), name);
    if (result == STORE_OK) {
        do result = pay_entities_find(&verify->reader, name, &indexed);
        while (verify_again(verify, result));
        if (result == STORE_OK && indexed != key_number(key)) result = STORE_DAMAGED;
    }
    return conclude(verify, "pay entities", key_number(key), result);
}

static enum store_result visit_pay_entity_name(struct verify *verify, struct bytes key,
                                               struct bytes value)
{
    char name[PAY_ENTITY_BYTES_MAX + 1];
    enum store_result result = pay_entity_get(verify, value_number(value), name);
    if (result == STORE_OK &&
        (strlen(name) != key.size - KEY_REST_OFFSET ||
         memcmp(name, key.data + KEY_REST_OFFSET, key.size - KEY_REST_OFFSET) != 0)) {
        result = STORE_DAMAGED;
    }
    return conclude(verify, "names of pay entities", value_number(value), result);
}

/* ---- codes ----------------------------------------------------------------------------------- */

static struct key code_of_key(struct verify *verify, struct party owner, struct code_value code)
{
    struct key key = key_begin(verify->merchant, TABLE_CODE_OF);
    key_party(&key, owner);
    key_u64(&key, code.symbols);
    return key;
}

static enum store_result code_owners(struct verify *verify, struct code_value code,
                                     struct code_owner owners[CODE_OWNERS_MAX],
                                     size_t *ret_count)
{
    enum store_result result;
    do result = codes_owners(&verify->reader, code, owners, ret_count);
    while (verify_again(verify, result));
    return result;
}

/* Does the code's history know this owner? */
static enum store_result code_owned(struct verify *verify, struct code_value code,
                                    struct party owner)
{
    struct code_owner owners[CODE_OWNERS_MAX];
    size_t count = 0;
    enum store_result result = code_owners(verify, code, owners, &count);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < count; i++) {
        if (owners[i].party.kind == owner.kind && owners[i].party.number == owner.number) {
            return STORE_OK;
        }
    }
    return STORE_ABSENT;
}

static uint64_t code_number(struct bytes key, size_t offset)
{
    return key.size >= offset + 8 ? key_read_u64(key, offset) : 0;
}

static enum store_result visit_code(struct verify *verify, struct bytes key, struct bytes value)
{
    (void)value;
    struct code_value code_value = {code_number(key, KEY_REST_OFFSET)};
    struct code code;
    uint32_t merchant = 0;
    enum store_result result;
    verify->report->codes++;
    do result = codes_get(&verify->reader, code_value, &code);
    while (verify_again(verify, result));
    if (result == STORE_OK) result = verify_party_get(verify, code.owner);
    if (result == STORE_OK) result = code_owned(verify, code_value, code.owner);
    if (result == STORE_OK) {
        do result = codes_merchant(&verify->reader, code_value, &merchant);
        while (verify_again(verify, result));
        if (result == STORE_OK && merchant != verify->merchant) result = STORE_DAMAGED;
    }
    return conclude(verify, "codes", code_value.symbols, result);
}

static enum store_result visit_code_owner(struct verify *verify, struct bytes key,
                                          struct bytes value)
{
    struct code_value code_value = {code_number(key, KEY_REST_OFFSET)};
    struct party owner;
    struct code code;
    enum store_result result = STORE_DAMAGED;
    if (key.size == KEY_REST_OFFSET + 12) result = party_decode(value, &owner);
    if (result == STORE_OK) {
        struct key index = code_of_key(verify, owner, code_value);
        result = present(verify, &index);
    }
    if (result == STORE_OK) {
        do result = codes_get(&verify->reader, code_value, &code);
        while (verify_again(verify, result));
    }
    return conclude(verify, "owners of codes", code_value.symbols, result);
}

/* Whether the history knows the owner is not asked: one replaced from the same date on keeps it. */
static enum store_result visit_code_of(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    enum store_result result = STORE_DAMAGED;
    struct code_value code_value = {code_number(key, KEY_REST_OFFSET + 5)};
    if (key.size == KEY_REST_OFFSET + 13 && value.size == 0 &&
        key.data[KEY_REST_OFFSET] <= PARTY_SHOP) {
        struct party owner = {(enum party_kind)key.data[KEY_REST_OFFSET],
                              key_read_u32(key, KEY_REST_OFFSET + 1)};
        struct code code;
        result = verify_party_get(verify, owner);
        if (result == STORE_OK) {
            do result = codes_get(&verify->reader, code_value, &code);
            while (verify_again(verify, result));
        }
    }
    return conclude(verify, "codes of owners", code_value.symbols, result);
}

/* ---- tokens, requests, programs -------------------------------------------------------------- */

/* A token that is not revoked stands among its principal's; a revoked one doesn't. */
static enum store_result token_of_principal(struct verify *verify, const struct token *token)
{
    struct key key = key_begin(verify->merchant, TABLE_TOKEN_OF);
    key_u8(&key, (uint8_t)token->role);
    key_party(&key, token->party);
    key_u32(&key, token->number);
    enum store_result result = present(verify, &key);
    if (token->revoked_at == 0) return result;
    if (result == STORE_OK) return STORE_DAMAGED;
    return result == STORE_ABSENT ? STORE_OK : result;
}

static enum store_result visit_token(struct verify *verify, struct bytes key, struct bytes value)
{
    struct token token, indexed;
    enum store_result result = token_decode(value, &token);
    if (result == STORE_OK && (key.size != KEY_REST_OFFSET + HASH_BYTES ||
                               memcmp(token.hash, key.data + KEY_REST_OFFSET, HASH_BYTES) != 0)) {
        result = STORE_DAMAGED;
    }
    uint32_t number = result == STORE_OK ? token.number : 0;
    if (result == STORE_OK) {
        do result = tokens_get(&verify->reader, number, &indexed);
        while (verify_again(verify, result));
        if (result == STORE_OK && memcmp(token.hash, indexed.hash, HASH_BYTES) != 0) {
            result = STORE_DAMAGED;
        }
    }
    if (result == STORE_OK) result = token_of_principal(verify, &token);
    return conclude(verify, "tokens", number, result);
}

static enum store_result visit_token_number(struct verify *verify, struct bytes key,
                                            struct bytes value)
{
    (void)value;
    struct token token;
    enum store_result result;
    do result = tokens_get(&verify->reader, key_number(key), &token);
    while (verify_again(verify, result));
    return conclude(verify, "numbers of tokens", key_number(key), result);
}

static enum store_result visit_token_of(struct verify *verify, struct bytes key,
                                        struct bytes value)
{
    (void)value;
    struct token token;
    uint32_t number = 0;
    enum store_result result = STORE_DAMAGED;
    if (key.size == KEY_REST_OFFSET + 10) {
        number = key_read_u32(key, KEY_REST_OFFSET + 6);
        do result = tokens_get(&verify->reader, number, &token);
        while (verify_again(verify, result));
        bool same = result == STORE_OK && token.revoked_at == 0 &&
                    key.data[KEY_REST_OFFSET] == token.role &&
                    key.data[KEY_REST_OFFSET + 1] == token.party.kind &&
                    key_read_u32(key, KEY_REST_OFFSET + 2) == token.party.number;
        if (result == STORE_OK && !same) result = STORE_DAMAGED;
    }
    return conclude(verify, "tokens of principals", number, result);
}

static enum store_result visit_request(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct request request;
    unsigned kind = key.size > KEY_REST_OFFSET + 1 ? key.data[KEY_REST_OFFSET] : 0;
    enum store_result result = kind != 0 ? request_decode(value, &request) : STORE_DAMAGED;
    return conclude(verify, "requests, by kind", kind, result);
}

static enum store_result program_get(struct verify *verify, uint32_t version,
                                     struct program *ret)
{
    enum store_result result;
    do result = programs_get(&verify->reader, version, ret);
    while (verify_again(verify, result));
    return result;
}

static enum store_result visit_program(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    (void)value;
    struct program program;
    enum store_result result = program_get(verify, key_number(key), &program);
    if (result == STORE_OK) {
        struct key index = key_begin(verify->merchant, TABLE_PROGRAM_FROM);
        key_date(&index, program.from);
        key_u32(&index, program.version);
        result = present(verify, &index);
    }
    return conclude(verify, "programs", key_number(key), result);
}

static enum store_result visit_program_from(struct verify *verify, struct bytes key,
                                            struct bytes value)
{
    (void)value;
    struct program program;
    uint32_t version = 0;
    enum store_result result = STORE_DAMAGED;
    if (key.size == KEY_REST_OFFSET + 8) {
        version = key_read_u32(key, KEY_REST_OFFSET + 4);
        result = program_get(verify, version, &program);
        if (result == STORE_OK && program.from != key_read_date(key, KEY_REST_OFFSET)) {
            result = STORE_DAMAGED;
        }
    }
    return conclude(verify, "dates of programs", version, result);
}

/* The merchant itself is readable and in the instance's list. */
static enum store_result check_merchant(struct verify *verify)
{
    struct merchant merchant;
    enum store_result result = verify_snapshot(verify);
    if (result != STORE_OK) return result;
    do result = merchants_get(&verify->reader, &merchant);
    while (verify_again(verify, result));
    if (result == STORE_OK) {
        struct key key = key_begin(0, TABLE_MERCHANT_LIST);
        key_u32(&key, verify->merchant);
        result = present(verify, &key);
    }
    return conclude(verify, "merchants", verify->merchant, result);
}

enum store_result verify_indexes(struct verify *verify)
{
    static const struct {
        enum table table;
        const char *name;
        verify_visit *visit;
    } tables[] = {
        {TABLE_SHOP, "shops", visit_shop},
        {TABLE_SHOP_ID, "shop ids", visit_shop_id},
        {TABLE_PAY_ENTITY, "pay entities", visit_pay_entity},
        {TABLE_PAY_ENTITY_NAME, "names of pay entities", visit_pay_entity_name},
        {TABLE_CODE, "codes", visit_code},
        {TABLE_CODE_OWNER, "owners of codes", visit_code_owner},
        {TABLE_CODE_OF, "codes of owners", visit_code_of},
        {TABLE_TOKEN, "tokens", visit_token},
        {TABLE_TOKEN_NUMBER, "numbers of tokens", visit_token_number},
        {TABLE_TOKEN_OF, "tokens of principals", visit_token_of},
        {TABLE_REQUEST, "requests", visit_request},
        {TABLE_PROGRAM, "programs", visit_program},
        {TABLE_PROGRAM_FROM, "dates of programs", visit_program_from},
    };
    enum store_result result = check_merchant(verify);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && result == STORE_OK; i++) {
        result = verify_table(verify, tables[i].table, tables[i].name, tables[i].visit);
    }
    return result;
}
