/* Credits of one account while one command changes them: lots in memory, and the movements that
 * will be posted. Pure: no I/O, no clock, no memory of its own.
 *
 * service/command/lots.h loads lots before the LINE and posts the movements after it. Each lot_*
 * function changes lots and balances at once, so that what a later one sees is what will be, and
 * appends what the ledger shall hear, in order. Every one asserts credit_balanced before and after.
 *
 * A credit that becomes available (accrued at once, matured, released, restored, adjusted in) pays
 * the account's open debts of its unit first, oldest first: the functions do it by themselves. */
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
    LOT_DEBTS_MAX = LOT_DEBTS_OPEN_MAX + AWARDS_MAX, /* and those a refund makes */
    LOT_MOVEMENTS_MAX = 704,     /* in memory: a lot matures and is finished once, a debt too */
    COMMAND_MOVEMENTS_MAX = 320, /* posted by one command, over all its accounts: a full load of
                                    due credits that mature, pay debts and expire, and 128 more */
};
#define LOT_NONE SIZE_MAX

struct lot {
    struct credit credit;     /* number 0 until its first movement is posted: a fresh one */
    business_date filed_on;   /* as stored; meaningless when fresh */
    int64_t returned;         /* voided and reversed as stored; what it grew gives caps room */
    bool fresh, changed;
};

struct lot_debt {
    struct debt debt;         /* number 0 until posted: a fresh one */
    bool fresh, changed;
};

/* One entry to be posted. Its credit, rule and version are those of the lot, or of the debt where
 * there is no lot. */
struct movement {
    enum entry_kind kind;
    enum unit unit;
    enum side from, to;
    int64_t amount;
    size_t lot, debt;         /* indexes; LOT_NONE */
    business_date business_date;
    struct event event;
};

struct lots {
    struct balance balance[UNIT_COUNT]; /* as they will be */
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

/* The available, unheld lot of the unit with something left that expires first, of those the
 * oldest; LOT_NONE. */
size_t lots_first_available(const struct lots *lots, enum unit unit);
/* Available, unheld and not owed: what the account may spend. Never below 0. */
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
 * today + grace_days. */
void lot_restore(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion,
                 business_date today, uint16_t grace_days);
/* Taken back, held or not: VOID while pending, REVERSE when available. 0 < amount <= remaining. */
void lot_take_back(struct lots *lots, size_t lot, int64_t amount, const struct occasion *occasion);
/* Corrected downwards: ADJUST, counted as reversed. Available, not held. */
void lot_adjust_out(struct lots *lots, size_t lot, int64_t amount,
                    const struct occasion *occasion);
/* Time stops for it, and nobody spends it: HOLD. Not finished, not held. `review` 0: by hand. */
void lot_hold(struct lots *lots, size_t lot, uint32_t review, const struct occasion *occasion);
/* Time goes on: RELEASE. What is due meanwhile is the caller's (lots_first_due). */
void lot_release(struct lots *lots, size_t lot, const struct occasion *occasion);

/* A new debt of the open amount debt->posted (its number not yet known): REVERSE, from the origin
 * credit it names. Nothing available may be left to take instead, but for lots not loaded. */
size_t lots_owe(struct lots *lots, const struct debt *debt, const struct occasion *occasion);
/* Forgives a part of a loaded debt: WRITE_OFF. */
void lots_write_off(struct lots *lots, size_t debt, int64_t amount,
                    const struct occasion *occasion);
/* Pays open debts of the lot's unit out of it, oldest first: NET. Nothing when it isn't available
 * or is held. The functions above that make a lot available have done it already. */
void lot_net(struct lots *lots, size_t lot, const struct occasion *occasion);

#endif
