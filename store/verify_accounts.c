/* Each account against its entries and its credits. */
#include <inttypes.h>

#include "store/accounts.h"
#include "store/benefits.h"
#include "store/encode.h"
#include "store/purchases.h"
#include "store/settlement_accounts.h"
#include "store/table.h"
#include "store/verify_inner.h"

/* What an account's entries above N moved, taken back from what its hot record says now. */
struct account_now {
    uint64_t last_entry;
    __int128 available[UNIT_COUNT], pending[UNIT_COUNT];
    uint32_t credits_since;
};

static void undo(struct account_now *now, const struct entry *entry)
{
    if (entry->to == SIDE_OWNER) now->available[entry->unit] -= entry->amount;
    if (entry->from == SIDE_OWNER) now->available[entry->unit] += entry->amount;
    if (entry->to == SIDE_LIABILITY) now->pending[entry->unit] -= entry->amount;
    if (entry->from == SIDE_LIABILITY) now->pending[entry->unit] += entry->amount;
    if (entry_makes_credit(entry)) now->credits_since++;
    now->last_entry = entry->previous;
}

/* Walks back to N. */
static enum store_result walk_back(struct verify *verify, struct party party,
                                   struct account_now *now)
{
    while (now->last_entry > verify->fence.entry) {
        uint64_t number = now->last_entry;
        struct entry entry;
        enum store_result result;
        do result = entries_get(&verify->reader, number, &entry);
        while (verify_again(verify, result));
        bool own = result == STORE_OK && entry.party.kind == party.kind &&
                   entry.party.number == party.number && entry.previous < number;
        if (!own) {
            verify_found(verify, "%s %lu: last entry %" PRIu64 " is not an entry of the account",
                         verify_kind(party.kind), (unsigned long)party.number, number);
            return result == STORE_OK ? STORE_OK : verify_fatal(result);
        }
        undo(now, &entry);
    }
    return STORE_OK;
}

static void compare_fold(struct verify *verify, struct party party, const struct account_now *now,
                         const struct account_fold *fold)
{
    if (now->last_entry != fold->last_entry) {
        verify_found(verify, "%s %lu: last entry is %" PRIu64 ", not %" PRIu64,
                     verify_kind(party.kind), (unsigned long)party.number, now->last_entry,
                     fold->last_entry);
    }
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
        if (now->available[unit] != fold->available[unit]) {
            verify_found(verify, "%s %lu: unit %u available is %" PRId64 ", entries say %" PRId64,
                         verify_kind(party.kind), (unsigned long)party.number, unit,
                         (int64_t)now->available[unit], fold->available[unit]);
        }
        if (now->pending[unit] != fold->pending[unit]) {
            verify_found(verify, "%s %lu: unit %u pending is %" PRId64 ", entries say %" PRId64,
                         verify_kind(party.kind), (unsigned long)party.number, unit,
                         (int64_t)now->pending[unit], fold->pending[unit]);
        }
    }
}

/* ---- credits --------------------------------------------------------------------------------- */

struct credit_sums {
    __int128 pending[UNIT_COUNT], available[UNIT_COUNT], held[UNIT_COUNT];
    uint32_t count;
    business_date due; /* the first day time has something to do with one */
};

static void credit_add(struct credit_sums *sums, const struct credit *credit)
{
    bool held = (credit->flags & CREDIT_HELD) != 0;
    sums->count++;
    if (credit_due_on(credit) < sums->due) sums->due = credit_due_on(credit);
    if (credit->state == CREDIT_PENDING) {
        sums->pending[credit->unit] += credit->remaining;
    } else if (credit->state == CREDIT_AVAILABLE) {
        sums->available[credit->unit] += credit->remaining;
        if (held) sums->held[credit->unit] += credit->remaining;
    }
}

/* Adds up all credits of one account in the snapshot at hand. */
static enum store_result credits_sum(struct verify *verify, struct party party,
                                     struct credit_sums *ret)
{
    struct key from = account_key(verify->merchant, party, ACCOUNT_CREDIT);
    struct key end = key_after(&from);
    struct verify_marks marks;
    *ret = (struct credit_sums){.due = DATE_NEVER};
    struct reader_scan scan;
    enum store_result result = verify_marks_load(verify, party, &marks);
    if (result != STORE_OK) return result;
    result = verify_scan_open(verify, &from, &end, false, &scan);
    while (result == STORE_OK) {
        struct bytes key, value;
        struct credit credit;
        do result = reader_scan_next(&scan, &key, &value);
        while (verify_again(verify, result));
        if (result == STORE_DAMAGED) {
            result = STORE_OK; /* the walk over all accounts' records names it */
        } else if (result == STORE_OK && credit_decode(value, &credit) == STORE_OK) {
            verify_marks_apply(&marks, party, &credit);
            credit_add(ret, &credit);
        }
    }
    reader_scan_close(&scan);
    return result == STORE_ABSENT ? STORE_OK : verify_fatal(result);
}

