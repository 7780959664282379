#include "service/command/statement.h"

#include <string.h>

#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_message.h"
#include "service/command/settlement_run.h"
#include "store/shops.h"

/* ---- which ----------------------------------------------------------------------------------- */

static bool is_payee(const struct command_call *call)
{
    return call->principal.role == ROLE_GUIDE || call->principal.role == ROLE_MEMBER;
}

enum outcome statement_payee(struct command_call *call, const Beckon__V1__Party *payee,
                             struct party *ret)
{
    struct party own = call->principal.party;

    if (payee == NULL && is_payee(call)) {
        *ret = own;
        return OUTCOME_OK;
    }
    if (payee == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "payee", NULL);
    enum outcome outcome =
        form_party(call, payee, "payee", 1u << PARTY_MEMBER | 1u << PARTY_GUIDE, ret);
    if (outcome != OUTCOME_OK) return outcome;
    if (is_payee(call) && (ret->kind != own.kind || ret->number != own.number))
        return form_refuse(call, OUTCOME_NOT_YOURS, "payee", NULL);
    return OUTCOME_OK;
}

bool statement_shown(const struct command_call *call, const struct settlement_run *run)
{
    switch (run->state) {
    case RUN_REVIEW:
    case RUN_APPROVED:
    case RUN_CLOSING:
    case RUN_CLOSED:
    case RUN_PAID:
        return true;
    case RUN_DRAFT:
    case RUN_CANCELLED:
        return !is_payee(call);
    }
    return false;
}

/* Of one employer, or the payee's first line. */
static enum outcome load_line(struct reader *reader, uint32_t run, struct party payee,
                              uint32_t pay_entity, struct settlement_line *ret)
{
    struct line_name name = {payee, pay_entity};
    struct settlement_line line;
    size_t count;

    if (payee.kind == PARTY_MEMBER || pay_entity != 0)
        return command_outcome(settlement_lines_get(reader, run, &name, ret),
                               OUTCOME_STATEMENT_UNKNOWN);
    enum outcome outcome = command_outcome(
        settlement_lines_list(reader, run, &name, &line, 1, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (count == 0 || line.payee.kind != payee.kind || line.payee.number != payee.number)
        return OUTCOME_STATEMENT_UNKNOWN;
    *ret = line;
    return OUTCOME_OK;
}

enum outcome statement_load(struct reader *reader, struct command_call *call, uint32_t run,
                            struct party payee, const char *pay_entity, struct statement *ret)
{
    uint32_t entity = 0;

    enum outcome outcome = settlement_run_load(reader, call, run, &ret->run);
    if (outcome != OUTCOME_OK) return outcome;
    if (!statement_shown(call, &ret->run))
        return form_refuse(call, OUTCOME_STATEMENT_UNKNOWN, "run_number", NULL);
    if (pay_entity[0] != '\0') {
        outcome = command_outcome(pay_entities_find(reader, pay_entity, &entity),
                                  OUTCOME_STATEMENT_UNKNOWN);
        if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "pay_entity", NULL);
    }
    if (entity != 0 && payee.kind == PARTY_MEMBER)
        return form_refuse(call, OUTCOME_STATEMENT_UNKNOWN, "pay_entity", NULL);
    outcome = load_line(reader, run, payee, entity, &ret->line);
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, "payee", NULL);
}

/* ---- its credits ----------------------------------------------------------------------------- */

bool statement_takes(const struct statement *statement, const struct credit *credit,
                     int64_t *ret_amount)
{
    const struct settlement_run *run = &statement->run;
    const struct settlement_line *line = &statement->line;
    bool before = run->state == RUN_DRAFT || run->state == RUN_CANCELLED;

    if (credit->pay_entity != line->pay_entity || credit->business_date >= run->end) return false;
    if (credit->state == CREDIT_DONE) {
        *ret_amount = credit->settled;
        return credit->settlement_run == run->number && credit->settled > 0;
    }
    *ret_amount = credit->remaining;
    /* Nothing is frozen by a draft: what its freeze would take. */
    if (before)
        return settlement_takes(line->payee.kind, credit) && credit->settlement_run == 0 &&
               credit->since <= line->entry;
    if (credit->settlement_run == run->number) return true;
    /* What made no whole lot of the rate stayed in the newest: one of them was settled in part. */
    *ret_amount = credit->settled;
    bool closed = run->state == RUN_CLOSED || run->state == RUN_PAID;
    return closed && credit->settled > 0 && credit->unit == UNIT_POINTS &&
           line->points_converted > 0 && line->points_kept > 0 && credit->since <= line->entry;
}

/* ---- as a message ---------------------------------------------------------------------------- */

enum outcome statement_message(struct reader *reader, struct command_call *call,
                               const struct statement *statement, Beckon__V1__Statement **ret)
{
    const struct settlement_run *run = &statement->run;
    struct merchant merchant;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Statement *message = reply_message(call, &beckon__v1__statement__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->type = (Beckon__V1__SettlementType)run->type;
    message->state = (Beckon__V1__SettlementState)run->state;
    message->period_start = reply_date(call, run->start);
    message->period_end = reply_date(call, run->end);
    message->rate_points = run->rate_points;
    message->rate_minor = run->rate_minor;
    message->currency = reply_text(call, merchant.currency);
    if (message->period_start == NULL || message->period_end == NULL ||
        message->currency == NULL)
        return OUTCOME_BUSY;
    *ret = message;
    return settlement_line_message(reader, call, &statement->line, &message->line);
}
