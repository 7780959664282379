/* What became of every rule for one event, as messages; the same for what was recorded and for what
 * is only quoted. */
#ifndef BECKON_SERVICE_COMMAND_EXPLAIN_RULE_H
#define BECKON_SERVICE_COMMAND_EXPLAIN_RULE_H

#include "beckon/v1/explain_service.pb-c.h"
#include "service/command/command.h"
#include "store/program.h"

/* An event that was decided, or would be. */
struct explained {
    const char *currency;
    const struct program *program;
    const struct verdicts *verdicts;
    const struct award *awards;
    size_t award_count;
    uint32_t buyer;              /* the member whose event it is */
    business_date business_date; /* the event's: holding and expiry count from it */
};

/* Everything a caller may see of an event: rules in the program's order with their visible awards.
 * Tills and members see rules for the buyer alone. BUSY when the arena is empty. */
enum outcome explain_rules(struct command_call *call, const struct explained *explained,
                           Beckon__V1__RuleExplained ***ret_rules,
                           size_t *ret_count) OUTCOME_CHECKED;

/* One rule with one award of it, whoever asks: the caller has checked that he may see it. NULL when
 * the arena is empty. */
Beckon__V1__RuleExplained *explain_rule_of(struct command_call *call,
                                           const struct explained *explained,
                                           const struct award *award);

#endif
