/* Posting a refund against its purchase: what RecordRefund does, and RecordPurchase with those that
 * waited for it.
 *
 * Happy path: refund_decide { does it fit? -> her day, all holders with what is due on them -> what
 * each credit gives back -> the return policies } -> LINE -> refund_write. */
#ifndef BECKON_SERVICE_COMMAND_REFUND_POST_H
#define BECKON_SERVICE_COMMAND_REFUND_POST_H

#include "service/command/command.h"
#include "service/command/count.h"
#include "service/command/lots.h"
#include "service/command/screen.h"
#include "service/rules/clawback.h"
#include "store/purchases.h"
#include "store/redemptions.h"
#include "store/refunds.h"

/* The buyer, her referrer, the guide who served her, those who sold, and other members whose points
 * paid for a part. */
enum { REFUND_HOLDERS_MAX = 3 + SELLERS_MAX + REFUND_RETURNS_MAX };

/* One refund on its way. Some 3 MiB on the stack of its command, of which it touches little. */
struct refunding {
    struct refund *refund;        /* the caller's */
    struct purchase purchase;     /* as it will be */
    struct purchase_lines lines;
    enum refund_reject reject;    /* it doesn't fit ... */
    struct clawback_misfit misfit; /* ... because of this */
    struct counting counting;     /* her days and the scoreboard's counters */
    struct screen_refund screen;  /* and what fraud signals count, when it is full */
    size_t redemption_count;      /* that it gives something back of */
    struct redemption redemption[REFUND_RETURNS_MAX];
    struct ledger ledger;
    size_t holder_count;          /* the buyer is the first */
    struct account account[REFUND_HOLDERS_MAX];
    struct holder holder[REFUND_HOLDERS_MAX];
};

/* Loads the purchase (absent: PURCHASE_UNKNOWN) and decides everything. OUTCOME_OK with
 * refunding->reject set when it doesn't fit: nothing else is decided then. OUTCOME_BUSY when more
 * is due on the holders, or more would move, than one command does; the ticker works off what is
 * due. `movements_max`: at most COMMAND_MOVEMENTS_MAX. */
enum outcome refund_decide(struct batch *batch, struct refund *refund, uint64_t now_ms,
                           size_t movements_max, struct refunding *ret) OUTCOME_CHECKED;
/* Entries that refund_write will post. */
size_t refund_movement_count(const struct refunding *refunding);
/* After the LINE: posts and puts all, the refund as POSTED, or REJECTED with nothing else. */
void refund_write(struct batch *batch, uint64_t now_ms, struct refunding *refunding);

#endif
