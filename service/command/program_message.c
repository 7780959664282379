#include "service/command/program_message.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "service/rules/text_rules.h"

/* The API's numbers and the store's are the same. */
#define SAME(store, api) static_assert((int)(store) == (int)BECKON__V1__##api, "same numbers")
SAME(TRIGGER_REGISTRATION, TRIGGER__TRIGGER_REGISTRATION);
SAME(TRIGGER_REPURCHASE, TRIGGER__TRIGGER_REPURCHASE);
SAME(BENEFICIARY_BUYER, BENEFICIARY__BENEFICIARY_BUYER);
SAME(BENEFICIARY_SERVING_GUIDE, BENEFICIARY__BENEFICIARY_SERVING_GUIDE);
SAME(ROUNDING_FLOOR, ROUNDING__ROUNDING_FLOOR);
SAME(ROUNDING_HALF_UP, ROUNDING__ROUNDING_HALF_UP);
SAME(REFERRER_NONE, REFERRER_CONDITION__REFERRER_CONDITION_NONE);
SAME(CODE_INHERITED, CODE_CONDITION__CODE_CONDITION_INHERITED);

size_t program_message_bytes(const struct program *program)
{
    return 1024 + program->rule_count * (sizeof(Beckon__V1__Rule) + sizeof(void *) +
                                         RULE_ID_BYTES_MAX + 2 * RULE_TITLE_BYTES_MAX + 5 * 16);
}

static Beckon__V1__Rule *rule_message(struct command_call *call, const struct rule *rule)
{
    Beckon__V1__Rule *message = reply_message(call, &beckon__v1__rule__descriptor);
    if (message == NULL) return NULL;
    message->rule_id = reply_text(call, rule->id);
    message->title_zh = reply_text(call, rule->title_zh);
    message->title_en = reply_text(call, rule->title_en);
    message->trigger = (Beckon__V1__Trigger)rule->trigger;
    message->beneficiary = (Beckon__V1__Beneficiary)rule->beneficiary;
    message->unit = reply_unit(rule->unit);
    if (rule->formula == FORMULA_FIXED) {
        message->formula_case = BECKON__V1__RULE__FORMULA_FIXED_AMOUNT;
        message->fixed_amount = rule->fixed_amount;
    } else {
        message->formula_case = BECKON__V1__RULE__FORMULA_RATE_BP;
        message->rate_bp = rule->rate_bp;
    }
    message->rounding = (Beckon__V1__Rounding)rule->rounding;
    message->referrer = (Beckon__V1__ReferrerCondition)rule->referrer;
    message->code = (Beckon__V1__CodeCondition)rule->code;
    return message->rule_id == NULL || message->title_zh == NULL || message->title_en == NULL
               ? NULL : message;
}

Beckon__V1__Program *program_message(struct command_call *call, const struct program *program)
{
    Beckon__V1__Program *message = reply_message(call, &beckon__v1__program__descriptor);
    if (message == NULL) return NULL;
    message->version = program->version;
    message->from_date = reply_date(call, program->from);
    message->title = reply_text_of(call, program->title, strnlen(program->title, NAME_BYTES_MAX));
    message->inherit_serving_guide = program->inherit_serving_guide;
    message->published_at = reply_time(call, program->published_at);
    message->rules = reply_alloc(call, (program->rule_count + 1u) * sizeof *message->rules);
    if (message->from_date == NULL || message->title == NULL || message->published_at == NULL ||
        message->rules == NULL)
        return NULL;
    for (size_t i = 0; i < program->rule_count; i++) {
        message->rules[i] = rule_message(call, &program->rules[i]);
        if (message->rules[i] == NULL) return NULL;
    }
    message->n_rules = program->rule_count;
    return message;
}

/* ---- form ------------------------------------------------------------------------------------ */

/* PROGRAM_INVALID for "program.rules[i].field". */
static enum outcome refuse_rule(struct command_call *call, size_t index, const char *field,
                                const char *allowed)
{
    char *path = call->arena->alloc(call->arena->allocator_data, 64);
    if (path != NULL) snprintf(path, 64, "program.rules[%zu].%s", index, field);
    return form_refuse(call, OUTCOME_PROGRAM_INVALID, path, allowed);
}

static bool rule_id_valid(const char *id)
{
    size_t size = strlen(id);
    if (size == 0 || size > RULE_ID_BYTES_MAX) return false;
    for (size_t i = 0; i < size; i++) {
        bool allowed = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= '0' && id[i] <= '9') ||
                       id[i] == '_' || id[i] == '-';
        if (!allowed) return false;
    }
    return true;
}

static bool title_copy(const char *from, char *ret_to)
{
    struct bytes text = {(const uint8_t *)from, strlen(from)};
    if (text.size > 0 && !text_is_printable(text, 0, RULE_TITLE_BYTES_MAX)) return false;
    memcpy(ret_to, from, text.size + 1);
    return true;
}

