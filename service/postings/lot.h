/* Credits of one account while one command changes them: lots in memory, and the movements that
 * will be posted. Pure: no I/O, no clock, no memory of its own.
 *
 * service/command/lots.h loads lots before the LINE and posts the movements after it. Each lot_*
 * function changes lots and balances at once, so that what a later one sees is what will be, and
 * appends what the ledger shall hear, in order. Every one asserts credit_balanced before and after.
 *
 * A credit that becomes available (accrued at once, matured, released, restored, adjusted in) pays
 * the account's open debts of its unit and pay entity first, oldest first: the functions do it by
 * themselves. What an open settlement run has frozen, credits and debts, takes part in nothing. */
#ifndef BECKON_SERVICE_POSTINGS_LOT_H
#define BECKON_SERVICE_POSTINGS_LOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/credit.h"
#include "store/record.h"

enum {
    DUE_PER_COMMAND_MAX = 64,    /* due credits one command posts; the rest is the ticker's */
    LOTS_PER_COMMAND_MAX = 128,  /* lots one command spends or takes from, beside its own */
    LOTS_MAX = 384,              /* in memory: due ones, own ones, and 128 of each unit to take */
    LOT_DEBTS_OPEN_MAX = 64,     /* open debts looked at by one command, the oldest */
    LOT_DEBTS_MAX = LOT_DEBTS_OPEN_MAX + 2 * AWARDS_MAX, /* and those a refund makes: one of what a
                                    frozen credit would give, one of the rest */
    LOT_MOVEMENTS_MAX = 704,     /* in memory: a lot matures and is finished once, a debt too */
    COMMAND_MOVEMENTS_MAX = 320, /* posted by one command, over all its accounts: a full load of
                                    due credits that mature, pay debts and expire, and 128 more */
};
#define LOT_NONE SIZE_MAX
#define PAY_ENTITY_ANY UINT32_MAX /* whoever the employer is */

struct lot {
    struct credit credit;     /* number 0 until its first movement is posted: a fresh one */
    business_date filed_on;   /* as stored; meaningless when fresh */
    int64_t returned;         /* voided and reversed as stored; what it grew gives caps room */
    bool fresh, changed;
};

struct lot_debt {
    struct debt debt;         /* number 0 until posted: a fresh one */
    bool fresh, changed;
    bool waits;               /* its credit is frozen: nothing pays or forgives it meanwhile */
};

/* One entry to be posted. Its credit, rule and version are those of the lot, or of the debt where
 * there is no lot. */
struct movement {
    enum entry_kind kind;
    enum unit unit;
    enum side from, to;
    int64_t amount;
    size_t lot, debt;         /* indexes; LOT_NONE */
    bool clawed;              /* taken out of the lot for a credit that was settled */
    business_date business_date;
    struct event event;
};

struct lots {
    struct balance balance[UNIT_COUNT]; /* as they will be */
    int64_t frozen[UNIT_COUNT]; /* of available: in an open settlement run */
    bool debts_bounded;       /* there are more open debts: of each unit and pay entity that has any
                                 the oldest are loaded */
    bool net_left;            /* a debt was made though something is left that pays it */
    size_t lot_count, debt_count, movement_count;
    struct lot lot[LOTS_MAX];
    struct lot_debt debt[LOT_DEBTS_MAX];    /* ascending by number; fresh ones last */
    struct movement movement[LOT_MOVEMENTS_MAX];
};

/* What a movement is about and when it counts. */
struct occasion {
    business_date date;
    struct event event;
};

/* Empties it (its arrays are left as they are) and takes the account's balances. */
void lots_begin(struct lots *lots, const struct balance balance[UNIT_COUNT]);
/* Forgets lots and movements; balances and debts stay as they are. For reads alone. */
void lots_forget(struct lots *lots);
/* Takes in a stored credit; its index. Asserts there is room and that it is not there yet. */
size_t lots_add(struct lots *lots, const struct credit *credit);
/* Takes in a stored open debt, oldest first. */
size_t lots_add_debt(struct lots *lots, const struct debt *debt);
/* Its index by number; LOT_NONE. */
size_t lots_find(const struct lots *lots, uint64_t number);
/* May so many more lots and movements be added? */
bool lots_have_room(const struct lots *lots, size_t lot_count, size_t movement_count);

