/* What a code promises who registers with it: the rules that will give her something, told before
 * anything is known of her. Pure; domain.md 4. */
#ifndef BECKON_SERVICE_RULES_WELCOME_H
#define BECKON_SERVICE_RULES_WELCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "service/rules/condition.h"
#include "store/program.h"
#include "store/record.h"

enum { WELCOME_PURCHASES_MAX = 5 }; /* rules of purchases told beside: a page shows a few lines */

/* One rule that gives the new member something. */
struct welcome {
    uint16_t rule;
    bool conditional;   /* it asks for what is not known before she registers, or buys */
    struct award award; /* of a registration's amount, before caps; elsewhere amount 0 */
};

/* Fills ret with the BUYER's rules of a registration, in the program's order, then with those of
 * purchases, at most WELCOME_PURCHASES_MAX; returns how many. `facts` are those of a registration:
 * date, buyer, referrer and serving guide as the code alone brings them, no shop, no person.
 * asks_referrer: the code brings no referrer, so that she may name one. Rules that will not hold
 * for sure, and amounts that come to nothing, are left out. */
size_t welcome_rules(const struct program *program, const struct reward_facts *facts,
                     bool asks_referrer, struct welcome ret[RULES_MAX]);

#endif
