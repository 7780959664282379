/* Debts: what a member or guide owes after a refund asked back what was already redeemed or settled
 * and no other credit could give. A record of its own that names its origin; netted oldest first
 * as credits become available. Under the account's prefix: open ones first, then those paid.
 *
 * And the due queue: which accounts have something waiting for a date. */
#ifndef BECKON_STORE_DEBTS_H
#define BECKON_STORE_DEBTS_H

#include "store/batch.h"
#include "store/credit.h"
#include "store/reader.h"
#include "store/record.h"

enum { DEBT_BYTES = 1 + 8 + 2 + 3 * 8 + 8 + 4 + 2 + 4 + 8 + 4 + 45 + 4 + 8 + 1 };
size_t debt_encode(const struct debt *debt, uint8_t *to);
enum store_result debt_decode(struct bytes from, struct debt *ret) STORE_CHECKED;

/* STORE_ABSENT: the account has no such debt, open or paid. */
enum store_result debts_get(struct reader *reader, struct party party, uint64_t number,
                            struct debt *ret) STORE_CHECKED;
/* Puts a new or changed one; `was_open`: it is stored among the open ones. */
void debts_put(struct batch *batch, struct party party, const struct debt *debt, bool was_open);
/* Debts of one account above number `after`, oldest first: open ones, or those paid. */
enum store_result debts_list(struct reader *reader, struct party party, bool open, uint64_t after,
                             struct debt *ret_debts, size_t count_max,
                             size_t *ret_count) STORE_CHECKED;

/* ---- the due queue --------------------------------------------------------------------------- */

/* The account's next due date moves; DATE_NEVER has no record. */
void due_move(struct batch *batch, struct party party, business_date before, business_date now);
/* Sees to it that somebody looks at the account on `date` at the latest: lowers its next_due and
 * moves it in the queue. The caller puts the account. */
void due_lower(struct batch *batch, struct party party, struct account *account,
               business_date date);
/* Accounts that may have something due on `today`, first due first, behind (date, party);
 * PARTY_NONE: from the start. */
enum store_result due_list(struct reader *reader, business_date today, business_date after_date,
                           struct party after, struct party *ret_parties,
                           business_date *ret_dates, size_t count_max,
                           size_t *ret_count) STORE_CHECKED;

#endif
