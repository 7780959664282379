/* The due queue: (date, account), never single credits; debts.h has the contract. */
#include "store/debts.h"

#include <assert.h>

#include "store/table.h"

enum { DUE_PARTY_OFFSET = KEY_REST_OFFSET + 4, DUE_KEY_BYTES = DUE_PARTY_OFFSET + 5 };

static struct key due_key(uint32_t merchant, business_date date, struct party party)
{
    struct key key = key_begin(merchant, TABLE_DUE);
    key_date(&key, date);
    key_party(&key, party);
    return key;
}

void due_move(struct batch *batch, struct party party, business_date before, business_date now)
{
    if (before == now) return;
    if (before != DATE_NEVER) {
        struct key key = due_key(batch->reader.merchant, before, party);
        table_delete(batch, &key);
    }
    if (now != DATE_NEVER) {
        struct key key = due_key(batch->reader.merchant, now, party);
        table_put_empty(batch, &key);
    }
}

void due_lower(struct batch *batch, struct party party, struct account *account,
               business_date date)
{
    if (date >= account->next_due) return;
    due_move(batch, party, account->next_due, date);
    account->next_due = date;
}

struct due {
    struct party *parties;
    business_date *dates;
    size_t count, count_max;
};

static enum store_result due_visit(void *context, struct bytes key, struct bytes value,
                                   bool *ret_more)
{
    struct due *due = context;
    if (key.size != DUE_KEY_BYTES || value.size != 0) return STORE_DAMAGED;
    due->dates[due->count] = key_read_date(key, KEY_REST_OFFSET);
    due->parties[due->count] = (struct party){
        .kind = (enum party_kind)key.data[DUE_PARTY_OFFSET],
        .number = key_read_u32(key, DUE_PARTY_OFFSET + 1),
    };
    due->count++;
    *ret_more = due->count < due->count_max;
    return STORE_OK;
}

enum store_result due_list(struct reader *reader, business_date today, business_date after_date,
                           struct party after, struct party *ret_parties,
                           business_date *ret_dates, size_t count_max, size_t *ret_count)
{
    struct due due = {.parties = ret_parties, .dates = ret_dates, .count_max = count_max};
    struct key from = key_begin(reader->merchant, TABLE_DUE);
    struct key end = from;
    assert(today < DATE_NEVER);
    key_date(&end, today + 1);
    if (after.kind != PARTY_NONE) {
        from = due_key(reader->merchant, after_date, after);
        key_u8(&from, 0); /* the least key above it */
    }
    enum store_result result = STORE_OK;
    if (count_max > 0)
        result = table_walk(reader, key_view(&from), key_view(&end), due_visit, &due);
    if (result == STORE_OK) *ret_count = due.count;
    return result;
}
