#include "service/command/welcome_message.h"

#include "service/command/caps.h"
#include "service/command/reply.h"
#include "service/rules/welcome.h"
#include "store/programs_kept.h"

static_assert((int)TRIGGER_REPURCHASE == (int)BECKON__V1__TRIGGER__TRIGGER_REPURCHASE,
              "same numbers");

/* She has no number yet, and this one is never given out: no counter is its own. */
enum { NOBODY_YET = UINT32_MAX };

/* What a registration by this code would be judged by, as far as the code says it. */
static struct reward_facts facts_of(const struct program *program,
                                    const struct attribution_source *owner,
                                    const struct code *code, business_date today, uint64_t now_ms)
{
    struct attribution_facts scanned = {
        .code_given = true, .code_known = true, .code = *code, .at = now_ms, .owner = *owner,
        .inherit_serving_guide = program->inherit_serving_guide,
    };
    struct attribution attribution = attribution_decide(&scanned);

    return (struct reward_facts){
        .event = EVENT_REGISTRATION, .date = today, .registered_on = today, .buyer = NOBODY_YET,
        .referrer = attribution.referrer, .serving_guide = attribution.serving_guide,
        .serving_inherited = attribution.serving_inherited,
    };
}

/* Cuts the amounts to what caps and budgets leave; those that come to nothing stay as 0. */
static enum outcome cut(struct reader *reader, const struct program *program, business_date today,
                        struct welcome *told, size_t count)
{
    struct award awards[RULES_MAX];
    struct cap_uses uses;

    for (size_t i = 0; i < count; i++) awards[i] = told[i].award;
    cap_uses_of(program, NOBODY_YET, today, awards, count, &uses);
    if (uses.count == 0) return OUTCOME_OK;
    enum outcome outcome = caps_load(reader, &uses);
    if (outcome != OUTCOME_OK) return outcome;
    cap_cut(program, NOBODY_YET, today, &uses, awards, count);
    for (size_t i = 0; i < count; i++) told[i].award = awards[i];
    return OUTCOME_OK;
}

static enum outcome fill_given(struct command_call *call, const struct rule *rule,
                               const struct welcome *told, business_date today,
                               Beckon__V1__Welcome *message)
{
    if (rule->reward == REWARD_AMOUNT) {
        message->unit = reply_unit(rule->unit);
        message->amount = told->award.amount;
        message->available_on_date = reply_date(call, today + rule->hold_days);
        return message->available_on_date != NULL ? OUTCOME_OK : OUTCOME_BUSY;
    }
    message->benefit_kind = rule->reward == REWARD_GIFT
                                ? BECKON__V1__BENEFIT_KIND__BENEFIT_KIND_GIFT
                                : BECKON__V1__BENEFIT_KIND__BENEFIT_KIND_COUPON;
    message->benefit_name_zh = reply_text(call, rule->benefit_zh);
    message->benefit_name_en = reply_text(call, rule->benefit_en);
    message->valid_until_date =
        reply_date(call, rule->benefit_valid_days > 0 ? today + rule->benefit_valid_days
                                                      : DATE_NEVER);
    bool full = message->benefit_name_zh == NULL || message->benefit_name_en == NULL ||
                message->valid_until_date == NULL;
    return full ? OUTCOME_BUSY : OUTCOME_OK;
}

static enum outcome one_message(struct command_call *call, const struct program *program,
                                const struct welcome *told, business_date today,
                                Beckon__V1__Welcome **ret)
{
    const struct rule *rule = &program->rules[told->rule];
    Beckon__V1__Welcome *message = reply_message(call, &beckon__v1__welcome__descriptor);

    if (message == NULL) return OUTCOME_BUSY;
    message->trigger = (Beckon__V1__Trigger)rule->trigger;
    message->title_zh = reply_text(call, rule->title_zh);
    message->title_en = reply_text(call, rule->title_en);
    message->conditional = told->conditional;
    if (message->title_zh == NULL || message->title_en == NULL) return OUTCOME_BUSY;
    *ret = message;
    if (rule->trigger == TRIGGER_REGISTRATION) return fill_given(call, rule, told, today, message);
    message->unit = reply_unit(rule->unit);
    return OUTCOME_OK;
}

enum outcome welcome_messages(struct reader *reader, struct command_call *call,
                              const struct attribution_source *owner, const struct code *code,
                              business_date today, Beckon__V1__ResolveCodeResponse *reply)
{
    struct welcome told[RULES_MAX];
    struct program program;

    enum store_result found = programs_in_force_kept(reader, today, &program);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    enum outcome outcome = command_outcome(found, OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;

    struct reward_facts facts = facts_of(&program, owner, code, today, call->now_ms);
    size_t count =
        welcome_rules(&program, &facts, facts.referrer.kind == PARTY_NONE, told);
    outcome = cut(reader, &program, today, told, count);
    if (outcome != OUTCOME_OK) return outcome;
    reply->welcome = reply_alloc(call, (count + 1) * sizeof *reply->welcome);
    if (reply->welcome == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = &program.rules[told[i].rule];
        /* A campaign whose budget is used up promises nothing. */
        if (rule->trigger == TRIGGER_REGISTRATION && rule->reward == REWARD_AMOUNT &&
            told[i].award.amount == 0)
            continue;
        outcome = one_message(call, &program, &told[i], today, &reply->welcome[reply->n_welcome]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_welcome++;
    }
    return OUTCOME_OK;
}
