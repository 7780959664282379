#include "store/accounts.h"

#include <assert.h>

#include "store/encode.h"
#include "store/held.h"
#include "store/settlement_accounts.h"
#include "store/table.h"

static struct key credit_key(uint32_t merchant, struct party party, business_date filed_on,
                             uint64_t number)
{
    struct key key = account_key(merchant, party, ACCOUNT_CREDIT);
    key_date(&key, filed_on);
    key_u64(&key, number);
    return key;
}

/* ---- through the marks ----------------------------------------------------------------------- */

/* The marks of one pay entity, kept while a walk meets its credits. */
struct marks {
    bool loaded;
    uint32_t pay_entity;
    struct settlement_account account;
};

/* The credit as runs have left it, not only as it is stored. Reads nothing of credits that no run
 * takes: finished, pending and held ones, and members' points. */
static enum store_result credit_show(struct reader *reader, struct party party,
                                     struct marks *marks, struct credit *credit)
{
    if (!settlement_takes(party.kind, credit)) return STORE_OK;
    if (!marks->loaded || marks->pay_entity != credit->pay_entity) {
        enum store_result result =
            settlement_accounts_get(reader, party, credit->pay_entity, &marks->account);
        if (result != STORE_OK) return result;
        marks->loaded = true;
        marks->pay_entity = credit->pay_entity;
    }
    const struct settlement_mark *mark = settlement_covers(&marks->account, party.kind, credit);
    if (mark != NULL) settlement_apply(mark, credit);
    return STORE_OK;
}

/* ---- one ------------------------------------------------------------------------------------- */

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
    credit.filed_on = filed_on;
    struct marks marks = {.loaded = false};
    result = credit_show(reader, party, &marks, &credit);
    if (result == STORE_OK) *ret = credit;
    return result;
}

static struct key date_key(uint32_t merchant, struct party party, uint64_t number)
{
    struct key key = account_key(merchant, party, ACCOUNT_CREDIT_DATE);
    key_u64(&key, number);
    return key;
}

enum store_result credits_find(struct reader *reader, struct party party, uint64_t number,
                               struct credit *ret)
{
    struct key key = date_key(reader->merchant, party, number);
    struct bytes value;
    business_date filed_on = DATE_NEVER;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    if (result == STORE_OK) {
        if (value.size != 4) return STORE_DAMAGED;
        filed_on = key_read_date(value, 0);
    }
    bool dated = result == STORE_OK;
    result = credits_get(reader, party, filed_on, number, ret);
    return result == STORE_ABSENT && dated ? STORE_DAMAGED : result;
}

/* Credits that neither expire nor wait need no date kept: most of most accounts. */
static void date_put(struct batch *batch, struct party party, uint64_t number,
                     business_date before, business_date now)
{
    struct key key = date_key(batch->reader.merchant, party, number);
    struct key value = {.size = 0};
    key_date(&value, now);
    if (now != DATE_NEVER) table_put(batch, &key, value.data, value.size);
    else if (before != DATE_NEVER) table_delete(batch, &key);
}

static void credits_put(struct batch *batch, struct party party, const struct credit *credit)
{
    business_date filed_on = credit_filed_on(credit);
    assert(credit_balanced(credit));
    assert(credit->number != 0);
    struct credit stored = *credit;
    if (stored.state == CREDIT_AVAILABLE) stored.settlement_run = 0; /* the mark says it */
    if (stored.since == 0) stored.since = stored.number; /* new */
    uint8_t data[CREDIT_BYTES];
    struct key key = credit_key(batch->reader.merchant, party, filed_on, credit->number);
    table_put(batch, &key, data, credit_encode(&stored, data));
}

/* Held ones are listed by date, for runs that have to wait for them. */
static void held_keep(struct batch *batch, struct party party, const struct credit *credit,
                      business_date filed_before)
{
    struct held held = {credit->business_date, party, credit->number};
    if (credit_filed_on(credit) == FILED_HELD) held_put(batch, &held);
    else if (filed_before == FILED_HELD) held_delete(batch, &held);
}

void credits_add(struct batch *batch, struct party party, const struct credit *credit)
{
    credits_put(batch, party, credit);
    held_keep(batch, party, credit, DATE_NEVER);
    date_put(batch, party, credit->number, DATE_NEVER, credit_filed_on(credit));
}

void credits_change(struct batch *batch, struct party party, const struct credit *credit,
                    business_date filed_before)
{
    business_date filed_on = credit_filed_on(credit);
    credits_put(batch, party, credit);
    held_keep(batch, party, credit, filed_before);
    if (filed_on == filed_before) return;
    struct key key = credit_key(batch->reader.merchant, party, filed_before, credit->number);
    table_delete(batch, &key);
    date_put(batch, party, credit->number, filed_before, filed_on);
}

/* ---- many ------------------------------------------------------------------------------------ */

struct credits {
    struct reader *reader;
    struct party party;
    struct marks marks;
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
    credit->filed_on = credit_filed_on(credit);
    result = credit_show(credits->reader, credits->party, &credits->marks, credit);
    if (result != STORE_OK) return result;
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
    struct credits credits = {.reader = reader, .party = party, .prefix_size = prefix.size,
                              .list = ret_credits, .count_max = count_max};
    enum store_result result = STORE_OK;
    if (count_max > 0) {
        result = table_walk(reader, key_view(&from), key_view(&end), credits_visit, &credits);
    }
    if (result == STORE_OK) *ret_count = credits.count;
    return result;
}
