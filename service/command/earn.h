/* Earning: what an event of a member credits to her, her referrer and her guide, from facts to
 * entries. Shared by registrations and purchases.
 *
 * earn_decide loads everybody concerned and asks the rules (before the LINE); earn_post puts
 * entries, credits, accounts and totals (after it). */
#ifndef BECKON_SERVICE_COMMAND_EARN_H
#define BECKON_SERVICE_COMMAND_EARN_H

#include "service/command/command.h"
#include "service/postings/accrual.h"
#include "service/rules/reward.h"
#include "store/ledger.h"
#include "store/program.h"

/* One account the event may credit; `loaded` once, even when a guide is referrer and serves. */
struct earner {
    struct party party; /* PARTY_NONE: nobody */
    struct account account;
    bool active; /* a guide: employed on the business date */
    bool self;   /* a guide: is the buyer */
    uint32_t shop, pay_entity;
};

enum { EARNER_BUYER, EARNER_REFERRER, EARNER_SERVING, EARNER_COUNT };

struct earning {
    struct event event;
    business_date business_date;
    const struct program *program; /* NULL: none in force, nothing is earned */
    struct earner earners[EARNER_COUNT];
    bool serving_inherited;
    size_t award_count;
    struct award awards[AWARDS_MAX];
    uint32_t review;               /* holds what others than the buyer earn (screen.h); 0: none */
    struct ledger ledger;
    bool rule_credit_date_moves; /* this is the latest date with a rule-made credit */
};

/* Loads program, referrer and serving guide and computes the awards. The caller has filled event,
 * business_date and the buyer's earner (party, account). serving_guide 0: nobody. */
enum outcome earn_decide(struct batch *batch, struct earning *earning, struct party referrer,
                         uint32_t serving_guide, bool serving_inherited, int64_t base_minor,
                         uint32_t days_recorded) OUTCOME_CHECKED;

/* After the LINE: posts and puts all, the buyer's account too; fills the awards' credit numbers. */
void earn_post(struct batch *batch, struct earning *earning);

#endif
