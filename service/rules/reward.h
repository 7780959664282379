/* What an event earns whom, by a program version: pure.
 *
 * Every matching rule pays, in the program's order; amount = base x rate, rounded once. A rule
 * whose beneficiary does not exist (no referrer, nobody serves her) does not match. A match that
 * gives nothing is an award of 0 with its reason. */
#ifndef BECKON_SERVICE_RULES_REWARD_H
#define BECKON_SERVICE_RULES_REWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"

struct reward_facts {
    enum event_kind event;      /* EVENT_REGISTRATION or EVENT_PURCHASE */
    int64_t base_minor;         /* 0 for a registration */
    uint32_t buyer;             /* member number */
    struct party referrer;      /* PARTY_NONE: nobody */
    bool referrer_active;       /* a guide: employed on the business date */
    bool referrer_self;         /* a guide: is the buyer herself */
    uint32_t serving_guide;     /* on the business date; 0: nobody */
    bool serving_inherited;
    bool serving_active;        /* employed on the business date */
    bool serving_self;          /* is the buyer herself */
    uint32_t days_recorded;     /* her distinct purchase days, this one's included; gross */
};

/* Fills ret_awards in the order of the rules; returns how many. credit numbers are left 0. */
size_t reward_awards(const struct program *program, const struct reward_facts *facts,
                     struct award ret_awards[AWARDS_MAX]);

/* base x rate_bp / 10,000 in 128 bits, rounded once. base >= 0; asserts the result fits. */
int64_t reward_rate(int64_t base_minor, int32_t rate_bp, enum rounding rounding);

#endif
