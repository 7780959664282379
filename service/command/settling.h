/* What a settlement run does to one payee's account: what it would take, and the steps that freeze,
 * give back, settle and write down what it takes. store/settlement.h says how marks work.
 *
 * Happy path of a payee: settling_load (again after due_account while it answers OUTCOME_BUSY) ->
 * a line is computed of each taking -> LINE -> settling_mark; later settling_close per line until
 * nothing is left of it, or settling_release; after a close settling_sweep until nothing is left.
 *
 * settling_release, settling_close and settling_sweep are whole commands (or rows) of their own:
 * they load the account, pass the LINE and put. Their amounts of work are bounded; *ret_more says
 * that the next command has to go on. */
#ifndef BECKON_SERVICE_COMMAND_SETTLING_H
#define BECKON_SERVICE_COMMAND_SETTLING_H

#include "service/command/command.h"
#include "store/debts.h"
#include "store/ledger.h"
#include "store/settlement.h"
#include "store/settlement_accounts.h"

/* What a run looks at. */
struct settling_scope {
    business_date start, end;    /* the run's: origins lie before start, what it takes before end */
    uint32_t pay_entity;         /* only it; 0: all, and members' cash */
    uint32_t run;                /* what it has frozen itself counts as free */
    business_date today;         /* everything due by today must have been posted */
    uint64_t entry;              /* the ledger's last: batch_fence's for writers, whose own entries
                                    a snapshot doesn't know; what marks will cover up to */
};

/* Of one pay entity: what a run takes, or has taken. */
struct settling_taking {
    uint32_t pay_entity;         /* 0: a member's */
    int64_t free[UNIT_COUNT];    /* what remains of the credits it takes */
    int64_t clawed[UNIT_COUNT];  /* taken from credits for refunds of settled ones, not in a line
                                    yet */
    int64_t debt[UNIT_COUNT];    /* open debts it takes of credits that were not settled ... */
    int64_t debt_settled[UNIT_COUNT]; /* ... and of those that were */
    int64_t carry_minor;         /* waits for a run: carry_in */
    uint32_t credit_count;       /* of the credits: how many, ... */
    uint32_t reversal_count;     /* ... that gave something back to refunds, ... */
    uint32_t adjustment_count;   /* ... that a person made */
    uint32_t pending_count, held_count; /* before end, and not taken */
    uint8_t origin_count;        /* quarters before start that they come from, ascending; the ... */
    business_date origin_quarters[ORIGIN_PERIODS_MAX]; /* ... newest, where there are more */
    uint8_t credits_hash[HASH_BYTES]; /* over number, unit and remaining of each, in stored order */
};

/* All of one payee, as of the ledger's last entry. */
struct settling {
    struct party payee;
    uint64_t entry;              /* the ledger's last */
    struct account account;
    size_t count;                /* pay entities that have anything to say, ascending */
    struct settling_taking taking[SETTLEMENT_ENTITIES_MAX];
    struct settlement_account marks[SETTLEMENT_ENTITIES_MAX]; /* theirs, as stored */
};

/* Loads what a run takes of the payee. OUTCOME_BUSY: something is due on the account, which
 * due_account posts first. A payee without account is OUTCOME_STORE_DAMAGED. Walks his unfinished
 * credits and open debts, all of them. */
enum outcome settling_load(struct reader *reader, struct party payee,
                           const struct settling_scope *scope,
                           struct settling *ret) OUTCOME_CHECKED;
/* Before the LINE: may the run freeze what was loaded? OUTCOME_BUSY: another run's mark is in the
 * way, or there is no room for one more until the sweep has been here. */
enum outcome settling_may_mark(const struct settling *settling, uint32_t run) OUTCOME_CHECKED;
/* After the LINE: sets the run's mark on taking `index`. Whoever has set all calls settling_put. */
void settling_mark(struct settling *settling, size_t index, uint32_t run, business_date end);
/* Puts the marks and the account that names them. */
void settling_put(struct batch *batch, const struct settling *settling, uint32_t run);

/* Takes the run's marks away: debts made of frozen credits are first netted against the credits
 * they came from, then the rest of due work is lowered to today. */
enum outcome settling_release(struct batch *batch, struct party payee, uint32_t run,
                              business_date today, bool *ret_more) OUTCOME_CHECKED;

/* Settles what the run's mark covers, as the line says (points_converted, points_kept,
 * cash_settled, carry_in_minor, carry_out_minor): debts are carried, the kept rest leaves the mark,
 * SETTLE and CARRY entries, the mark is settled. Entries bear the date end - 1, or the first open
 * one. A line without a mark any more is done already. */
enum outcome settling_close(struct batch *batch, const struct settlement_line *line,
                            business_date end, bool *ret_more) OUTCOME_CHECKED;

/* Writes down what settled marks say of the account's credits, and takes such marks away. */
enum outcome settling_sweep(struct batch *batch, struct party payee,
                            bool *ret_more) OUTCOME_CHECKED;

/* The pay entity of a debt of the first layout, which doesn't say it: its credit's. */
enum outcome settling_debt_entity(struct reader *reader, struct party party,
                                  struct debt *debt) OUTCOME_CHECKED;

/* What a closed run paid comes back (FAILED, RETURNED), or anything else that is carried: one
 * CARRY_OUT entry of CASH, SETTLEMENT -> CARRY. The account is loaded before the LINE and put after
 * it; several of one payee in one command must follow each other, load behind post. */
struct settling_back {
    struct party payee;
    uint32_t pay_entity;
    struct account account;
    struct settlement_account record;
};
enum outcome settling_back_load(struct reader *reader, struct party payee, uint32_t pay_entity,
                                struct settling_back *ret) OUTCOME_CHECKED;
/* `amount` > 0; its entry's number. */
uint64_t settling_back_post(struct batch *batch, struct ledger *ledger,
                            struct settling_back *back, uint32_t run, business_date date,
                            int64_t amount);

#endif
