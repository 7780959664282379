/* A back-test's state: history decided again, event by event in recorded order, by the versions
 * that were in force before the draft's first date and by the draft from then on.
 *
 * Decided again by the same code that records (earn.h), with tiers, tier points, caps and budgets
 * as they would have stood; days, first purchases and serving guides are those recorded. Refunds
 * take back each credit's share, whatever its return policy. Periods that are over come last
 * (back_test_closes.h). One thread; freed by its owner. */
#ifndef BECKON_SERVICE_COMMAND_BACK_TEST_REPLAY_H
#define BECKON_SERVICE_COMMAND_BACK_TEST_REPLAY_H

#include "service/command/back_test_counters.h"
#include "service/command/back_test_events.h"
#include "service/command/back_test_totals.h"
#include "service/command/command.h"
#include "service/command/earn.h"
#include "store/program.h"

enum { REPLAY_PROGRAMS_MAX = 8 };

/* A version, or the draft, and the numbers of its rules' ids. */
struct replay_program {
    struct program program;
    uint16_t rules[RULES_MAX];
};

struct replay_member {
    uint8_t tier;
    business_date review_on; /* DATE_NEVER: none ahead */
    business_date last_day;  /* latest purchase date so far; DATE_ALWAYS: none */
    int64_t tier_points;
    uint32_t days;           /* distinct purchase dates so far */
    uint32_t last_event;     /* newest purchase so far; BACK_TEST_NO_EVENT */
};

/* What tiers look at of a purchase, and where its awards are kept for its refunds. */
struct replay_purchase {
    uint32_t previous;       /* the member's purchase before; BACK_TEST_NO_EVENT */
    uint32_t kept_first;
    uint16_t kept_count;
    int64_t base_minor, tier_points; /* less refunds */
};

struct replay_kept {
    struct award award;
    int64_t reversed;
    int64_t tier_points, tier_points_reversed;
};

struct replay {
    struct command_call *call;
    struct merchant merchant;
    business_date from, to;
    struct replay_program *draft;
    struct replay_program *programs;  /* REPLAY_PROGRAMS_MAX, version 0: empty */
    size_t program_next;
    struct back_test_events events;
    struct replay_purchase *purchases; /* one per event */
    struct replay_member *members;     /* by number, from 0 */
    struct replay_kept *kept;
    size_t kept_count, kept_room;
    struct back_test_counters counters;
    struct back_test_totals totals;
    size_t next;                       /* the event to be replayed next */
    struct holder *holders;            /* what earn.h wants room for; never used by a read */
};

/* Makes room for events that are gathered already; `draft` and the rest are set by the caller.
 * BUSY: no memory. */
enum outcome replay_begin(struct replay *replay) OUTCOME_CHECKED;
/* Frees everything but the draft. */
void replay_clear(struct replay *replay);
/* Replays event `next` and moves on; OUTCOME_AGAIN leaves everything as it was. */
enum outcome replay_event(struct reader *reader, struct replay *replay) OUTCOME_CHECKED;

/* ---- shared by the back_test_replay*.c ------------------------------------------------------- */

/* A version and the numbers of its rules; kept for the next events. */
enum outcome replay_version(struct reader *reader, struct replay *replay, uint32_t version,
                            struct replay_program **ret) OUTCOME_CHECKED;
/* The program an event of `date` is decided by, `version` being the one it was recorded with; NULL
 * when there was none. */
enum outcome replay_program_of(struct reader *reader, struct replay *replay, business_date date,
                               uint32_t version,
                               struct replay_program **ret) OUTCOME_CHECKED;
/* (back_test_tiers.c) Reviews of the member's tier that lie on `today` or before. */
enum outcome replay_review(struct reader *reader, struct replay *replay, uint32_t member,
                           business_date registered_on, business_date today) OUTCOME_CHECKED;
/* Her tier rises with the purchase that was just counted. */
void replay_rise(struct replay *replay, const struct program *program, uint32_t member,
                 business_date registered_on, business_date date);
/* (back_test_refund.c) Cuts awards to what the counters leave and counts them there. */
enum outcome replay_cut(struct replay *replay, const struct replay_program *program,
                        const struct earning *earning, struct award *awards,
                        size_t award_count) OUTCOME_CHECKED;
/* Counts what one award takes (or gives back) in each of its counters; referee 0: nobody. */
enum outcome replay_count(struct replay *replay, const struct replay_program *program,
                          const struct award *award, uint32_t referee, business_date date,
                          int64_t amount) OUTCOME_CHECKED;
/* The event is a refund. */
enum outcome replay_refund(struct reader *reader, struct replay *replay,
                           const struct back_test_event *event) OUTCOME_CHECKED;

#endif
