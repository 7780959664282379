#include "store/ledger.h"

#include <assert.h>
#include <string.h>

#include "store/encode.h"
#include "store/events.h"
#include "store/kpi.h"
#include "store/merchants.h"
#include "store/store.h"
#include "store/table.h"

/* Do the sides of every unit sum to zero? An overflowing sum is not zero either. */
static bool totals_balanced(const struct ledger_totals *totals)
{
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        __int128 sum = 0;
        for (size_t side = 0; side < SIDE_COUNT; side++) {
            sum += totals->balance[unit][side];
        }
        if (sum != 0) return false;
    }
    return true;
}

enum store_result ledger_totals_get(struct reader *reader, struct ledger_totals *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_LEDGER_TOTALS);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct ledger_totals){0};
        return STORE_OK;
    }
    return result == STORE_OK ? ledger_totals_decode(value, ret) : result;
}

enum store_result ledger_open(struct batch *batch, struct ledger *ret)
{
    struct ledger ledger = {.before = batch_fence(batch)->entry};
    struct merchant merchant;
    uint64_t from;
    enum store_result result = ledger_totals_get(&batch->reader, &ledger.totals);
    if (result != STORE_OK) return result;
    if (!totals_balanced(&ledger.totals)) return STORE_DAMAGED;
    result = merchants_get(&batch->reader, &merchant);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    ledger.closed_before = result == STORE_OK ? merchant.closed_before : DATE_ALWAYS;
    ledger.counts = result == STORE_OK && merchant.counted;
    result = kpi_earned_from(&batch->reader, &from);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    ledger.begins = ledger.counts && result == STORE_ABSENT;
    *ret = ledger;
    return STORE_OK;
}

static void balance_add(int64_t *balance, int64_t amount)
{
    bool overflow = __builtin_add_overflow(*balance, amount, balance);
    assert(!overflow);
}

/* Moves `amount` (negative: out) on one side, in the totals and in the party's account. */
static void side_move(struct ledger *ledger, struct account *account, enum unit unit,
                      enum side side, int64_t amount)
{
    balance_add(&ledger->totals.balance[unit][side], amount);
    if (side == SIDE_OWNER) {
        assert(account != NULL);
        balance_add(&account->balance[unit].available, amount);
    } else if (side == SIDE_LIABILITY && account != NULL) {
        balance_add(&account->balance[unit].pending, amount);
        assert(account->balance[unit].pending >= 0);
    } else if (side == SIDE_DEBT) {
        assert(account != NULL);
        balance_add(&account->balance[unit].debt, -amount);
        assert(account->balance[unit].debt >= 0);
    }
}

/* ---- what guides earn ------------------------------------------------------------------------ */

enum store_result ledger_expect(struct reader *reader, struct party party, business_date date)
{
    if (party.kind != PARTY_GUIDE) return STORE_OK;
    return kpi_earned_load(reader, party.number, date);
}

static void earned_put(struct batch *batch, struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->earned_count; i++) {
        const struct kpi_earned *earned = &ledger->earned[i];
        if (ledger->beside != NULL && kpi_edit_earned(ledger->beside, earned)) continue;
        kpi_earned_add(batch, earned->guide, earned->date, earned->amount);
    }
    ledger->earned_count = 0;
}

/* `date` is that of the entry's event. */
static void earned_add(struct batch *batch, struct ledger *ledger, const struct entry *entry,
                       business_date date)
{
    int sign = (entry->from == SIDE_EXPENSE) - (entry->to == SIDE_EXPENSE);
    size_t i = 0;

    if (!ledger->counts || entry->party.kind != PARTY_GUIDE || sign == 0) return;
    while (i < ledger->earned_count && (ledger->earned[i].guide != entry->party.number ||
                                        ledger->earned[i].date != date))
        i++;
    if (i == LEDGER_EARNED_MAX) {
        earned_put(batch, ledger);
        i = 0;
    }
    if (i == ledger->earned_count) {
        ledger->earned[i] = (struct kpi_earned){.guide = entry->party.number, .date = date};
        ledger->earned_count++;
    }
    balance_add(&ledger->earned[i].amount[entry->unit], sign * entry->amount);
}

/* ---- posting --------------------------------------------------------------------------------- */

