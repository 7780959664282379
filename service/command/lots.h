/* One account under change: its lots loaded before the LINE, its movements posted after it.
 *
 * Happy path: holder_open -> holder_settle (what is due on it) -> load the lots concerned ->
 * lot_* of service/postings/lot.h -> holder_ready -> LINE -> holder_post -> ledger_close.
 * Reads do the same up to the LINE and show what the lots then say. An account that is merely
 * credited skips holder_settle.
 *
 * A holder is large (some 150 KiB) and lives on its command's stack. */
#ifndef BECKON_SERVICE_COMMAND_LOTS_H
#define BECKON_SERVICE_COMMAND_LOTS_H

#include "service/command/command.h"
#include "service/postings/lot.h"
#include "store/debts.h"
#include "store/ledger.h"
#include "store/settlement_accounts.h"

struct holder {
    struct party party;
    struct account *account;  /* the caller's; changed by holder_post alone */
    business_date today;      /* of recorded_at */
    bool settled;             /* everything due up to `today` is among the movements ... */
    uint8_t tier_before, tier_after; /* a member's, by reviews that were due: the same where none */
    business_date next_unseen; /* ... and nothing of what is not loaded is due before this */
    struct lots lots;
    size_t clawed_count;      /* pay entities whose settled credits' refunds took something, ... */
    struct settlement_of_entity clawed[SETTLEMENT_ENTITIES_MAX]; /* ... as they will be put */
};

/* Begins with an account the caller has loaded, and its open debts: those that may be paid or
 * forgiven now, the oldest of each unit and pay entity. A party that has no account is a
 * programmer's error. */
enum outcome holder_open(struct reader *reader, struct party party, struct account *account,
                         business_date today, struct holder *ret) OUTCOME_CHECKED;

/* Posts (in memory) what is due on the account up to today: credits mature and expire, debts are
 * paid. OUTCOME_BUSY when that is more than DUE_PER_COMMAND_MAX items: the ticker works them off.
 * Costs nothing when next_due is ahead. */
enum outcome holder_settle(struct reader *reader, struct holder *holder) OUTCOME_CHECKED;
/* The same for the ticker: as many as fit; *ret_more when some are left for another command. */
enum outcome holder_settle_part(struct reader *reader, struct holder *holder,
                                bool *ret_more) OUTCOME_CHECKED;
/* The whole of it, however much, for reads: only the balances stay, the lots are forgotten. Of the
 * account's credits in `watched` those that were due become what they then are. */
enum outcome holder_settle_all(struct reader *reader, struct holder *holder,
                               struct credit *watched, size_t watched_count) OUTCOME_CHECKED;
/* Once more, over the lots in memory: after lot_release. */
void holder_catch_up(struct holder *holder);

/* The lot of this number, loaded unless it is. `absent` when the account has no such credit. */
enum outcome holder_load(struct reader *reader, struct holder *holder, uint64_t number,
                         enum outcome absent, size_t *ret_lot) OUTCOME_CHECKED;
/* Loads free lots of the unit and pay entity, first expiring first, until they cover `amount` or
 * LOTS_PER_COMMAND_MAX are loaded. *ret_covered: what lots_first_available can reach in order, at
 * most `amount`; less when there is no more, or no more within the bound (*ret_bounded). */
enum outcome holder_load_available(struct reader *reader, struct holder *holder, enum unit unit,
                                   uint32_t pay_entity, int64_t amount, int64_t *ret_covered,
                                   bool *ret_bounded) OUTCOME_CHECKED;
/* Of what the account has available: in open settlement runs. Reads nothing where none has any. */
enum outcome holder_frozen(struct reader *reader, struct party party,
                           const struct account *account,
                           int64_t ret_amount[UNIT_COUNT]) OUTCOME_CHECKED;
/* Is this open debt frozen by a run, or does it wait for a frozen credit? Then nobody pays or
 * forgives it. */
enum outcome holder_debt_waits(struct reader *reader, struct party party,
                               const struct account *account, const struct debt *debt,
                               bool *ret_waits) OUTCOME_CHECKED;

/* The last step before the LINE: reads what posting needs beside the lots. OUTCOME_BUSY when the
 * movements are more than one command may post: only beside due work that the ticker will have
 * done soon. A command with several holders adds up their movement_count itself. */
enum outcome holder_ready(struct batch *batch, struct holder *holder) OUTCOME_CHECKED;
/* After the LINE: posts the movements, puts credits, debts, due date and account. The numbers of
 * fresh lots and debts are filled in. Does nothing but put the account when nothing moved.
 * The caller opens the ledger before the LINE and closes it. */
void holder_post(struct batch *batch, struct ledger *ledger, struct holder *holder);

#endif
