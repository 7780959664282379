/* What the audit trail says of objects that several commands are about. */
#include <assert.h>
#include <stdio.h>

#include "beckon/v1/credit_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "beckon/v1/token_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/reply.h"
#include "service/rules/period_text.h"
#include "store/adjustments.h"
#include "store/disputes.h"
#include "store/period_closes.h"
#include "store/settlement.h"

static_assert((int)ADJUSTMENT_REJECTED ==
                      (int)BECKON__V1__ADJUSTMENT_STATE__ADJUSTMENT_STATE_REJECTED &&
                  (int)DISPUTE_WITHDRAWN == (int)BECKON__V1__DISPUTE_STATE__DISPUTE_STATE_WITHDRAWN,
              "they are told as they are stored");

void audit_adjustment(struct command_call *call, const struct adjustment *adjustment)
{
    audit_object(call, AUDIT_OF_ADJUSTMENT, adjustment->number);
    audit_fact_party(call, "account", adjustment->party);
    audit_fact_enum(call, "unit", &beckon__v1__unit__descriptor,
                    (int)reply_unit(adjustment->unit));
    audit_fact_number(call, "amount", adjustment->amount);
    audit_fact_enum(call, "state", &beckon__v1__adjustment_state__descriptor,
                    (int)adjustment->state);
}

void audit_dispute(struct command_call *call, const struct dispute *dispute)
{
    audit_object(call, AUDIT_OF_DISPUTE, dispute->run);
    audit_part(call, dispute->number);
    audit_fact_party(call, "account", dispute->payee);
    audit_fact_enum(call, "state", &beckon__v1__dispute_state__descriptor, (int)dispute->state);
    if (dispute->amount == 0) return;
    audit_fact_enum(call, "unit", &beckon__v1__unit__descriptor, (int)reply_unit(dispute->unit));
    audit_fact_number(call, "amount", dispute->amount);
}

void audit_period(struct command_call *call, const struct period_name *name)
{
    char period[PERIOD_TEXT_BYTES], text[AUDIT_TEXT_BYTES_MAX + 1];

    period_write(name->kind, name->start, period);
    snprintf(text, sizeof text, "%s %s", name->rule_id, period);
    audit_object(call, AUDIT_OF_PERIOD, 0);
    audit_text(call, text);
}

void audit_statement(struct command_call *call, uint32_t run, struct party payee)
{
    audit_object(call, AUDIT_OF_STATEMENT, run);
    audit_part(call, payee.number);
    audit_text(call, payee.kind == PARTY_MEMBER ? "member" : "guide");
}

void audit_token(struct command_call *call, const struct token *token)
{
    audit_object(call, AUDIT_OF_TOKEN, token->number);
    audit_fact_enum(call, "role", &beckon__v1__role__descriptor, (int)token->role);
    if (token->party.kind != PARTY_NONE) audit_fact_party(call, "for", token->party);
}

void audit_run(struct command_call *call, const struct settlement_run *run)
{
    bool reviewed = run->state == RUN_REVIEW || run->state == RUN_APPROVED;

    audit_object(call, AUDIT_OF_RUN, run->number);
    audit_fact_number(call, "draft", run->draft);
    if (reviewed) audit_fact_number(call, "net_minor", run->totals.net_minor);
}

/* ---- notes of reads -------------------------------------------------------------------------- */

enum outcome audit_note_one(struct command_call *call)
{
    struct party party = call->seen.party;

    if (party.kind == PARTY_MEMBER) audit_object(call, AUDIT_OF_MEMBER, party.number);
    else if (party.kind == PARTY_GUIDE) audit_object(call, AUDIT_OF_GUIDE, party.number);
    else audit_object(call, AUDIT_OF_MERCHANT, call->merchant);
    return OUTCOME_OK;
}

enum outcome audit_note_list(struct command_call *call)
{
    if (call->seen.row_count == 0) {
        audit_skip(call);
        return OUTCOME_OK;
    }
    enum outcome outcome = audit_note_one(call);
    audit_fact_number(call, "rows", call->seen.row_count);
    return outcome;
}