static void entry_check(const struct entry *entry, const struct account *account)
{
    bool has_account = entry->party.kind == PARTY_MEMBER || entry->party.kind == PARTY_GUIDE;
    assert(has_account == (account != NULL));
    assert(entry->amount >= 0);
    assert(entry->unit < UNIT_COUNT && entry->from < SIDE_COUNT && entry->to < SIDE_COUNT);
    assert(entry->from != entry->to || entry->amount == 0 || entry->kind == ENTRY_HOLD ||
           entry->kind == ENTRY_RELEASE);
}

uint64_t ledger_post(struct batch *batch, struct ledger *ledger, struct account *account,
                     struct entry *entry)
{
    entry_check(entry, account);
    struct fence *fence = batch_fence(batch);
    entry->number = fence->entry + 1;
    entry->recorded_at = batch_recorded_at(batch);
    entry->event_date = entry->business_date;
    if (entry->business_date < ledger->closed_before) entry->business_date = ledger->closed_before;
    assert(entry->number != 0);
    assert(entry->recorded_at >= fence->time);
    assert(entry->kind != ENTRY_ACCRUE || entry->credit == 0);
    bool makes_credit = entry->kind == ENTRY_ACCRUE || entry->kind == ENTRY_ADJUST ||
                       entry->kind == ENTRY_RESTORE;
    if (makes_credit && entry->credit == 0) entry->credit = entry->number;
    memcpy(entry->previous_hash, fence->head, HASH_BYTES);

    side_move(ledger, account, entry->unit, entry->from, -entry->amount);
    side_move(ledger, account, entry->unit, entry->to, entry->amount);
    earned_add(batch, ledger, entry, entry->event_date);
    entry->previous = 0;
    entry->balance_after = 0;
    if (account != NULL) {
        entry->previous = account->last_entry;
        entry->balance_after = account->balance[entry->unit].available;
        account->last_entry = entry->number;
    }

    uint8_t data[ENTRY_BYTES_MAX];
    size_t size = entry_encode(entry, data);
    struct key key = key_begin(batch->reader.merchant, TABLE_ENTRY);
    key_u64(&key, entry->number);
    table_put(batch, &key, data, size);

    fence->entry = entry->number;
    fence->time = entry->recorded_at;
    events_tell_entry(batch, entry);
    store_digest((struct bytes){.data = data, .size = size}, fence->head);
    return entry->number;
}

void ledger_close(struct batch *batch, struct ledger *ledger)
{
    assert(totals_balanced(&ledger->totals));
    earned_put(batch, ledger);
    if (ledger->begins) kpi_earned_begin(batch, ledger->before + 1);
    ledger->begins = false;
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = key_begin(batch->reader.merchant, TABLE_LEDGER_TOTALS);
    table_put(batch, &key, data, ledger_totals_encode(&ledger->totals, data));
}

enum store_result entries_get(struct reader *reader, uint64_t number, struct entry *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_ENTRY);
    key_u64(&key, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct entry entry;
    result = entry_decode(value, &entry);
    if (result != STORE_OK) return result;
    if (entry.number != number) return STORE_DAMAGED;
    *ret = entry;
    return STORE_OK;
}

struct entries {
    struct entry *list;
    size_t count, count_max;
};

static enum store_result entries_visit(void *context, struct bytes key, struct bytes value,
                                       bool *ret_more)
{
    struct entries *entries = context;
    struct entry *entry = &entries->list[entries->count];
    if (key.size != KEY_REST_OFFSET + 8) return STORE_DAMAGED;
    enum store_result result = entry_decode(value, entry);
    if (result != STORE_OK) return result;
    if (entry->number != key_read_u64(key, KEY_REST_OFFSET)) return STORE_DAMAGED;
    entries->count++;
    *ret_more = entries->count < entries->count_max;
    return STORE_OK;
}

enum store_result entries_list(struct reader *reader, uint64_t after, struct entry *ret_entries,
                               size_t count_max, size_t *ret_count)
{
    struct entries entries = {.list = ret_entries, .count_max = count_max};
    if (count_max > 0 && after != UINT64_MAX) {
        struct key prefix = key_begin(reader->merchant, TABLE_ENTRY);
        struct key end = key_after(&prefix);
        struct key from = prefix;
        key_u64(&from, after + 1);
        enum store_result result =
            table_walk(reader, key_view(&from), key_view(&end), entries_visit, &entries);
        if (result != STORE_OK) return result;
    }
    *ret_count = entries.count;
    return STORE_OK;
}

enum store_result fences_get(struct reader *reader, struct fence *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_FENCE);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? fence_decode(value, ret) : result;
}
