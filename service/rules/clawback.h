/* What refunds ask back of a purchase's credits: pure.
 *
 * Everything is computed "to date", from what has been refunded in all so far, and only the
 * difference to what was asked before is posted: so the order of refunds never matters, and a full
 * refund asks back the whole.
 *
 *   refunded base = sum over lines of FLOOR(base of the line x refunded of the line / its amount)
 *                   + FLOOR(base x refunded by amount / amount of the purchase), at most the base;
 *                   the full amount gives the whole base; where base is 0, amounts take its place
 *   reversal      = posted x refunded base / base, rounded as the credit's own rule says
 *
 * A credit of a rule with categories was computed from the base of their lines: for it these lines
 * alone count, and of refunds by amount the same share.
 *
 * Then what is asked is split: first what remains of the credit itself; then what was redeemed or
 * settled, by the rule's return policy; what expired is not owed. */
#ifndef BECKON_SERVICE_RULES_CLAWBACK_H
#define BECKON_SERVICE_RULES_CLAWBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"
#include "store/refund.h"

/* Why a refund doesn't fit its purchase, for whoever reads the refusal. */
struct clawback_misfit {
    uint8_t line;       /* the line's number, 0: not about one */
    int64_t left_minor; /* of the line, or of the purchase */
};

/* Adds the refund to what was refunded of the purchase: fills the refund's amounts (those of its
 * lines too), base_minor and full, moves refunded_* of the purchase and of its lines. Anything but
 * REFUND_REJECT_NONE changes nothing and fills *ret_misfit. LINES: a line it doesn't have, or more
 * than is left of one. EMPTY: nothing is left of its lines. ABOVE_PURCHASE. */
enum refund_reject clawback_fit(struct purchase *purchase, struct purchase_lines *lines,
                                struct refund *refund, struct clawback_misfit *ret_misfit);

/* How much of a base has been refunded: 0 <= refunded <= whole, whole > 0. */
struct clawback_share {
    int64_t refunded, whole;
};

/* Of the whole purchase as its record and lines now stand (lines->count 0: it has none). `whole` is
 * its base, or its amount where that is 0 (1 where both are). */
struct clawback_share clawback_share_of(const struct purchase *purchase,
                                        const struct purchase_lines *lines);
/* The same of the lines that `rule` looks at: those of its categories, all when it names none. */
struct clawback_share clawback_share_of_rule(const struct purchase *purchase,
                                             const struct purchase_lines *lines,
                                             const struct program *program,
                                             const struct rule *rule);

/* What of a credit of `posted` is asked back in all by now: 0 to posted; everything when the share
 * is whole. */
int64_t clawback_reversal(int64_t posted, struct clawback_share share, enum rounding rounding);

/* Where what is asked comes from: asked = own + policy + waived. */
struct clawback_split {
    int64_t own;    /* out of what remains of the credit */
    int64_t policy; /* redeemed or settled: from elsewhere, as the return policy says; 0 with
                       ONLY_PENDING */
    int64_t waived; /* expired, or nothing is taken once matured */
};

/* What is still to be asked of `credit` when its reversal to date is `reversal`; never below 0. */
int64_t clawback_asked(const struct credit *credit, int64_t reversal);
struct clawback_split clawback_split(const struct credit *credit, int64_t asked,
                                     enum return_policy policy);

/* Of `redeemed`, which paid for a part of the purchase: what is given back by now, FLOOR of the
 * share of its amount that is refunded; all at full refund. */
int64_t clawback_given_back(int64_t redeemed, const struct purchase *purchase);

#endif
