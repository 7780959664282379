/* Does a rule look at an event, and do its conditions hold? Pure; domain.md 4.
 *
 * Facts are those of the event's business date but for tier, counters and room, which are those at
 * recording (domain.md 5, "Two times"). */
#ifndef BECKON_SERVICE_RULES_CONDITION_H
#define BECKON_SERVICE_RULES_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/rules/person.h"
#include "store/program.h"
#include "store/record.h"

/* A guide who sold, as rules see him. */
struct seller_facts {
    uint32_t guide;
    uint16_t share_bp;
    bool active; /* employed on the business date */
    bool self;   /* is the buyer herself */
};

struct reward_facts {
    enum event_kind event;      /* EVENT_REGISTRATION or EVENT_PURCHASE */
    business_date date;         /* business date */
    uint32_t shop;              /* of the purchase or registration; 0: none named */
    int64_t amount_minor;       /* 0 for a registration */
    int64_t base_minor;         /* 0 for a registration */
    size_t line_count;          /* with their bases; 0: the purchase has none */
    const struct purchase_line *lines;
    uint32_t buyer;             /* member number */
    struct party referrer;      /* PARTY_NONE: nobody */
    bool referrer_active;       /* a guide: employed on the business date */
    bool referrer_self;         /* a guide: is the buyer herself */
    bool referrer_erased;       /* a member: earns nothing any more */
    uint32_t serving_guide;     /* on the business date; 0: nobody */
    bool serving_inherited;
    bool serving_active;        /* employed on the business date */
    bool serving_self;          /* is the buyer herself */
    size_t seller_count;        /* shares sum to 10,000 */
    struct seller_facts sellers[SELLERS_MAX];
    uint32_t days_recorded;     /* her distinct purchase days, this one's included; gross */
    bool first_purchase;        /* no purchase of hers was recorded before; gross */
    business_date registered_on;
    uint8_t tier;               /* hers before the event */
    const struct person *person; /* NULL: not loaded, what is asked of her is not met */
};

/* The first condition of the rule that failed, in the order of the enum. */
enum rule_verdict condition_verdict(const struct program *program, const struct rule *rule,
                                    const struct reward_facts *facts);

/* Would any rule that holds so far look at her profile? Asked before it is unsealed, with `person`
 * NULL. */
bool condition_needs_person(const struct program *program, const struct reward_facts *facts);

/* What the formula is applied to: the event's base, or that of the lines of the rule's
 * categories. */
int64_t condition_base(const struct program *program, const struct rule *rule,
                       const struct reward_facts *facts);

#endif
