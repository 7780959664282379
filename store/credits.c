#include "store/accounts.h"

#include <assert.h>

#include "store/table.h"

business_date credit_filed_on(const struct credit *credit)
{
    return credit->state == CREDIT_PENDING ? credit->matures_on : credit->expires_on;
}

static struct key credit_key(uint32_t merchant, struct party party, business_date filed_on,
                             uint64_t number)
{
    struct key key = account_key(merchant, party, ACCOUNT_CREDIT);
    key_date(&key, filed_on);
    key_u64(&key, number);
    return key;
}

enum store_result credits_get(struct reader *reader, struct party party, business_date filed_on,
                              uint64_t number, struct credit *ret)
{
    struct key key = credit_key(reader->merchant, party, filed_on, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct credit credit;
    result = credit_decode(value, &credit);
    if (result != STORE_OK) return result;
    if (credit.number != number || credit_filed_on(&credit) != filed_on) return STORE_DAMAGED;
    *ret = credit;
    return STORE_OK;
}

/* posted = remaining + redeemed + expired + settled + voided + reversed. */
bool credit_balanced(const struct credit *credit)
{
    __int128 sum = credit->remaining;
    sum += credit->redeemed;
    sum += credit->expired;
    sum += credit->settled;
    sum += credit->voided;
    sum += credit->reversed;
    return sum == credit->posted;
}

void credits_put(struct batch *batch, struct party party, const struct credit *credit)
{
    assert(credit_balanced(credit));
    assert(credit->number != 0);
    uint8_t data[CREDIT_BYTES];
    struct key key = credit_key(batch->reader.merchant, party, credit_filed_on(credit),
                                credit->number);
    table_put(batch, &key, data, credit_encode(credit, data));
}

void credits_delete(struct batch *batch, struct party party, business_date filed_on,
                    uint64_t number)
{
    struct key key = credit_key(batch->reader.merchant, party, filed_on, number);
    table_delete(batch, &key);
}

struct credits {
    size_t prefix_size;
    struct credit *list;
    size_t count, count_max;
};

static enum store_result credits_visit(void *context, struct bytes key, struct bytes value,
                                       bool *ret_more)
{
    struct credits *credits = context;
    struct credit *credit = &credits->list[credits->count];
    if (key.size != credits->prefix_size + 4 + 8) return STORE_DAMAGED;
    enum store_result result = credit_decode(value, credit);
    if (result != STORE_OK) return result;
    if (credit_filed_on(credit) != key_read_date(key, credits->prefix_size) ||
        credit->number != key_read_u64(key, credits->prefix_size + 4)) {
        return STORE_DAMAGED;
    }
    credits->count++;
    *ret_more = credits->count < credits->count_max;
    return STORE_OK;
}

enum store_result credits_list(struct reader *reader, struct party party, business_date filed_on,
                               uint64_t number, struct credit *ret_credits, size_t count_max,
                               size_t *ret_count)
{
    struct key prefix = account_key(reader->merchant, party, ACCOUNT_CREDIT);
    struct key from = credit_key(reader->merchant, party, filed_on, number);
    struct key end = key_after(&prefix);
    struct credits credits = {.prefix_size = prefix.size, .list = ret_credits,
                              .count_max = count_max};
    enum store_result result = STORE_OK;
    if (count_max > 0) {
        result = table_walk(reader, key_view(&from), key_view(&end), credits_visit, &credits);
    }
    if (result == STORE_OK) *ret_count = credits.count;
    return result;
}
