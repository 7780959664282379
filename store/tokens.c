#include "store/tokens.h"

#include <assert.h>
#include <string.h>

#include "store/encode.h"
#include "store/table.h"

static struct key hash_key(uint32_t merchant, const uint8_t hash[HASH_BYTES])
{
    struct key key = key_begin(merchant, TABLE_TOKEN);
    key_bytes(&key, hash, HASH_BYTES);
    return key;
}

static struct key number_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_TOKEN_NUMBER);
    key_u32(&key, number);
    return key;
}

static struct key principal_key(uint32_t merchant, enum role role, struct party party)
{
    struct key key = key_begin(merchant, TABLE_TOKEN_OF);
    key_u8(&key, (uint8_t)role);
    key_party(&key, party);
    return key;
}

enum store_result tokens_find(struct reader *reader, const uint8_t hash[HASH_BYTES],
                              struct token *ret)
{
    struct key key = hash_key(reader->merchant, hash);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct token token;
    result = token_decode(value, &token);
    if (result != STORE_OK) return result;
    if (memcmp(token.hash, hash, HASH_BYTES) != 0) return STORE_DAMAGED;
    *ret = token;
    return STORE_OK;
}

/* A number without its token is a damaged index. */
static enum store_result token_behind(struct reader *reader, uint32_t number, struct bytes hash,
                                      struct token *ret)
{
    if (hash.size != HASH_BYTES) return STORE_DAMAGED;
    struct token token;
    enum store_result result = tokens_find(reader, hash.data, &token);
    if (result == STORE_ABSENT) return STORE_DAMAGED;
    if (result != STORE_OK) return result;
    if (token.number != number) return STORE_DAMAGED;
    *ret = token;
    return STORE_OK;
}

enum store_result tokens_get(struct reader *reader, uint32_t number, struct token *ret)
{
    struct key key = number_key(reader->merchant, number);
    struct bytes hash;
    enum store_result result = table_get(reader, &key, &hash);
    return result == STORE_OK ? token_behind(reader, number, hash, ret) : result;
}

void tokens_put(struct batch *batch, const struct token *token)
{
    assert(token->number != 0 && token->role < ROLE_COUNT);
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = hash_key(batch->reader.merchant, token->hash);
    table_put(batch, &key, data, token_encode(token, data));
    struct key index = number_key(batch->reader.merchant, token->number);
    table_put(batch, &index, token->hash, HASH_BYTES);
    struct key own = principal_key(batch->reader.merchant, token->role, token->party);
    key_u32(&own, token->number);
    if (token->revoked_at == 0) table_put_empty(batch, &own);
    else table_delete(batch, &own);
}

enum store_result tokens_of(struct reader *reader, enum role role, struct party party,
                            uint32_t *ret_numbers, size_t count_max, size_t *ret_count)
{
    struct key prefix = principal_key(reader->merchant, role, party);
    return table_list_numbers(reader, &prefix, 0, ret_numbers, count_max, ret_count);
}

enum store_result tokens_list(struct reader *reader, uint32_t after, struct token *ret_tokens,
                              size_t count_max, size_t *ret_count)
{
    struct key prefix = key_begin(reader->merchant, TABLE_TOKEN_NUMBER);
    size_t count = 0;
    while (count < count_max) {
        uint32_t number;
        size_t found;
        enum store_result result =
            table_list_numbers(reader, &prefix, after, &number, 1, &found);
        if (result != STORE_OK) return result;
        if (found == 0) break;
        result = tokens_get(reader, number, &ret_tokens[count]);
        if (result != STORE_OK) return result;
        after = number;
        count++;
    }
    *ret_count = count;
    return STORE_OK;
}
