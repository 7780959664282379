/* The entries 1..N: numbers, time, chain, double entry, each account's chain and balances, and that
 * each credit's event knows it. */
#include <inttypes.h>
#include <string.h>

#include "store/encode.h"
#include "store/purchases.h"
#include "store/store.h"
#include "store/table.h"
#include "store/verify_inner.h"

struct ledger_fold {
    uint64_t number;             /* the entry expected next */
    uint64_t time;
    uint8_t hash[HASH_BYTES];
    bool hash_known;             /* not behind a damaged or missing entry */
    __int128 balance[UNIT_COUNT][SIDE_COUNT];
    struct purchase purchase;    /* the last one looked up: its entries follow each other */
};

static int64_t moved(const struct entry *entry, enum side side)
{
    int64_t in = entry->to == side ? entry->amount : 0;
    return in - (entry->from == side ? entry->amount : 0);
}

static void fold_sides(struct verify *verify, struct ledger_fold *fold, const struct entry *entry)
{
    bool may_stay = entry->amount == 0 || entry->kind == ENTRY_HOLD || entry->kind == ENTRY_RELEASE;
    if (entry->from == entry->to && !may_stay) {
        verify_found(verify, "entry %" PRIu64 ": both sides are the same", entry->number);
    }
    fold->balance[entry->unit][entry->from] -= entry->amount;
    fold->balance[entry->unit][entry->to] += entry->amount;
}

static void fold_account(struct verify *verify, const struct entry *entry)
{
    struct account_fold *account = verify_fold(verify, entry->party);
    if (account == NULL) {
        bool owned = entry->from == SIDE_OWNER || entry->to == SIDE_OWNER;
        if (owned || entry->party.kind != PARTY_NONE) {
            verify_found(verify, "entry %" PRIu64 ": %s %lu has no account", entry->number,
                         verify_kind(entry->party.kind), (unsigned long)entry->party.number);
        }
        return;
    }
    if (entry->previous != account->last_entry) {
        verify_found(verify, "entry %" PRIu64 ": previous is %" PRIu64 ", not %" PRIu64,
                     entry->number, entry->previous, account->last_entry);
    }
    account->last_entry = entry->number;
    int64_t *available = &account->available[entry->unit];
    int64_t *pending = &account->pending[entry->unit];
    if (__builtin_add_overflow(*available, moved(entry, SIDE_OWNER), available) ||
        __builtin_add_overflow(*pending, moved(entry, SIDE_LIABILITY), pending)) {
        verify_found(verify, "entry %" PRIu64 ": balance overflows", entry->number);
    }
    if (entry->balance_after != *available) {
        verify_found(verify, "entry %" PRIu64 ": balance_after is %" PRId64 ", not %" PRId64,
                     entry->number, entry->balance_after, *available);
    }
    if (entry_makes_credit(entry)) account->credit_count++;
}

static bool awards_name(const struct award *awards, uint16_t count, uint64_t credit)
{
    for (uint16_t i = 0; i < count; i++) {
        if (awards[i].credit == credit) return true;
    }
    return false;
}

