/* Earning: what an event of a member credits to her, her referrer, her guide and those who sold,
 * from facts to entries. Shared by registrations, purchases and quotes.
 *
 * Happy path: earn_settle (what is due on the buyer) -> earn_decide (loads everybody concerned,
 * asks the rules, cuts to caps) -> screen.h -> earn_ready -> LINE -> earn_post. Reads go as far as
 * earn_decide. Accounts that are merely credited are left as they are, due or not; but a credit
 * that is available at once pays its holder's open debts first. */
#ifndef BECKON_SERVICE_COMMAND_EARN_H
#define BECKON_SERVICE_COMMAND_EARN_H

#include "service/command/command.h"
#include "service/command/lots.h"
#include "service/postings/accrual.h"
#include "service/rules/reward.h"
#include "store/ledger.h"
#include "store/profiles.h"
#include "store/program.h"

/* One account the event may credit. The same guide may stand in several places: his account is
 * then that of the first. */
struct earner {
    struct party party; /* PARTY_NONE: nobody */
    struct account account;
    bool active; /* a guide: employed on the business date */
    bool erased; /* a member: earns nothing any more */
    bool self;   /* a guide: is the buyer */
    uint32_t shop, pay_entity;
};

enum { EARNER_BUYER, EARNER_REFERRER, EARNER_SERVING, EARNER_SELLER,
       EARNER_COUNT = EARNER_SELLER + SELLERS_MAX };

/* What is known of the event beside who the buyer is. */
struct earn_event {
    struct party referrer;
    uint32_t serving_guide;             /* 0: nobody */
    bool serving_inherited;
    uint32_t shop;                      /* 0: none named */
    int64_t amount_minor, base_minor;   /* 0 for a registration */
    const struct purchase_lines *lines; /* with their bases; NULL: none */
    size_t seller_count;
    const struct seller *sellers;
    uint32_t days_recorded;             /* her distinct purchase days, this one's included */
    bool first_purchase;
    const struct profile *profile;      /* at hand; NULL: hers is opened if a rule asks for it */
};

struct earning {
    struct event event;
    business_date business_date;
    business_date today;           /* of recorded_at */
    const struct program *program; /* NULL: none in force, nothing is earned */
    struct batch *batch;           /* NULL: a read */
    struct earner earners[EARNER_COUNT];
    struct holder *holders;        /* room for EARNER_COUNT, the caller's, not initialised ... */
    bool by_lots[EARNER_COUNT];    /* ... but these: what they get goes through lots */
    struct verdicts verdicts;
    size_t award_count;
    struct award awards[AWARDS_MAX];
    uint16_t lot_of[AWARDS_MAX];   /* its lot in its holder, where it has one */
    uint32_t review;               /* holds what others than the buyer earn (screen.h); 0: none */
    int64_t tier_points;           /* what a purchase counts as */
    struct ledger ledger;
    bool rule_credit_date_moves; /* this is the latest date with a rule-made credit */
};

/* The caller has filled event, business_date, today, holders, batch and the buyer's earner (party,
 * account). Finds the version in force; to be called before anything else by a batch. */
enum outcome earn_load_program(struct batch *batch, struct earning *earning) OUTCOME_CHECKED;
/* What is due on the buyer is done in memory, her tier's review too. OUTCOME_BUSY as
 * holder_settle. */
enum outcome earn_settle(struct reader *reader, struct earning *earning) OUTCOME_CHECKED;
/* Loads referrer, serving guide and sellers, and computes awards and verdicts, before caps.
 * GUIDE_UNKNOWN when a seller isn't one. */
enum outcome earn_award(struct reader *reader, struct command_call *call,
                        struct earning *earning, const struct earn_event *event) OUTCOME_CHECKED;
/* The same, and cuts the awards to what caps and budgets leave. */
enum outcome earn_decide(struct reader *reader, struct command_call *call,
                         struct earning *earning, const struct earn_event *event) OUTCOME_CHECKED;
/* The last step before the LINE: what posting needs beside. */
enum outcome earn_ready(struct batch *batch, struct earning *earning) OUTCOME_CHECKED;

/* After the LINE: posts and puts all, the buyer's account too; fills the awards' credit numbers. */
void earn_post(struct batch *batch, struct earning *earning);

#endif
