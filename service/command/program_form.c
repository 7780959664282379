#include "service/command/program_form.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "service/rules/text_rules.h"

enum { PATH_BYTES = 128, ALLOWED_BYTES = 96 };

/* ---- the steps ------------------------------------------------------------------------------- */

static char *arena_text(struct program_form *form, size_t bytes)
{
    return form->call->arena->alloc(form->call->arena->allocator_data, bytes);
}

void program_refuse(struct program_form *form, enum outcome outcome, const char *field,
                    const char *allowed)
{
    if (form->outcome != OUTCOME_OK) return;
    char *path = arena_text(form, PATH_BYTES);
    if (path != NULL) snprintf(path, PATH_BYTES, "program.%s%s", form->where, field);
    form->outcome = form_refuse(form->call, outcome, path, allowed);
}

void program_invalid(struct program_form *form, const char *field, const char *format, ...)
{
    if (form->outcome != OUTCOME_OK) return;
    char *allowed = arena_text(form, ALLOWED_BYTES);
    va_list arguments;
    va_start(arguments, format);
    if (allowed != NULL) vsnprintf(allowed, ALLOWED_BYTES, format, arguments);
    va_end(arguments);
    program_refuse(form, OUTCOME_PROGRAM_INVALID, field, allowed);
}

int64_t program_number(struct program_form *form, const char *field, int64_t value, int64_t min,
                       int64_t max)
{
    if (value >= min && value <= max) return value;
    program_invalid(form, field, "%" PRId64 "..%" PRId64, min, max);
    return min;
}

int program_choice(struct program_form *form, const char *field, int value, int min, int max,
                   const char *names)
{
    if (value >= min && value <= max) return value;
    program_refuse(form, OUTCOME_PROGRAM_INVALID, field, names);
    return min;
}

void program_text(struct program_form *form, const char *field, const char *text, size_t min,
                  size_t max, char *ret_text)
{
    struct bytes view = {(const uint8_t *)text, strlen(text)};

    if ((view.size == 0 && min == 0) || text_is_printable(view, min, max))
        memcpy(ret_text, text, view.size + 1);
    else
        program_invalid(form, field, "%zu..%zu bytes", min, max);
}

void program_id(struct program_form *form, const char *field, const char *text, char *ret_text)
{
    size_t size = strlen(text);
    if (size >= 1 && size <= RULE_ID_BYTES_MAX &&
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size)
        memcpy(ret_text, text, size + 1);
    else
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "1..40 of a-z 0-9 _ -");
}

const char *program_field(struct program_form *form, const char *field, size_t index)
{
    char *text = arena_text(form, PROGRAM_WHERE_BYTES);
    if (text == NULL) return field;
    snprintf(text, PROGRAM_WHERE_BYTES, "%s[%zu]", field, index);
    return text;
}

void program_only(struct program_form *form, const struct rule *rule, const char *field,
                  bool given, unsigned triggers)
{
    if (!given || (triggers & 1u << rule->trigger) != 0) return;
    switch (triggers) {
    case WITH_REGISTRATION:
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "only with REGISTRATION");
        break;
    case WITH_PURCHASE:
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "only with PURCHASE");
        break;
    case WITH_PURCHASES:
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "only with PURCHASE, REPURCHASE");
        break;
    case WITH_PURCHASES | WITH_PERIOD_CLOSE:
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field,
                       "only with PURCHASE, REPURCHASE, PERIOD_CLOSE");
        break;
    case WITH_PERIOD_CLOSE:
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "only with PERIOD_CLOSE");
        break;
    default:
        assert((triggers & WITH_PERIOD_CLOSE) == 0);
        program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "not with PERIOD_CLOSE");
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* An event's credits have a fixed room. A selling guides' rule pays each who sold. */
static void check_award_count(struct program_form *form)
{
    size_t count = 0;

    for (size_t i = 0; i < form->program->rule_count; i++) {
        const struct rule *rule = &form->program->rules[i];
        if (rule->trigger != TRIGGER_PURCHASE && rule->trigger != TRIGGER_REPURCHASE) continue;
        count += rule->beneficiary == BENEFICIARY_SELLING_GUIDE ? (size_t)SELLERS_MAX : 1;
    }
    if (count > AWARDS_MAX)
        program_invalid(form, "rules", "%d credits of one purchase, not %zu", (int)AWARDS_MAX,
                        count);
}

static void form_rules(struct program_form *form, const Beckon__V1__Program *message)
{
    struct program *program = form->program;

    form->where[0] = '\0';
    if (message->n_rules == 0 || message->n_rules > RULES_MAX) {
        program_invalid(form, "rules", "1..%d", (int)RULES_MAX);
        return;
    }
    for (size_t i = 0; i < message->n_rules && form->outcome == OUTCOME_OK; i++) {
        struct rule *rule = &program->rules[i];

        snprintf(form->where, sizeof form->where, "rules[%zu].", i);
        program_form_rule(form, message->rules[i], rule);
        for (size_t k = 0; k < i; k++)
            if (strcmp(program->rules[k].id, rule->id) == 0)
                program_refuse(form, OUTCOME_PROGRAM_INVALID, "rule_id", "distinct");
    }
    program->rule_count = (uint16_t)message->n_rules;
    form->where[0] = '\0';
    check_award_count(form);
}

enum outcome program_form(struct reader *reader, struct command_call *call,
                          const Beckon__V1__Program *message, struct program *ret)
{
    struct program_form form = {.reader = reader, .call = call, .program = ret};
    char title[NAME_BYTES_MAX + 1];

    memset(ret, 0, sizeof *ret);
    if (message == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "program", NULL);
    enum outcome outcome =
        form_date(call, message->from_date, "program.from_date", true, 0, &ret->from);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->title, "program.title", 0, NAME_BYTES_MAX - 1, title);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(ret->title, title, strlen(title));
    program_form_settings(&form, message);
    if (message->tiers != NULL) program_form_tiers(&form, message->tiers);
    if (form.outcome == OUTCOME_OK) form_rules(&form, message);
    return form.outcome;
}
