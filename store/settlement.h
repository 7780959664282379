/* Settlement as plain data: runs, their lines, and the marks they leave on accounts. Rules,
 * postings and the export see these too; the tables are settlements.h's.
 *
 * A run never touches the credits it takes one by one. It leaves a *mark* on the account of each
 * payee: everything that was free when the mark was set is frozen while the run is open and settled
 * once it is closed. credits.c reads every credit through the marks, so nobody else has to know;
 * after the close the ticker writes down in portions what the marks already say, and takes them
 * away.
 *
 * Units: *_minor minor units of the merchant's currency; points whole points; *_at Unix
 * milliseconds; dates business dates; token numbers name who did it. */
#ifndef BECKON_STORE_SETTLEMENT_H
#define BECKON_STORE_SETTLEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"

enum run_type {
    RUN_YEAR_END = 1,
    RUN_PERIOD,     /* any [start, end) */
    RUN_LEAVER,     /* one guide, any day; no minimum payout */
    RUN_ADJUSTMENT, /* what has come up since for the payees of the run it corrects */
};

enum run_state {
    RUN_DRAFT = 1, RUN_REVIEW, RUN_APPROVED, RUN_CLOSING, RUN_CLOSED, RUN_PAID, RUN_CANCELLED,
};

/* What the ticker is doing for a run, payee by payee; a run at work takes no other step. */
enum run_work {
    RUN_WORK_NONE = 0,
    RUN_WORK_PERIODS, /* DRAFT: PERIOD_CLOSE bonuses of periods that end within the run's */
    RUN_WORK_DRAFT,   /* DRAFT: lines are computed, nothing is frozen */
    RUN_WORK_FREEZE,  /* DRAFT, then REVIEW: lines are computed anew, each with its mark */
    RUN_WORK_RELEASE, /* DRAFT or CANCELLED: marks are taken away again */
    RUN_WORK_DISPUTES,/* DRAFT, after a release: what was granted to payees is posted */
    RUN_WORK_CLOSE,   /* CLOSING, then CLOSED: SETTLE and CARRY entries, payee by payee */
    RUN_WORK_SWEEP,   /* CLOSED, PAID: what the marks say is written into the credits */
};

/* Sums over a run's lines: the control totals. */
struct run_totals {
    uint32_t line_count;        /* guides' lines and members' */
    uint32_t member_line_count; /* of these */
    int64_t points_converted;
    int64_t gross_minor, clawback_minor, carry_in_minor, carry_out_minor, net_minor;
    uint32_t credit_count, reversal_count, adjustment_count;
};

struct settlement_run {
    uint32_t number;            /* from 1 */
    enum run_type type;
    enum run_state state;
    enum run_work work;
    uint16_t draft;             /* from 1; a rejection makes the next */
    business_date start, end;   /* [start, end) */
    uint32_t pay_entity;        /* only its lines; 0: all of them, and members' cash */
    uint32_t guide;             /* LEAVER; 0 */
    uint32_t corrects;          /* ADJUSTMENT: a CLOSED or PAID run; 0 */
    uint32_t rate_points;       /* so many points give ... */
    int64_t rate_minor;         /* ... so much money */
    int64_t minimum_payout_minor; /* below it the payee's net is carried; 0: none */
    char tax_treatment[TAX_TREATMENT_BYTES_MAX + 1]; /* for payroll, copied from the program */
    struct run_totals totals;   /* of the lines computed so far */
    uint8_t hash[HASH_BYTES];   /* over the lines in order, each its statement hash: what is
                                   reviewed and approved */

    /* while at work: periods that start before `period` are closed, payees up to `payee` done; at
     * the close of `payee` those lines up to `payee_entity` */
    business_date period;
    struct party payee;
    uint32_t payee_entity;

    uint64_t made_at, submitted_at, approved_at, closed_at, paid_at, cancelled_at; /* 0: not yet */
    uint32_t made_by, submitted_by, approved_by, closed_by, cancelled_by;
    char reason[REASON_BYTES_MAX + 1]; /* of the last rejection, or of the cancellation */
    uint64_t entry;             /* the ledger's last entry when all was frozen; once CLOSED, when
                                   the close had ended, with ... */
    uint8_t head[HASH_BYTES];   /* ... its hash */

    uint32_t dispute_count, dispute_open_count;
    uint32_t paid_count, failed_count, returned_count; /* lines with a payment result */
    uint32_t export_count;
};

