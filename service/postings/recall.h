/* What a refund asks back of one credit, as movements on its holder's lots: first out of the credit
 * itself, then as the return policy says (rules/clawback.h splits). Pure.
 *
 * Happy path, for every credit of the purchase: recall_begin; when all have given of themselves,
 * for every one with a rest: recall_elsewhere, recall_end. */
#ifndef BECKON_SERVICE_POSTINGS_RECALL_H
#define BECKON_SERVICE_POSTINGS_RECALL_H

#include "service/postings/lot.h"
#include "store/refund.h"

struct recall {
    struct lots *lots;   /* the holder's */
    size_t lot;          /* the credit's */
    enum return_policy policy;
    int64_t rest;        /* redeemed or settled: still to be found elsewhere */
    bool more;           /* the holder may have more free lots than those in memory; the caller's,
                            between begin and end */
    struct refund_taking *taking;
};

/* Asks the credit up to `reversal` to date and takes what it can give of itself; a frozen one
 * gives nothing: what it would give is a debt that waits. `ret_taking`
 * (credit, party and unit are the caller's) says what became of it, *ret what is left. False:
 * nothing is asked that was not asked before; then both are left alone. */
bool recall_begin(struct lots *lots, size_t lot, int64_t reversal, enum return_policy policy,
                  const struct occasion *occasion, struct refund_taking *ret_taking,
                  struct recall *ret);
/* Takes of the rest from the holder's other available lots in memory, first expiring first, as far
 * as they go or *lots_left does, which counts down. */
void recall_elsewhere(struct recall *recall, const struct occasion *occasion, size_t *lots_left);
/* What is left of the rest is waived, or becomes a debt of the occasion's refund. Where only the
 * bound of one command stopped the taking it is a debt with every policy: due work nets it in
 * portions, and waives at the end what WITHIN_BALANCE finds nothing for. Asserts that the taking is
 * balanced. */
void recall_end(struct recall *recall, const struct occasion *occasion);

#endif