static void compare_sum(struct verify *verify, struct party party, const char *what,
                        unsigned unit, int64_t kept, __int128 sum)
{
    if (kept == sum) return;
    verify_found(verify, "%s %lu: unit %u %s is %" PRId64 ", credits say %" PRId64,
                 verify_kind(party.kind), (unsigned long)party.number, unit, what, kept,
                 (int64_t)sum);
}

static void compare_credits(struct verify *verify, struct party party,
                            const struct account *account, const struct credit_sums *sums,
                            uint32_t count)
{
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
        const struct balance *balance = &account->balance[unit];
        compare_sum(verify, party, "pending", unit, balance->pending, sums->pending[unit]);
        compare_sum(verify, party, "available", unit, balance->available,
                    sums->available[unit]);
        compare_sum(verify, party, "held", unit, balance->held, sums->held[unit]);
    }
    if (sums->count != count) {
        verify_found(verify, "%s %lu: %lu credits, entries say %lu", verify_kind(party.kind),
                     (unsigned long)party.number, (unsigned long)sums->count,
                     (unsigned long)count);
    }
    if (account->next_due > sums->due) {
        verify_found(verify, "%s %lu: next due day is %ld, a credit is due on %ld",
                     verify_kind(party.kind), (unsigned long)party.number,
                     (long)account->next_due, (long)sums->due);
    }
}

/* ---- one account, then all ------------------------------------------------------------------- */

static enum store_result check_account(struct verify *verify, struct party party)
{
    struct account account;
    enum store_result result;
    do result = accounts_get(&verify->reader, party, &account);
    while (verify_again(verify, result));
    if (result != STORE_OK) {
        verify_found(verify, "%s %lu: %s account", verify_kind(party.kind),
                     (unsigned long)party.number, verify_word(result));
        return verify_fatal(result);
    }
    verify->report->accounts++;
    struct account_now now = {.last_entry = account.last_entry};
    for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
        now.available[unit] = account.balance[unit].available;
        now.pending[unit] = account.balance[unit].pending;
    }
    const struct account_fold *fold = verify_fold(verify, party);
    result = walk_back(verify, party, &now);
    if (result != STORE_OK) return result;
    compare_fold(verify, party, &now, fold);

    struct credit_sums sums;
    result = credits_sum(verify, party, &sums);
    if (result != STORE_OK) return result;
    compare_credits(verify, party, &account, &sums, fold->credit_count + now.credits_since);
    result = verify_erased(verify, party, &account);
    if (result == STORE_OK) result = verify_life(verify, party, &account);
    if (result != STORE_OK || party.kind != PARTY_MEMBER) return result;
    return verify_member(verify, party.number, &account);
}