static enum outcome form_formula(struct command_call *call, size_t index,
                                 const Beckon__V1__Rule *message, struct rule *rule)
{
    switch (message->formula_case) {
    case BECKON__V1__RULE__FORMULA_FIXED_AMOUNT:
        if (message->fixed_amount < 1 || message->fixed_amount > LIMIT_FIXED_AMOUNT)
            return refuse_rule(call, index, "fixed_amount", "1..1000000000");
        rule->formula = FORMULA_FIXED;
        rule->fixed_amount = message->fixed_amount;
        return OUTCOME_OK;
    case BECKON__V1__RULE__FORMULA_RATE_BP:
        if (message->rate_bp < 1 || message->rate_bp > LIMIT_RATE_BP)
            return refuse_rule(call, index, "rate_bp", "1..100000");
        if (rule->trigger == TRIGGER_REGISTRATION)
            return refuse_rule(call, index, "rate_bp", "fixed_amount with REGISTRATION");
        rule->formula = FORMULA_RATE;
        rule->rate_bp = message->rate_bp;
        return OUTCOME_OK;
    default:
        return refuse_rule(call, index, "formula", "fixed_amount, rate_bp");
    }
}

static enum outcome form_rule(struct command_call *call, size_t index,
                              const Beckon__V1__Rule *message, struct rule *rule)
{
    if (!rule_id_valid(message->rule_id))
        return refuse_rule(call, index, "rule_id", "1..40 of a-z 0-9 _ -");
    memcpy(rule->id, message->rule_id, strlen(message->rule_id) + 1);
    if (!title_copy(message->title_zh, rule->title_zh))
        return refuse_rule(call, index, "title_zh", "0..80 bytes");
    if (!title_copy(message->title_en, rule->title_en))
        return refuse_rule(call, index, "title_en", "0..80 bytes");
    if (message->trigger < 1 || message->trigger > 3)
        return refuse_rule(call, index, "trigger", "REGISTRATION, PURCHASE, REPURCHASE");
    if (message->beneficiary < 1 || message->beneficiary > 3)
        return refuse_rule(call, index, "beneficiary", "BUYER, REFERRER, SERVING_GUIDE");
    if (message->unit < 1 || message->unit > 2)
        return refuse_rule(call, index, "unit", "POINTS, CASH");
    if (message->rounding < 0 || message->rounding > 2)
        return refuse_rule(call, index, "rounding", "FLOOR, HALF_UP");
    if (message->referrer < 0 || message->referrer > 3)
        return refuse_rule(call, index, "referrer", "ANY, MEMBER, GUIDE, NONE");
    if (message->code < 0 || message->code > 2)
        return refuse_rule(call, index, "code", "ANY, OWN, INHERITED");
    rule->trigger = (enum rule_trigger)message->trigger;
    rule->beneficiary = (enum rule_beneficiary)message->beneficiary;
    rule->unit = message->unit == BECKON__V1__UNIT__UNIT_POINTS ? UNIT_POINTS : UNIT_CASH;
    rule->rounding = message->rounding == 0 ? ROUNDING_FLOOR : (enum rounding)message->rounding;
    rule->referrer = (enum referrer_condition)message->referrer;
    rule->code = (enum code_condition)message->code;
    /* Members are rewarded for completed purchases, never for recruiting; guides may be paid per
     * head as wages (anti-pyramid law). */
    if (rule->trigger == TRIGGER_REGISTRATION && rule->beneficiary == BENEFICIARY_REFERRER &&
        rule->referrer != REFERRER_GUIDE)
        return refuse_rule(call, index, "referrer", "GUIDE with REGISTRATION");
    return form_formula(call, index, message, rule);
}

enum outcome program_form(struct command_call *call, const Beckon__V1__Program *message,
                          struct program *ret)
{
    char title[NAME_BYTES_MAX + 1];

    memset(ret, 0, sizeof *ret);
    if (message == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "program", NULL);
    enum outcome outcome =
        form_date(call, message->from_date, "program.from_date", true, 0, &ret->from);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->title, "program.title", 0, NAME_BYTES_MAX - 1, title);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(ret->title, title, strlen(title));
    ret->inherit_serving_guide = message->inherit_serving_guide;
    if (message->n_rules == 0 || message->n_rules > RULES_MAX)
        return form_refuse(call, OUTCOME_PROGRAM_INVALID, "program.rules", "1..32");
    for (size_t i = 0; i < message->n_rules; i++) {
        outcome = form_rule(call, i, message->rules[i], &ret->rules[i]);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t k = 0; k < i; k++)
            if (strcmp(ret->rules[k].id, ret->rules[i].id) == 0)
                return refuse_rule(call, i, "rule_id", "distinct");
    }
    ret->rule_count = (uint16_t)message->n_rules;
    return OUTCOME_OK;
}
