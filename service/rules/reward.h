/* What an event earns whom, by a program version: pure.
 *
 * Every matching rule pays, in the program's order; amount = base x rate x multiplier of the
 * buyer's tier, rounded once, then split among sellers. A rule whose beneficiary does not exist (no
 * referrer, nobody serves her, no selling guide) does not match. A match that gives nothing is an
 * award of 0 with its reason. Caps come after: cap_cut.h. */
#ifndef BECKON_SERVICE_RULES_REWARD_H
#define BECKON_SERVICE_RULES_REWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/rules/condition.h"
#include "store/program.h"
#include "store/record.h"

/* Fills ret_awards in the order of the rules, sellers in theirs, and ret_verdicts with what became
 * of each rule; returns how many awards. A rule that gives a benefit by name makes none: its
 * verdict says whether it is given. Credit numbers are left 0. */
size_t reward_awards(const struct program *program, const struct reward_facts *facts,
                     struct award ret_awards[AWARDS_MAX], struct verdicts *ret_verdicts);

/* The tier points these awards of a purchase count as: what BUYER's PURCHASE rules give in POINTS
 * before multiplier and caps. domain.md 4, "Tiers". */
int64_t reward_tier_points(const struct program *program, const struct award *awards,
                           size_t award_count);

#endif
