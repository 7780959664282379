/* A small merchant for the tables' and verify's tests: an employer, two shops, two guides, three
 * members, codes, tokens, a program, and purchases with their credits, in three commits. */
#ifndef BECKON_TESTS_STORE_SCENARIO_H
#define BECKON_TESTS_STORE_SCENARIO_H

#include "store/batch.h"
#include "store/store.h"

enum { SCENARIO_MERCHANT = 1, SCENARIO_MEMBERS = 3, SCENARIO_GUIDES = 2 };
extern const struct code_value scenario_code; /* guide 1's, then guide 2's from day 200 */

/* Builds it, committed; aborts when it can't. */
void scenario_build(struct store *store);
/* One purchase at shop 1 with what it earns: the buyer points at once, her guide cash pending. */
void scenario_purchase(struct batch *batch, uint32_t member, const char *receipt,
                       business_date date, int64_t amount_minor);
/* Begins a batch for the merchant; aborts when it can't. */
void scenario_begin(struct batch *batch, uint64_t clock_ms);

#endif