/* Does the event the credit came from name it among its awards? */
static enum store_result fold_event(struct verify *verify, struct ledger_fold *fold,
                                    const struct entry *entry)
{
    if (entry->kind != ENTRY_ACCRUE) return STORE_OK;
    if (entry->credit != entry->number) {
        verify_found(verify, "entry %" PRIu64 ": accrues credit %" PRIu64, entry->number,
                     entry->credit);
    }
    enum store_result result = STORE_OK;
    bool named = true;
    if (entry->event.kind == EVENT_PURCHASE) {
        struct purchase *purchase = &fold->purchase;
        if (!receipt_same(&purchase->receipt, &entry->event.receipt)) {
            do result = purchases_get(&verify->reader, &entry->event.receipt, purchase);
            while (verify_again(verify, result));
        }
        named = result == STORE_OK &&
                awards_name(purchase->awards, purchase->award_count, entry->credit);
    } else if (entry->event.kind == EVENT_REGISTRATION) {
        struct registration registration;
        do result = registrations_get(&verify->reader, entry->event.member, &registration);
        while (verify_again(verify, result));
        named = result == STORE_OK &&
                awards_name(registration.awards, registration.award_count, entry->credit);
    } else if (entry->event.kind == EVENT_PERIOD_CLOSE) {
        result = verify_period_entry(verify, entry, &named);
    }
    if (!named) {
        verify_found(verify, "entry %" PRIu64 ": its event doesn't name the credit",
                     entry->number);
    }
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

/* An entry that can't be read: the chain is taken up again behind it. */
static void fold_gap(struct verify *verify, struct ledger_fold *fold, enum store_result result)
{
    verify_found(verify, "entry %" PRIu64 ": %s record", fold->number, verify_word(result));
    fold->hash_known = false;
    fold->number++;
}

static enum store_result fold_entry(struct verify *verify, struct ledger_fold *fold,
                                    struct bytes value)
{
    struct entry entry;
    enum store_result result = entry_decode(value, &entry);
    if (result == STORE_OK && entry.number != fold->number) result = STORE_DAMAGED;
    if (result != STORE_OK) {
        fold_gap(verify, fold, result);
        return STORE_OK;
    }
    if (entry.recorded_at < fold->time) {
        verify_found(verify, "entry %" PRIu64 ": time runs back", entry.number);
    }
    if (entry.business_date < entry.event_date) {
        verify_found(verify, "entry %" PRIu64 ": dated before its event", entry.number);
    }
    if (fold->hash_known && memcmp(entry.previous_hash, fold->hash, HASH_BYTES) != 0) {
        verify_found(verify, "entry %" PRIu64 ": the hash chain breaks", entry.number);
    }
    store_digest(value, fold->hash);
    fold->hash_known = true;
    fold->time = entry.recorded_at;
    fold->number++;
    fold_sides(verify, fold, &entry);
    fold_account(verify, &entry);
    verify_refund_entry(verify, &entry);
    verify->report->entries++;
    result = verify_settlement_entry(verify, &entry);
    if (result != STORE_OK) return result;
    return fold_event(verify, fold, &entry);
}

static void compare_head(struct verify *verify, const struct ledger_fold *fold)
{
    if (fold->hash_known && memcmp(fold->hash, verify->fence.head, HASH_BYTES) != 0) {
        verify_found(verify, "fence: the head is not the hash of entry %" PRIu64,
                     verify->fence.entry);
    }
    if (fold->time > verify->fence.time) {
        verify_found(verify, "fence: its time is before that of entry %" PRIu64,
                     verify->fence.entry);
    }
    memcpy(verify->report->head, verify->fence.head, HASH_BYTES);
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
        __int128 sum = 0;
        for (unsigned side = 0; side < SIDE_COUNT; side++) {
            int64_t kept = verify->totals.balance[unit][side];
            if (kept != fold->balance[unit][side]) {
                verify_found(verify,
                             "totals: unit %u side %u is %" PRId64 ", entries say %" PRId64,
                             unit, side, kept, (int64_t)fold->balance[unit][side]);
            }
            sum += kept;
        }
        if (sum != 0) verify_found(verify, "totals: unit %u doesn't sum to zero", unit);
    }
}

enum store_result verify_ledger(struct verify *verify)
{
    struct ledger_fold fold = {.number = 1, .hash_known = true};
    while (fold.number <= verify->fence.entry) {
        enum store_result result = verify_snapshot(verify);
        if (result != STORE_OK) return result;
        struct key key = key_begin(verify->merchant, TABLE_ENTRY);
        key_u64(&key, fold.number);
        struct bytes value;
        do result = reader_get(&verify->reader, key_view(&key), &value);
        while (verify_again(verify, result));
        if (result == STORE_OK) {
            result = fold_entry(verify, &fold, value);
            if (result != STORE_OK) return result;
        } else {
            if (verify_fatal(result) != STORE_OK) return STORE_FAULT;
            fold_gap(verify, &fold, result);
        }
    }
    compare_head(verify, &fold);
    return STORE_OK;
}