/* Is the credit of this pay entity, or any asked for? */
bool lots_of_entity(const struct credit *credit, uint32_t pay_entity);
/* The free lot (credit_free) of the unit and pay entity that expires first, of those the oldest;
 * LOT_NONE. */
size_t lots_first_available(const struct lots *lots, enum unit unit, uint32_t pay_entity);
/* Is there a free lot in memory beside an open debt that it has to pay, or may have to? */
bool lots_net_left(const struct lots *lots);
/* Available, unheld, not frozen and not owed: what the account may spend. Never below 0. */
int64_t lots_spendable(const struct lots *lots, enum unit unit);

/* The lot that is due first, on `today` at the latest; LOT_NONE. */
size_t lots_first_due(const struct lots *lots, business_date today);

/* A new credit (its number not yet known), PENDING or AVAILABLE as its state says; what has matured
 * is AVAILABLE. ACCRUE, or ADJUST where its program_version is 0. Returns its index. */
size_t lot_accrue(struct lots *lots, const struct credit *credit, const struct occasion *occasion);
/* Pending becomes available, on its own date: MATURE. */
void lot_mature(struct lots *lots, size_t lot);
/* What remains of an available one is gone, on its own date: EXPIRE. */
void lot_expire(struct lots *lots, size_t lot);
/* Spent: REDEEM. 0 < amount <= what remains; available, not held. */
void lot_redeem(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion);
/* Given back: RESTORE. 0 < amount <= what is redeemed. One that has expired by `today` lives until
 * today + grace_days. A frozen credit doesn't change: what it would get is a new one of the same
 * dates. */
void lot_restore(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion,
                 business_date today, uint16_t grace_days);
/* Taken back, held or not, but never frozen: VOID while pending, REVERSE when available.
 * 0 < amount <= remaining. */
void lot_take_back(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion);
/* Corrected downwards: ADJUST, counted as reversed. Available, not held. */
void lot_adjust_out(struct lots *lots, size_t lot, int64_t amount,
                    const struct occasion *occasion);
/* The same for a refund of another credit of the account that was settled. */
void lot_take_for_settled(struct lots *lots, size_t lot, int64_t amount,
                          const struct occasion *occasion);
/* Time stops for it, and nobody spends it: HOLD. Not finished, held or frozen. `review` 0: by
 * hand. */
void lot_hold(struct lots *lots, size_t lot, uint32_t review, const struct occasion *occasion);
/* Time goes on: RELEASE. What is due meanwhile is the caller's (lots_first_due). */
void lot_release(struct lots *lots, size_t lot, const struct occasion *occasion);

/* A new debt of the open amount debt->posted (its number not yet known): REVERSE, from the origin
 * credit it names. Nothing available may be left to take instead, but for lots not loaded; unless
 * it `waits`. */
size_t lots_owe(struct lots *lots, const struct debt *debt, bool waits,
                const struct occasion *occasion);
/* Forgives a part of a loaded debt: WRITE_OFF. */
void lots_write_off(struct lots *lots, size_t debt, int64_t amount,
                    const struct occasion *occasion);
/* Pays open debts of the lot's unit and pay entity out of it, oldest first: NET. Nothing when it
 * isn't free. The functions above that make a lot available have done it already. */
void lot_net(struct lots *lots, size_t lot, const struct occasion *occasion);
/* Pays one waiting debt out of the very credit it was made of, which was frozen and will no longer
 * be: NET, and no clawback, since it was never settled. */
void lot_net_own(struct lots *lots, size_t lot, size_t debt, const struct occasion *occasion);

#endif
