/* A member's tier around commands: what it is measured by, its rise with a purchase, its review as
 * due work, and what her card says. service/rules/tiers.h decides. */
#ifndef BECKON_SERVICE_COMMAND_TIER_H
#define BECKON_SERVICE_COMMAND_TIER_H

#include "service/command/command.h"
#include "service/rules/tiers.h"
#include "store/program.h"
#include "store/record.h"

/* Raises the tier at once with a purchase, `day` being its day's record as it will be put and the
 * account's tier points counted already. The window ends with the purchase's date, or her last
 * purchase day where that is later, so that the order in which purchases arrive makes no difference
 * to where she stands in the end. Sets the first review. The caller sees to next_due. */
enum outcome tier_rise(struct reader *reader, const struct program *program, uint32_t member,
                       business_date date, const struct purchase_day *day,
                       struct account *account) OUTCOME_CHECKED;

/* The reviews that lie on `today` or before, each by the program in force on its date. Only
 * `account` changes: the caller puts it, or shows it and forgets it. */
enum outcome tier_review(struct reader *reader, uint32_t member, business_date today,
                         struct account *account) OUTCOME_CHECKED;

/* What her card says on `today`, of an account on which nothing is due. */
enum outcome tier_outlook(struct reader *reader, const struct program *program, uint32_t member,
                          const struct account *account, business_date today,
                          struct tier_outlook *ret) OUTCOME_CHECKED;

#endif
