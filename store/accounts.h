/* Accounts of members and guides: the hot record, and what lies under the same prefix. */
#ifndef BECKON_STORE_ACCOUNTS_H
#define BECKON_STORE_ACCOUNTS_H

#include "store/batch.h"
#include "store/credit.h"
#include "store/reader.h"
#include "store/record.h"

/* An account with everything empty and every date DATE_NEVER. */
struct account account_empty(void);

enum store_result accounts_get(struct reader *reader, struct party party,
                               struct account *ret) STORE_CHECKED;
void accounts_put(struct batch *batch, struct party party, const struct account *account);
void accounts_want(struct reader *reader, struct party party);

/* Accounts of one kind above number `after`, ascending: their numbers and hot records. */
enum store_result accounts_list(struct reader *reader, enum party_kind kind, uint32_t after,
                                uint32_t *ret_numbers, struct account *ret_accounts,
                                size_t count_max, size_t *ret_count) STORE_CHECKED;

/* The first number above `after` that has any record under its account's prefix; STORE_ABSENT. */
enum store_result accounts_next(struct reader *reader, enum party_kind kind, uint32_t after,
                                uint32_t *ret_number) STORE_CHECKED;

/* ---- history: members' bindings, guides' employments ---------------------------------------- */

/* The history holds every binding and employment, the one in force and those planned too: whoever
 * sets or ends the one in the hot record puts it here as well.
 * The binding that covered `date`; STORE_ABSENT: none did. */
enum store_result bindings_on(struct reader *reader, uint32_t member, business_date date,
                              struct binding *ret) STORE_CHECKED;
/* The first binding that begins on or after `date`; STORE_ABSENT: none does. */
enum store_result bindings_from(struct reader *reader, uint32_t member, business_date date,
                                struct binding *ret) STORE_CHECKED;
/* Bindings that begin on or after `date`, ascending; up to count_max. */
enum store_result bindings_list(struct reader *reader, uint32_t member, business_date date,
                                struct binding *ret_bindings, size_t count_max,
                                size_t *ret_count) STORE_CHECKED;
void bindings_put(struct batch *batch, uint32_t member, const struct binding *binding);

enum { EMPLOYMENTS_MAX = 32 };
/* The employment that covered `date`; STORE_ABSENT: none did. */
enum store_result employments_on(struct reader *reader, uint32_t guide, business_date date,
                                 struct employment *ret) STORE_CHECKED;
/* All of a guide, ascending; at most EMPLOYMENTS_MAX. */
enum store_result employments_list(struct reader *reader, uint32_t guide,
                                   struct employment ret[EMPLOYMENTS_MAX],
                                   size_t *ret_count) STORE_CHECKED;
void employments_put(struct batch *batch, uint32_t guide, const struct employment *employment);

/* ---- purchase days --------------------------------------------------------------------------- */

/* STORE_ABSENT: no purchase was recorded for that date. */
enum store_result purchase_days_get(struct reader *reader, uint32_t member, business_date date,
                                    struct purchase_day *ret) STORE_CHECKED;
void purchase_days_put(struct batch *batch, uint32_t member, business_date date,
                       const struct purchase_day *day);
/* The days from `from` to `to`, both included, but for `without` (DATE_NEVER: all). */
struct purchase_days_sum {
    int64_t base_minor, tier_points;
};
enum store_result purchase_days_add_up(struct reader *reader, uint32_t member, business_date from,
                                       business_date to, business_date without,
                                       struct purchase_days_sum *ret) STORE_CHECKED;
/* The latest live day before `date`, DATE_NEVER if none. */
enum store_result purchase_days_live_before(struct reader *reader, uint32_t member,
                                            business_date date,
                                            business_date *ret_date) STORE_CHECKED;

/* How many of her days in [from, to) lived until `live_before`, which is: no refund dated before it
 * had ended them; stops at count_max. */
enum store_result purchase_days_live_within(struct reader *reader, uint32_t member,
                                            business_date from, business_date to,
                                            business_date live_before, unsigned count_max,
                                            unsigned *ret_count) STORE_CHECKED;

/* ---- credits --------------------------------------------------------------------------------- */

/* Readers see credits through the marks of settlement runs (settlement.h): frozen ones with the run
 * in settlement_run, settled ones as DONE, whatever is stored; filed_on says under which date. Both
 * must be handed to credits_change as they are, or changed: what is put is what is then stored. */
enum store_result credits_get(struct reader *reader, struct party party, business_date filed_on,
                              uint64_t number, struct credit *ret) STORE_CHECKED;
/* By its number alone; STORE_ABSENT: the account has no such credit. */
enum store_result credits_find(struct reader *reader, struct party party, uint64_t number,
                               struct credit *ret) STORE_CHECKED;
/* Puts a new credit; asserts credit_balanced, as the next. */
void credits_add(struct batch *batch, struct party party, const struct credit *credit);
/* Puts a changed one that was filed under `filed_before`. */
void credits_change(struct batch *batch, struct party party, const struct credit *credit,
                    business_date filed_before);
/* Credits filed at or after (filed_on, number), in that order; up to count_max. */
enum store_result credits_list(struct reader *reader, struct party party, business_date filed_on,
                               uint64_t number, struct credit *ret_credits, size_t count_max,
                               size_t *ret_count) STORE_CHECKED;

#endif
