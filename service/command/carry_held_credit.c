/* Leaves a held credit to the next run, with the reason: it no longer keeps this one from being
 * closed. The same again: the same answer. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/statement_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/command/settlement_scope.h"
#include "store/accounts.h"
#include "store/held_carried.h"
#include "store/ledger.h"

static enum outcome reply_with(struct command_call *call, const struct held_carried *carried,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CarryHeldCreditResponse *reply =
        reply_message(call, &beckon__v1__carry_held_credit_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = carried->run;
    reply->credit_number = carried->credit;
    reply->account = reply_party(call, carried->party);
    *ret_reply = &reply->base;
    return reply->account != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* The credit and whose it is: its number is that of the entry that made it. */
static enum outcome load_credit(struct batch *batch, struct command_call *call,
                                struct held_carried *carried, struct credit *ret)
{
    struct entry entry = {.number = 0};

    enum outcome outcome = command_outcome(
        entries_get(&batch->reader, carried->credit, &entry), OUTCOME_CREDIT_UNKNOWN);
    bool owned = entry.party.kind == PARTY_MEMBER || entry.party.kind == PARTY_GUIDE;
    if (outcome == OUTCOME_OK && (entry.credit != carried->credit || !owned))
        outcome = OUTCOME_CREDIT_UNKNOWN;
    if (outcome == OUTCOME_OK) {
        carried->party = entry.party;
        outcome = command_outcome(
            credits_find(&batch->reader, entry.party, carried->credit, ret),
            OUTCOME_CREDIT_UNKNOWN);
    }
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, "credit_number", NULL);
}

static enum outcome check(struct batch *batch, struct command_call *call,
                          const struct settlement_run *run, struct party party,
                          const struct credit *credit)
{
    bool in_scope;

    if (run->state != RUN_DRAFT && run->state != RUN_REVIEW && run->state != RUN_APPROVED)
        return form_refuse(call, OUTCOME_SETTLEMENT_STATE, "run_number", NULL);
    if ((credit->flags & CREDIT_HELD) == 0 || credit->state == CREDIT_DONE)
        return form_refuse(call, OUTCOME_CREDIT_NOT_HELD, "credit_number", NULL);
    enum outcome outcome = settlement_scope_has(&batch->reader, run, party, credit, &in_scope);
    if (outcome != OUTCOME_OK || in_scope) return outcome;
    return form_refuse(call, OUTCOME_CREDIT_NOT_IN_RUN, "credit_number", NULL);
}

static enum outcome carry_held_credit_write(struct batch *batch, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CarryHeldCreditRequest *request =
        (const Beckon__V1__CarryHeldCreditRequest *)call->request;
    struct held_carried carried = {.run = request->run_number, .credit = request->credit_number,
                                   .carried_at = call->now_ms};
    struct held_carried known;
    struct settlement_run run;
    struct credit credit;

    enum outcome outcome =
        form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, carried.reason);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_load(&batch->reader, call, request->run_number, &run);
    if (outcome == OUTCOME_OK) outcome = load_credit(batch, call, &carried, &credit);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found =
        held_carried_get(&batch->reader, carried.run, carried.party, carried.credit, &known);
    if (found == STORE_OK && strcmp(known.reason, carried.reason) == 0)
        return reply_with(call, &carried, ret_reply);
    if (found == STORE_OK)
        return form_refuse(call, OUTCOME_CREDIT_CARRIED, "credit_number", NULL);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = check(batch, call, &run, carried.party, &credit);
    carried.carried_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_CREDIT, carried.credit);
    audit_fact_party(call, "account", carried.party);
    audit_fact_number(call, "run", carried.run);

    /* From here on nothing is refused. */
    held_carried_put(batch, &carried);
    outcome = reply_with(call, &carried, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command carry_held_credit = {
    .request = &beckon__v1__carry_held_credit_request__descriptor,
    .reply = &beckon__v1__carry_held_credit_response__descriptor,
    .write = carry_held_credit_write,
    .audited = AUDIT_CARRY_HELD_CREDIT,
};
