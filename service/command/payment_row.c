#include "service/command/payment_row.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/rules/payment_change.h"
#include "store/guides.h"
#include "store/shops.h"

enum { PORTION = 16 };

static_assert((int)PAYMENT_RETURNED ==
                  (int)BECKON__V1__SETTLEMENT_PAYMENT__SETTLEMENT_PAYMENT_RETURNED,
              "they are told as they are stored");

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_form(struct command_call *call, const Beckon__V1__PaymentResult *result,
                               struct payment_row *ret)
{
    int named = (result->employee_no[0] != '\0') + (result->guide_number != 0) +
                (result->member_number != 0);

    if (named == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "employee_no", NULL);
    if (named > 1)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "employee_no",
                           "employee_no | guide_number | member_number");
    if (result->result <= BECKON__V1__SETTLEMENT_PAYMENT__SETTLEMENT_PAYMENT_NONE ||
        result->result > BECKON__V1__SETTLEMENT_PAYMENT__SETTLEMENT_PAYMENT_RETURNED)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "result", "PAID, FAILED, RETURNED");
    ret->event.payment = (enum payment)result->result;
    return form_text(call, result->reference, "reference", 0, PAYMENT_REFERENCE_BYTES_MAX,
                     ret->event.reference);
}

/* ---- which line ------------------------------------------------------------------------------ */

/* The only line of a guide; one of several employers has to be named. */
static enum outcome only_line(struct reader *reader, uint32_t run, uint32_t guide,
                              struct line_name *ret)
{
    struct line_name before = {{PARTY_GUIDE, guide}, 0};
    struct settlement_line lines[2];
    size_t count, own = 0;

    enum outcome outcome = command_outcome(
        settlement_lines_list(reader, run, &before, lines, 2, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    while (own < count && lines[own].payee.kind == PARTY_GUIDE &&
           lines[own].payee.number == guide)
        own++;
    if (own != 1) return OUTCOME_PAYMENT_LINE_UNKNOWN;
    *ret = (struct line_name){{PARTY_GUIDE, guide}, lines[0].pay_entity};
    return OUTCOME_OK;
}

static enum outcome find_guide(struct reader *reader, struct command_call *call, uint32_t run,
                               const Beckon__V1__PaymentResult *result, struct line_name *ret)
{
    uint32_t entity = 0, guide = result->guide_number;
    enum outcome outcome = OUTCOME_OK;

    if (result->pay_entity[0] != '\0')
        outcome = command_outcome(pay_entities_find(reader, result->pay_entity, &entity),
                                  OUTCOME_PAYMENT_LINE_UNKNOWN);
    else if (guide == 0)
        outcome = OUTCOME_FIELD_REQUIRED;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "pay_entity", NULL);
    if (guide == 0)
        outcome = command_outcome(guides_find(reader, entity, result->employee_no, &guide),
                                  OUTCOME_PAYMENT_LINE_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "employee_no", NULL);
    *ret = (struct line_name){{PARTY_GUIDE, guide}, entity};
    if (entity == 0) outcome = only_line(reader, run, guide, ret);
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, "pay_entity", NULL);
}

static enum outcome find_line(struct reader *reader, struct command_call *call, uint32_t run,
                              const Beckon__V1__PaymentResult *result, struct payment_row *ret)
{
    struct line_name *name = &ret->event.line;
    const char *field = result->member_number != 0  ? "member_number"
                        : result->guide_number != 0 ? "guide_number"
                                                    : "employee_no";

    if (result->member_number == 0) {
        enum outcome outcome = find_guide(reader, call, run, result, name);
        if (outcome != OUTCOME_OK) return outcome;
    } else {
        if (result->pay_entity[0] != '\0')
            return form_refuse(call, OUTCOME_VALUE_INVALID, "pay_entity", "-");
        *name = (struct line_name){{PARTY_MEMBER, result->member_number}, 0};
    }
    enum outcome outcome = command_outcome(settlement_lines_get(reader, run, name, &ret->line),
                                           OUTCOME_PAYMENT_LINE_UNKNOWN);
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, field, NULL);
}

bool payment_row_same_line(const struct payment_row *a, const struct payment_row *b)
{
    return a->line.payee.kind == b->line.payee.kind &&
           a->line.payee.number == b->line.payee.number &&
           a->line.pay_entity == b->line.pay_entity;
}

/* ---- what it can take ------------------------------------------------------------------------ */

/* Was the same taken down before? *ret_next: the number of the line's next event. */
static enum outcome look_back(struct reader *reader, struct payment_row *row)
{
    struct payment_event events[PORTION];
    uint32_t last = 0;
    size_t count = PORTION;

    row->known = false;
    while (count == PORTION) {
        enum outcome outcome = command_outcome(
            payments_list(reader, row->line.run, &row->event.line, last, events, PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            last = events[i].number;
            if (events[i].payment == row->event.payment &&
                strcmp(events[i].reference, row->event.reference) == 0)
                row->known = true;
        }
    }
    row->event.number = last + 1;
    return OUTCOME_OK;
}

static enum outcome refuse_amount(struct command_call *call, int64_t net_minor)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, net_minor);
    char *allowed = reply_text(call, text);
    if (allowed == NULL) return OUTCOME_BUSY;
    return form_refuse(call, OUTCOME_PAYMENT_AMOUNT_DIFFERS, "amount_minor", allowed);
}

enum outcome payment_row_check(struct reader *reader, struct command_call *call, uint32_t run,
                               const Beckon__V1__PaymentResult *result, struct payment_row *ret)
{
    static const char *const names[] = {
        [PAYMENT_NONE] = "NONE", [PAYMENT_PAID] = "PAID", [PAYMENT_FAILED] = "FAILED",
        [PAYMENT_RETURNED] = "RETURNED",
    };

    *ret = (struct payment_row){.known = false};
    enum outcome outcome = check_form(call, result, ret);
    if (outcome == OUTCOME_OK) outcome = find_line(reader, call, run, result, ret);
    if (outcome != OUTCOME_OK) return outcome;
    const struct settlement_line *line = &ret->line;
    if (result->amount_minor != line->net_minor) return refuse_amount(call, line->net_minor);
    /* Nothing was to be paid: it counts as paid, and nothing is taken down. */
    if (line->net_minor == 0 && ret->event.payment == PAYMENT_PAID) {
        ret->known = true;
        return OUTCOME_OK;
    }
    outcome = look_back(reader, ret);
    if (outcome != OUTCOME_OK || ret->known) return outcome;
    bool allowed = line->net_minor > 0 &&
                   payment_change_allowed(line->payment, ret->event.payment);
    return allowed ? OUTCOME_OK
                   : form_refuse(call, OUTCOME_PAYMENT_CHANGE_IMPOSSIBLE, "result",
                                 names[line->payment]);
}
