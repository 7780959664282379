/* Corrections of balances and holds of credits by hand: what AdjustBalance, DecideAdjustment,
 * HoldCredit and ReleaseCredit share. */
#ifndef BECKON_SERVICE_COMMAND_ADJUSTING_H
#define BECKON_SERVICE_COMMAND_ADJUSTING_H

#include "service/command/lots.h"
#include "store/adjustments.h"

/* A decision on its way; large, on its command's stack. */
struct adjusting {
    struct adjustment adjustment;
    struct account account;
    struct ledger ledger;
    size_t movement;      /* index of its first movement */
    size_t lot;           /* the credit it makes, holds or releases; LOT_NONE */
    struct holder holder;
};

/* Begins with a new decision: who, when, its number. `adjustment` has the rest. */
enum outcome adjusting_begin(struct batch *batch, struct command_call *call,
                             struct adjustment *adjustment) OUTCOME_CHECKED;
/* Before the LINE: loads the account and moves what adjustment.amount says. ACCOUNT_UNKNOWN,
 * INSUFFICIENT_BALANCE, LOTS_TOO_MANY. */
enum outcome adjusting_balance(struct batch *batch, struct command_call *call,
                               struct adjusting *adjusting) OUTCOME_CHECKED;
/* After the LINE: posts, and puts the decision with its entry and credit. */
void adjusting_post(struct batch *batch, struct adjusting *adjusting);

/* The whole of HoldCredit and ReleaseCredit: their requests differ in name only. CREDIT_UNKNOWN,
 * CREDIT_FINISHED, CREDIT_IS_HELD, CREDIT_IN_SETTLEMENT, CREDIT_NOT_HELD, CREDIT_IN_REVIEW. */
struct flag_request {
    enum adjustment_kind kind;
    uint64_t credit;
    const char *reason, *request_id;
};
/* *ret: the decision, made now or when the same was asked before. The caller's reply is small and
 * has been reserved. */
enum outcome adjusting_flag_whole(struct batch *batch, struct command_call *call,
                                  const struct flag_request *request,
                                  struct adjustment *ret) OUTCOME_CHECKED;

#endif