/* Payment results. A line with net 0 is never paid: it counts as PAID at close. */
enum payment { PAYMENT_NONE = 0, PAYMENT_PAID, PAYMENT_FAILED, PAYMENT_RETURNED };

enum { ORIGIN_PERIODS_MAX = 16 };

/* One payee and pay entity in a run.
 *
 * net = gross - clawback + carry_in - carry_out, never negative.
 * points_earned - points_taken = what is free - what is owed; positive: points_converted of it go
 * out and points_kept stay; negative: it is converted toward zero into carry_out. cash alike.
 * gross = convert(points_earned) + cash_earned;
 * clawback = convert(points_earned) - convert(points_earned - points_taken) + cash_taken. */
struct settlement_line {
    uint32_t run;
    uint16_t draft;
    struct party payee;
    uint32_t pay_entity;          /* 0: a member */
    uint32_t shop;                /* guides: his last one of that entity in the period */
    int64_t points_earned;        /* free credits, and what refunds of others took out of them */
    int64_t points_taken;         /* the latter, and open debts */
    int64_t points_debt;          /* open debts of the unit the run carries */
    int64_t points_converted, points_kept;
    int64_t cash_earned, cash_taken, cash_debt, cash_settled;
    int64_t gross_minor, clawback_minor, carry_in_minor, carry_out_minor, net_minor;
    uint32_t credit_count, reversal_count, adjustment_count;
    uint8_t origin_count;         /* quarters before `start` that credits come from, ascending */
    business_date origin_quarters[ORIGIN_PERIODS_MAX]; /* their first days */
    uint32_t pending_count, held_count; /* before `end`, not taken: warnings */
    uint64_t entry;               /* the ledger's last when it was computed: the mark's */
    uint8_t statement_hash[HASH_BYTES]; /* over this line's own figures and its credits */
    enum payment payment;
    uint64_t payment_at;
    uint32_t payment_by;
    bool carried_back;            /* its net came back as a carry: FAILED or RETURNED */
};

/* ---- marks ----------------------------------------------------------------------------------- */

enum { SETTLEMENT_MARKS_MAX = 4 };
enum mark_state { MARK_FROZEN = 1, MARK_SETTLED = 2 };

/* At most one mark of an account and pay entity is FROZEN, the last: what is reviewed by one run is
 * not by another. Those before it are SETTLED and wait for the sweep.
 *
 * Covers the credits of the account and pay entity that are AVAILABLE, not HELD, with something
 * left, of a business date before `end`, which were so when the ledger's last entry was `entry`
 * (credit.since <= entry), and that no earlier mark covers. Of members CASH alone. And the open
 * debts up to number `entry`: nothing nets them while it is frozen. */
struct settlement_mark {
    uint32_t run;
    enum mark_state state;
    business_date end;
    uint64_t entry;
    uint64_t kept_since;          /* points that got free from this entry on are not covered: the
                                     newest keep what makes no whole lot. 0: all are */
    int64_t amount[UNIT_COUNT];   /* what remains in what it covers */
    int64_t clawed[UNIT_COUNT];   /* of `clawed` below, counted in its line */
    int64_t carry_minor;          /* of `carry_minor` below, counted in its line */
};

/* (merchant, account) 8 by pay entity (0: members). */
struct settlement_account {
    uint8_t mark_count;
    struct settlement_mark marks[SETTLEMENT_MARKS_MAX]; /* in the order they were set */
    int64_t clawed[UNIT_COUNT];   /* taken from unsettled credits for refunds of settled ones (by
                                     REVERSE elsewhere, by NET), in no closed run yet ... */
    int64_t clawed_before[UNIT_COUNT]; /* ... and in closed ones */
    int64_t carry_minor;          /* waits for the next run: below 0 a debt, above it owed to the
                                     payee */
};

/* Could a mark cover the stored credit, were it set now and late enough? */
bool settlement_takes(enum party_kind payee, const struct credit *credit);
/* The first mark of the account that covers the stored credit, which is of its pay entity; NULL. */
const struct settlement_mark *settlement_covers(const struct settlement_account *account,
                                                enum party_kind payee,
                                                const struct credit *credit);
/* The credit as that mark has it: frozen for the run, or settled by it. */
void settlement_apply(const struct settlement_mark *mark, struct credit *credit);
#endif
