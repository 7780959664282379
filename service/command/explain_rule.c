#include "service/command/explain_rule.h"

#include <assert.h>

#include "service/command/credit_message.h"
#include "service/command/explain_words.h"
#include "service/command/reply.h"
#include "service/rules/lifetime.h"

static_assert((int)VERDICT_CATEGORY ==
                  (int)BECKON__V1__RULE_VERDICT__RULE_VERDICT_CATEGORY, "same numbers");
static_assert((int)VERDICT_COUNT ==
                  (int)BECKON__V1__RULE_VERDICT__RULE_VERDICT_NOT_KEPT, "the one behind them");
static_assert((int)CAP_BUDGET == (int)BECKON__V1__AWARD_CAP__AWARD_CAP_BUDGET, "same numbers");

/* Rules for guides and referrers are none of a till's or a customer's business; managers and guides
 * may know all rules, but not what everybody got. */
static bool rule_shown(const struct command_call *call, const struct rule *rule)
{
    enum role role = call->principal.role;
    return (role != ROLE_POS && role != ROLE_MEMBER) || rule->beneficiary == BENEFICIARY_BUYER;
}

static bool dates_fill(struct command_call *call, const struct explained *explained,
                       const struct award *award, Beckon__V1__AwardExplained *message)
{
    struct lifetime lifetime =
        lifetime_of(&explained->program->rules[award->rule], explained->business_date);

    if (award->amount == 0) return true;
    message->matures_on = reply_date(call, lifetime.matures_on);
    message->expires_on = reply_date(call, lifetime.expires_on);
    return message->matures_on != NULL && message->expires_on != NULL;
}

static Beckon__V1__AwardExplained *award_message(struct command_call *call,
                                                 const struct explained *explained,
                                                 const struct award *award)
{
    Beckon__V1__AwardExplained *message =
        reply_message(call, &beckon__v1__award_explained__descriptor);
    if (message == NULL) return NULL;
    struct sentence calculation =
        explain_calculation(explained->program, award, explained->currency);

    message->beneficiary = reply_party(call, award->party);
    message->unit = reply_unit(award->unit);
    message->amount = award->amount;
    message->reason = (Beckon__V1__CreditReason)award->reason;
    message->cap = (Beckon__V1__AwardCap)award->cap;
    /* Caps cut last, each to what it has left: the last that did left just that. */
    message->cap_left = award->cap != CAP_NONE ? award->amount : 0;
    message->base_minor = award->base_minor;
    message->rate_bp = explain_rate_bp(explained->program, award);
    message->bracket = award->bracket == BRACKET_NONE ? 0 : award->bracket + 1;
    message->multiplier_bp = award->multiplier_bp;
    message->full_amount = award->full_amount;
    message->share_bp = award->share_bp;
    message->credit_number = award->credit;
    message->calculation = sentence_message(call, &calculation);
    if (message->beneficiary == NULL || message->calculation == NULL) return NULL;
    return dates_fill(call, explained, award, message) ? message : NULL;
}

static Beckon__V1__RuleExplained *rule_message(struct command_call *call,
                                               const struct explained *explained, uint16_t index,
                                               enum rule_verdict verdict)
{
    Beckon__V1__RuleExplained *message =
        reply_message(call, &beckon__v1__rule_explained__descriptor);
    if (message == NULL) return NULL;
    assert(index < explained->program->rule_count);
    const struct rule *rule = &explained->program->rules[index];
    struct sentence formula = explain_formula(explained->program, rule, explained->currency);

    message->rule_id = reply_text(call, rule->id);
    message->title_zh = reply_text(call, rule->title_zh);
    message->title_en = reply_text(call, rule->title_en);
    message->formula = sentence_message(call, &formula);
    message->verdict = (Beckon__V1__RuleVerdict)verdict;
    message->why = sentence_pair_message(call, explain_verdict(verdict));
    if (message->rule_id == NULL || message->title_zh == NULL || message->title_en == NULL ||
        message->formula == NULL || message->why == NULL)
        return NULL;
    return message;
}

/* A rule that gave something applied, whatever was kept of it: records from before verdicts were
 * kept have awards alone. */
static enum rule_verdict verdict_of(const struct explained *explained, uint16_t index)
{
    for (size_t i = 0; i < explained->award_count; i++)
        if (explained->awards[i].rule == index) return VERDICT_MATCHED;
    if (index < explained->verdicts->count)
        return (enum rule_verdict)explained->verdicts->of_rule[index];
    return VERDICT_COUNT;
}

static enum outcome add_awards(struct command_call *call, const struct explained *explained,
                               uint16_t index, Beckon__V1__RuleExplained *message)
{
    size_t count = 0;

    for (size_t i = 0; i < explained->award_count; i++)
        count += explained->awards[i].rule == index;
    if (count == 0) return OUTCOME_OK;
    message->awards = reply_alloc(call, count * sizeof *message->awards);
    if (message->awards == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < explained->award_count; i++) {
        const struct award *award = &explained->awards[i];
        if (award->rule != index || !credit_visible(call, explained->buyer, award->party)) continue;
        Beckon__V1__AwardExplained *row = award_message(call, explained, award);
        if (row == NULL) return OUTCOME_BUSY;
        message->awards[message->n_awards++] = row;
    }
    return OUTCOME_OK;
}

enum outcome explain_rules(struct command_call *call, const struct explained *explained,
                           Beckon__V1__RuleExplained ***ret_rules, size_t *ret_count)
{
    const struct program *program = explained->program;
    size_t count = 0;

    *ret_rules = NULL;
    *ret_count = 0;
    if (program == NULL) return OUTCOME_OK;
    Beckon__V1__RuleExplained **rules = reply_alloc(call, program->rule_count * sizeof *rules);
    if (rules == NULL) return OUTCOME_BUSY;
    for (uint16_t i = 0; i < program->rule_count; i++) {
        if (!rule_shown(call, &program->rules[i])) continue;
        rules[count] = rule_message(call, explained, i, verdict_of(explained, i));
        if (rules[count] == NULL) return OUTCOME_BUSY;
        enum outcome outcome = add_awards(call, explained, i, rules[count]);
        if (outcome != OUTCOME_OK) return outcome;
        count++;
    }
    *ret_rules = rules;
    *ret_count = count;
    return OUTCOME_OK;
}

Beckon__V1__RuleExplained *explain_rule_of(struct command_call *call,
                                           const struct explained *explained,
                                           const struct award *award)
{
    Beckon__V1__RuleExplained *message =
        rule_message(call, explained, award->rule, VERDICT_MATCHED);
    if (message == NULL) return NULL;
    message->awards = reply_alloc(call, sizeof *message->awards);
    if (message->awards == NULL) return NULL;
    message->awards[0] = award_message(call, explained, award);
    if (message->awards[0] == NULL) return NULL;
    message->n_awards = 1;
    return message;
}
