/* What holds from when to when: members' bindings and guides' employments. */
#include "store/accounts.h"

#include <assert.h>

#include "store/encode.h"
#include "store/roster.h"
#include "store/table.h"

static struct party member_party(uint32_t member)
{
    return (struct party){.kind = PARTY_MEMBER, .number = member};
}

static struct party guide_party(uint32_t guide)
{
    return (struct party){.kind = PARTY_GUIDE, .number = guide};
}

/* The record that began last on or before `date`, and when. */
static enum store_result history_before(struct reader *reader, struct party party,
                                        business_date date, business_date *ret_from,
                                        struct bytes *ret_value)
{
    struct key from = account_key(reader->merchant, party, ACCOUNT_HISTORY);
    struct key to = from;
    key_date(&to, date);
    struct bytes key;
    enum store_result result = table_last(reader, &from, &to, &key, ret_value);
    if (result != STORE_OK) return result;
    if (key.size != to.size) return STORE_DAMAGED;
    *ret_from = key_read_date(key, from.size);
    return STORE_OK;
}

enum store_result bindings_on(struct reader *reader, uint32_t member, business_date date,
                              struct binding *ret)
{
    business_date from;
    struct bytes value;
    enum store_result result = history_before(reader, member_party(member), date, &from, &value);
    if (result != STORE_OK) return result;
    struct binding binding;
    result = binding_decode(value, &binding);
    if (result != STORE_OK) return result;
    if (binding.from != from) return STORE_DAMAGED;
    if (date >= binding.until) return STORE_ABSENT;
    *ret = binding;
    return STORE_OK;
}

struct bindings {
    size_t prefix_size;
    struct binding *list;
    size_t count, count_max;
};

static enum store_result bindings_visit(void *context, struct bytes key, struct bytes value,
                                        bool *ret_more)
{
    struct bindings *bindings = context;
    struct binding *binding = &bindings->list[bindings->count];
    if (key.size != bindings->prefix_size + 4) return STORE_DAMAGED;
    enum store_result result = binding_decode(value, binding);
    if (result != STORE_OK) return result;
    if (binding->from != key_read_date(key, bindings->prefix_size)) return STORE_DAMAGED;
    bindings->count++;
    *ret_more = bindings->count < bindings->count_max;
    return STORE_OK;
}

enum store_result bindings_list(struct reader *reader, uint32_t member, business_date date,
                                struct binding *ret_bindings, size_t count_max, size_t *ret_count)
{
    struct key from = account_key(reader->merchant, member_party(member), ACCOUNT_HISTORY);
    struct key end = key_after(&from);
    struct bindings bindings = {
        .prefix_size = from.size, .list = ret_bindings, .count_max = count_max};
    assert(count_max > 0);
    key_date(&from, date);
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), bindings_visit, &bindings);
    if (result == STORE_OK) *ret_count = bindings.count;
    return result;
}

enum store_result bindings_from(struct reader *reader, uint32_t member, business_date date,
                                struct binding *ret)
{
    struct binding binding;
    size_t count;
    enum store_result result = bindings_list(reader, member, date, &binding, 1, &count);
    if (result != STORE_OK) return result;
    if (count == 0) return STORE_ABSENT;
    *ret = binding;
    return STORE_OK;
}

void bindings_put(struct batch *batch, uint32_t member, const struct binding *binding)
{
    assert(binding->guide != 0 && binding->from <= binding->until);
    uint8_t data[BINDING_BYTES];
    struct key key =
        account_key(batch->reader.merchant, member_party(member), ACCOUNT_HISTORY);
    key_date(&key, binding->from);
    table_put(batch, &key, data, binding_encode(binding, data));
}

enum store_result employments_on(struct reader *reader, uint32_t guide, business_date date,
                                 struct employment *ret)
{
    business_date from;
    struct bytes value;
    enum store_result result = history_before(reader, guide_party(guide), date, &from, &value);
    if (result != STORE_OK) return result;
    struct employment employment;
    result = employment_decode(value, &employment);
    if (result != STORE_OK) return result;
    if (employment.from != from) return STORE_DAMAGED;
    if (date >= employment.until) return STORE_ABSENT;
    *ret = employment;
    return STORE_OK;
}

struct employments {
    size_t prefix_size;
    struct employment *list;
    size_t count;
};

static enum store_result employments_visit(void *context, struct bytes key, struct bytes value,
                                           bool *ret_more)
{
    struct employments *employments = context;
    struct employment *employment = &employments->list[employments->count];
    if (key.size != employments->prefix_size + 4) return STORE_DAMAGED;
    enum store_result result = employment_decode(value, employment);
    if (result != STORE_OK) return result;
    if (employment->from != key_read_date(key, employments->prefix_size)) return STORE_DAMAGED;
    employments->count++;
    *ret_more = employments->count < EMPLOYMENTS_MAX;
    return STORE_OK;
}

enum store_result employments_list(struct reader *reader, uint32_t guide,
                                   struct employment ret[EMPLOYMENTS_MAX], size_t *ret_count)
{
    struct key prefix = account_key(reader->merchant, guide_party(guide), ACCOUNT_HISTORY);
    struct key end = key_after(&prefix);
    struct employments employments = {.prefix_size = prefix.size, .list = ret};
    enum store_result result =
        table_walk(reader, key_view(&prefix), key_view(&end), employments_visit, &employments);
    if (result == STORE_OK) *ret_count = employments.count;
    return result;
}

void employments_put(struct batch *batch, uint32_t guide, const struct employment *employment)
{
    assert(employment->shop != 0 && employment->from <= employment->until);
    uint8_t data[EMPLOYMENT_BYTES];
    struct key key = account_key(batch->reader.merchant, guide_party(guide), ACCOUNT_HISTORY);
    key_date(&key, employment->from);
    table_put(batch, &key, data, employment_encode(employment, data));
    roster_changes(batch);
}
