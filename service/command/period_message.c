#include "service/command/period_message.h"

#include <assert.h>

#include "service/command/form.h"
#include "service/command/period_close.h"
#include "service/command/reply.h"
#include "service/rules/period_text.h"
#include "store/guides.h"
#include "store/programs.h"

static_assert((int)AWARD_BELOW_MINIMUM ==
                      (int)BECKON__V1__PERIOD_REASON__PERIOD_REASON_BELOW_MINIMUM &&
                  (int)AWARD_CAPPED == (int)BECKON__V1__PERIOD_REASON__PERIOD_REASON_CAPPED &&
                  (int)AWARD_GUIDE_INACTIVE ==
                      (int)BECKON__V1__PERIOD_REASON__PERIOD_REASON_NOT_EMPLOYED,
              "reasons are told as they are stored");

Beckon__V1__PeriodClose *period_close_message(struct command_call *call,
                                              const struct period_close *close, enum unit unit)
{
    char text[PERIOD_TEXT_BYTES];
    struct period period = period_of(close->name.kind, close->name.start);
    Beckon__V1__PeriodClose *message =
        reply_message(call, &beckon__v1__period_close__descriptor);

    if (message == NULL) return NULL;
    period_write(period.kind, period.start, text);
    message->rule_id = reply_text(call, close->name.rule_id);
    message->period = reply_text(call, text);
    message->last_date = reply_date(call, period.end - 1);
    message->program_version = close->program_version;
    message->refunds_before_date = reply_date(call, close->refunds_before);
    message->done = close->computed_at != 0;
    message->guides = close->guide_count;
    message->credits = close->credit_count;
    message->unit = reply_unit(unit);
    message->amount = close->amount;
    if (message->done) message->computed_at = reply_time(call, close->computed_at);
    bool whole = message->rule_id != NULL && message->period != NULL &&
                 message->last_date != NULL && message->refunds_before_date != NULL &&
                 (!message->done || message->computed_at != NULL);
    return whole ? message : NULL;
}

enum outcome period_close_load_message(struct reader *reader, struct command_call *call,
                                       const struct period_close *close,
                                       Beckon__V1__PeriodClose **ret)
{
    struct program program;

    enum outcome outcome = command_outcome(
        programs_get(reader, close->program_version, &program), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (close->rule >= program.rule_count) return OUTCOME_STORE_DAMAGED;
    *ret = period_close_message(call, close, program.rules[close->rule].unit);
    return *ret != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

enum outcome period_result_load_message(struct reader *reader, struct command_call *call,
                                        const struct period_result *result,
                                        Beckon__V1__PeriodResult **ret)
{
    struct guide guide;

    enum outcome outcome =
        command_outcome(guides_get(reader, result->guide, &guide), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__PeriodResult *message =
        reply_message(call, &beckon__v1__period_result__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->guide_number = result->guide;
    message->employee_no = reply_text(call, guide_employee_no(&guide, result->pay_entity));
    message->numerator = result->numerator;
    message->denominator = result->denominator;
    message->value = result->value;
    message->bracket = result->bracket == BRACKET_NONE ? -1 : result->bracket;
    message->full_amount = result->full_amount;
    message->amount = result->amount;
    message->credit_number = result->credit;
    message->reason = (Beckon__V1__PeriodReason)result->reason;
    if (message->employee_no == NULL) return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}

enum outcome period_form(struct command_call *call, const char *rule_id, const char *period,
                         struct period_name *ret)
{
    struct period_name name = {.kind = PERIOD_NONE};
    struct bytes text = {(const uint8_t *)period, strlen(period)};
    struct period parsed;

    enum outcome outcome =
        form_identifier(call, rule_id, "rule_id", RULE_ID_BYTES_MAX, name.rule_id);
    if (outcome != OUTCOME_OK) return outcome;
    if (text.size == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "period", NULL);
    if (!period_parse(text, &parsed))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "period", "2026, 2026Q1, 2026-03");
    name.kind = parsed.kind;
    name.start = parsed.start;
    *ret = name;
    return OUTCOME_OK;
}