static enum store_result check_kind(struct verify *verify, enum party_kind kind, uint32_t last)
{
    for (uint32_t number = 1; number <= last && number != 0; number++) {
        enum store_result result = verify_snapshot(verify);
        if (result == STORE_OK) result = check_account(verify, (struct party){kind, number});
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

/* ---- every record under an account's prefix -------------------------------------------------- */

static bool credit_is_entry(const struct credit *credit, struct party party,
                            const struct entry *entry)
{
    return entry_makes_credit(entry) && entry->credit == credit->number &&
           entry->party.kind == party.kind && entry->party.number == party.number &&
           entry->unit == credit->unit && entry->amount == credit->posted &&
           entry->program_version == credit->program_version && entry->rule == credit->rule &&
           (entry->event_date == credit->business_date || entry->kind == ENTRY_RESTORE);
}

static bool credit_sound(const struct credit *credit)
{
    bool negative = credit->remaining < 0 || credit->redeemed < 0 || credit->expired < 0 ||
                    credit->settled < 0 || credit->voided < 0 || credit->reversed < 0;
    return !negative && credit_balanced(credit) &&
           (credit->state != CREDIT_DONE || credit->remaining == 0);
}

static enum store_result check_credit(struct verify *verify, struct party party, struct bytes key,
                                      struct bytes value)
{
    struct credit credit;
    size_t at = KEY_REST_OFFSET + 6;
    bool good = key.size == at + 12 && credit_decode(value, &credit) == STORE_OK &&
                credit_filed_on(&credit) == key_read_date(key, at) &&
                credit.number == key_read_u64(key, at + 4);
    if (!good) {
        verify_found(verify, "%s %lu: damaged credit", verify_kind(party.kind),
                     (unsigned long)party.number);
        return STORE_OK;
    }
    verify->report->credits++;
    if (!credit_sound(&credit)) {
        verify_found(verify, "%s %lu: credit %" PRIu64 ": posted is not what remains and went",
                     verify_kind(party.kind), (unsigned long)party.number, credit.number);
    }
    struct entry entry;
    enum store_result result = verify_credit_review(verify, party, &credit);
    if (result == STORE_OK) result = verify_held_credit(verify, party, &credit, value);
    if (result != STORE_OK) return result;
    do result = entries_get(&verify->reader, credit.number, &entry);
    while (verify_again(verify, result));
    if (result == STORE_OK && credit_is_entry(&credit, party, &entry))
        return verify_caps_credit(verify, party, &credit);
    verify_found(verify, "%s %lu: credit %" PRIu64 " is not what its entry accrued",
                 verify_kind(party.kind), (unsigned long)party.number, credit.number);
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static bool history_good(struct party party, struct bytes key, struct bytes value)
{
    size_t at = KEY_REST_OFFSET + 6;
    if (key.size != at + 4) return false;
    business_date from = key_read_date(key, at);
    struct binding binding;
    struct employment employment;
    if (party.kind == PARTY_MEMBER) {
        return binding_decode(value, &binding) == STORE_OK && binding.from == from &&
               binding.until >= from && binding.guide != 0;
    }
    return employment_decode(value, &employment) == STORE_OK && employment.from == from &&
           employment.until >= from && employment.shop != 0;
}

/* A filed date without its credit there. */
static enum store_result check_credit_date(struct verify *verify, struct party party,
                                           struct bytes key)
{
    struct credit credit;
    enum store_result result = STORE_DAMAGED;
    if (key.size == KEY_REST_OFFSET + 6 + 8) {
        uint64_t number = key_read_u64(key, KEY_REST_OFFSET + 6);
        do result = credits_find(&verify->reader, party, number, &credit);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s %lu: %s credit where one is said to be filed",
                 verify_kind(party.kind), (unsigned long)party.number, verify_word(result));
    return verify_fatal(result);
}

/* Whether it is hers to have is said by her registration, which verify_benefits starts from. */
static enum store_result check_benefit(struct verify *verify, struct party party,
                                       struct bytes key)
{
    struct registration registration;
    struct benefit benefit;
    enum store_result result = STORE_DAMAGED;

    if (party.kind == PARTY_MEMBER && key.size == KEY_REST_OFFSET + 6 + 4) {
        uint32_t number = key_read_u32(key, KEY_REST_OFFSET + 6);
        do result = benefits_get(&verify->reader, party.number, number, &benefit);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) {
        do result = registrations_get(&verify->reader, party.number, &registration);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s %lu: damaged benefit, or one of no registration",
                 verify_kind(party.kind), (unsigned long)party.number);
    return verify_fatal(result);
}

static enum store_result visit_account(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    bool placed = key.size > KEY_REST_OFFSET + 5;
    struct party party = {PARTY_NONE, 0};
    if (placed) {
        unsigned kind = key.data[KEY_REST_OFFSET];
        placed = kind == PARTY_MEMBER || kind == PARTY_GUIDE;
        if (placed) party.kind = (enum party_kind)kind;
        party.number = key_read_u32(key, KEY_REST_OFFSET + 1);
    }
    unsigned part = placed ? key.data[KEY_REST_OFFSET + 5] : UINT8_MAX;
    struct account account;
    struct settlement_account settlement;
    switch (part) {
    case ACCOUNT_HOT:
        /* Accounts made after N are not in numbers: still they must be readable. */
        if (account_decode(value, &account) == STORE_OK && party.number != 0) return STORE_OK;
        break;
    case ACCOUNT_CREDIT:
        return check_credit(verify, party, key, value);
    case ACCOUNT_DAY:
        if (party.kind == PARTY_MEMBER && key.size == KEY_REST_OFFSET + 10) return STORE_OK;
        break;
    case ACCOUNT_CREDIT_DATE:
        return check_credit_date(verify, party, key);
    case ACCOUNT_BENEFIT:
        return check_benefit(verify, party, key);
    case ACCOUNT_CAP:
        return verify_caps_counter(verify, key, value);
    case ACCOUNT_DEBT:
        return STORE_OK; /* verify_life has compared it */
    case ACCOUNT_SETTLEMENT:
        if (settlement_account_decode(value, &settlement) == STORE_OK) return STORE_OK;
        break;
    case ACCOUNT_HISTORY:
        if (history_good(party, key, value)) return STORE_OK;
        break;
    default:
        break;
    }
    verify_found(verify, "%s %lu: damaged record of part %u", verify_kind(party.kind),
                 (unsigned long)party.number, part);
    return STORE_OK;
}

enum store_result verify_accounts(struct verify *verify)
{
    enum store_result result = check_kind(verify, PARTY_GUIDE, verify->numbers.guide);
    if (result == STORE_OK) result = check_kind(verify, PARTY_MEMBER, verify->numbers.member);
    if (result != STORE_OK) return result;
    return verify_table(verify, TABLE_ACCOUNT, "accounts", visit_account);
}
