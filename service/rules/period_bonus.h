/* What a PERIOD_CLOSE rule gives a guide for a month, quarter or year: from his figures to the KPI,
 * its bracket and the amount. Pure; domain.md 4. */
#ifndef BECKON_SERVICE_RULES_PERIOD_BONUS_H
#define BECKON_SERVICE_RULES_PERIOD_BONUS_H

#include <stdbool.h>

#include "store/period.h"
#include "store/program.h"
#include "store/record.h"

/* What is known of one member of a guide. */
struct period_member {
    business_date registered_on;
    bool own;                /* registered with the guide's own code, not voided */
    business_date first_day; /* her earliest purchase date, gross; DATE_NEVER */
    bool served;             /* by him on the period's last business date */
    unsigned live_days;      /* in the period, two or more count as two */
};
struct period_figures {
    uint32_t numerator, denominator;
};
/* Counts her in. Repurchase rate: of those he serves, those with two purchase days of those with
 * one. New members: registered with his code in the period, both figures. Activated: of these, who
 * bought within KPI_ACTIVATION_DAYS, and before the period's end. */
void period_count(enum rule_kpi kpi, const struct period *period,
                  const struct period_member *member, struct period_figures *figures);

/* The KPI: basis points rounded down (0 of nobody), or the count. */
int64_t period_value(enum rule_kpi kpi, const struct period_figures *figures);

/* His award before caps: 0 and the reason when he is not `entitled` (employed on the period's last
 * business date, or the rule says also leavers), below minimum_n, or where the bracket gives
 * nothing. base_minor is the KPI. */
struct award period_award(const struct program *program, uint16_t rule, uint32_t guide,
                          bool entitled, const struct period_figures *figures);

#endif
