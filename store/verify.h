/* verify: re-adds a merchant's whole ledger from its entries and compares everything kept beside.
 *
 * Runs on a live store. It fixes entry number N, folds the entries 1..N page by page in short
 * snapshots (they never change), proving numbers without gaps, time that never runs back, the hash
 * chain, double entry; then takes each account in a short snapshot, walks its entries back to N
 * and compares balances, credits, purchases' awards; purchase days with last day, second-last day
 * and both recency counts; indexes with their records, both ways. */
#ifndef BECKON_STORE_VERIFY_H
#define BECKON_STORE_VERIFY_H

#include <stdbool.h>

#include "store/record.h"
#include "store/store.h"

enum { VERIFY_FINDINGS_MAX = 100, VERIFY_FINDING_BYTES = 160 };

struct verify_report {
    uint64_t entries, accounts, credits, purchases, codes;
    uint8_t head[HASH_BYTES];   /* of entry N = entries */
    uint64_t finding_count;     /* all found; the first VERIFY_FINDINGS_MAX are kept */
    char findings[VERIFY_FINDINGS_MAX][VERIFY_FINDING_BYTES]; /* what differs, by numbers only */
};

/* Called now and then with what was done so far; false stops (STORE_CONFLICT). */
typedef bool verify_progress(void *context, const struct verify_report *so_far);

/* Proves merchant `merchant`. STORE_OK: the report is complete, clean if finding_count == 0;
 * damaged records are findings too. STORE_FAULT, STORE_CONFLICT (told to stop). Allocates for
 * itself; off the pollers' threads. */
enum store_result store_verify(struct store *store, uint32_t merchant, verify_progress *progress,
                               void *context, struct verify_report *ret) STORE_CHECKED;

#endif
