/* The ledger: gapless, append-only, double entry, one hash chain per merchant.
 *
 * Happy path: ledger_open before the LINE -> ledger_post per movement -> ledger_close. An entry's
 * hash is BLAKE2b-256 of its encoded bytes, which contain the hash of the entry before; the fence
 * holds the head. */
#ifndef BECKON_STORE_LEDGER_H
#define BECKON_STORE_LEDGER_H

#include "store/batch.h"
#include "store/kpi.h"
#include "store/reader.h"
#include "store/record.h"

enum { LEDGER_EARNED_MAX = 8 }; /* guides and dates of one event; more are put as they come */

/* What posting needs in memory: the program's own sides. */
struct ledger {
    struct ledger_totals totals;
    business_date closed_before; /* the merchant's: no entry counts before it */
    bool counts;            /* the merchant keeps a scoreboard */
    bool begins;            /* what is earned is counted from here on: kpi.h */
    uint64_t before;        /* the last entry when it was opened */
    size_t earned_count;
    struct kpi_earned earned[LEDGER_EARNED_MAX];
    struct kpi_edit *beside; /* set by whoever puts such an edit after closing: it takes along what
                                its guides earned; NULL: none */
};

/* STORE_DAMAGED too when the stored sides don't sum to 0. */
enum store_result ledger_open(struct batch *batch, struct ledger *ret) STORE_CHECKED;

/* Before the LINE, for each entry with EXPENSE as a side and its event's date: reads what counting
 * it for the scoreboard needs. */
enum store_result ledger_expect(struct reader *reader, struct party party,
                                business_date date) STORE_CHECKED;

/* Appends one entry. The caller gives its event's date as business_date, kind, unit, from, to,
 * party, amount (>= 0), credit (0 with ACCRUE, and with an ADJUST or RESTORE that makes one: its
 * own number), program_version, rule, event. ledger_post keeps that date as event_date, moves
 * business_date out of closed periods, fills number, recorded_at, previous, previous_hash,
 * balance_after, moves the amount between the two sides of `ledger` and, where a side is OWNER, of
 * `account` (the party's hot record, put by the caller). LIABILITY moves count in the account's
 * `pending`, DEBT moves in its `debt` (`debt_inside` is the caller's). Asserts that sides differ
 * (HOLD, RELEASE and zero amounts aside), balances don't overflow, nothing pending or owed falls
 * below 0. `account` is NULL when the party has none. HOLD and RELEASE leave `held` to the caller.
 * The program's balances plus all accounts stay 0.
 * Returns the entry's number. */
uint64_t ledger_post(struct batch *batch, struct ledger *ledger, struct account *account,
                     struct entry *entry);
/* Puts the totals, and what guides earned. */
void ledger_close(struct batch *batch, struct ledger *ledger);

enum store_result entries_get(struct reader *reader, uint64_t number,
                              struct entry *ret) STORE_CHECKED;
/* Entries above `after`, ascending; up to count_max. */
enum store_result entries_list(struct reader *reader, uint64_t after, struct entry *ret_entries,
                               size_t count_max, size_t *ret_count) STORE_CHECKED;
enum store_result ledger_totals_get(struct reader *reader,
                                    struct ledger_totals *ret) STORE_CHECKED;
/* The fence as the snapshot holds it (a batch's own is batch_fence): head of the chain, last entry,
 * commit. STORE_ABSENT: nothing was ever committed for the merchant. */
enum store_result fences_get(struct reader *reader, struct fence *ret) STORE_CHECKED;

#endif
