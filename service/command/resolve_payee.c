/* Tells who a member in a closed run is, so that her cash can be paid; that it was told is kept. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/payout_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "store/payments.h"
#include "store/profiles.h"

static enum outcome load(struct batch *batch, struct command_call *call,
                         const Beckon__V1__ResolvePayeeRequest *request,
                         struct payment_event *event, int64_t *ret_net_minor)
{
    struct settlement_run run;
    struct settlement_line line;
    uint32_t last = 0;

    if (request->member_number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_number", NULL);
    event->run = request->run_number;
    event->line = (struct line_name){{PARTY_MEMBER, request->member_number}, 0};
    enum outcome outcome = settlement_run_load(&batch->reader, call, event->run, &run);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_expect(call, &run, 1u << RUN_CLOSED | 1u << RUN_PAID);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        settlement_lines_get(&batch->reader, event->run, &event->line, &line),
        OUTCOME_STATEMENT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "member_number", NULL);
    outcome = command_outcome(payments_last(&batch->reader, event->run, &event->line, &last),
                              OUTCOME_STORE_DAMAGED);
    event->number = last + 1;
    *ret_net_minor = line.net_minor;
    return outcome;
}

/* One who was erased, or never gave a profile, has empty fields. */
static enum outcome make_reply(struct batch *batch, struct command_call *call,
                               const Beckon__V1__ResolvePayeeRequest *request, int64_t net_minor,
                               ProtobufCMessage **ret_reply)
{
    struct party member = {PARTY_MEMBER, request->member_number};
    struct profile profile = {.attribute_count = 0};
    struct merchant merchant;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found = profiles_get_in_batch(batch, member, &profile);
    if (found == STORE_ABSENT) profile = (struct profile){.attribute_count = 0};
    else if (found != STORE_OK) return command_outcome(found, OUTCOME_STORE_DAMAGED);
    Beckon__V1__ResolvePayeeResponse *reply =
        reply_message(call, &beckon__v1__resolve_payee_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->member_number = request->member_number;
    reply->net_minor = net_minor;
    reply->currency = reply_text(call, merchant.currency);
    reply->name = reply_text(call, profile.name);
    reply->phone = reply_text(call, profile.phone);
    *ret_reply = &reply->base;
    return reply->currency != NULL && reply->name != NULL && reply->phone != NULL ? OUTCOME_OK
                                                                                  : OUTCOME_BUSY;
}

static enum outcome resolve_payee_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ResolvePayeeRequest *request =
        (const Beckon__V1__ResolvePayeeRequest *)call->request;
    struct payment_event event = {.payment = PAYMENT_NONE, .at = call->now_ms};
    ProtobufCMessage *reply;
    int64_t net_minor = 0;

    enum outcome outcome = load(batch, call, request, &event, &net_minor);
    event.by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = make_reply(batch, call, request, net_minor, &reply);
    if (outcome != OUTCOME_OK) return outcome;
    audit_statement(call, event.run, event.line.payee);

    /* From here on nothing is refused. */
    assert(event.number != 0);
    payments_put(batch, &event);
    *ret_reply = reply;
    return OUTCOME_OK;
}

const struct command resolve_payee = {
    .request = &beckon__v1__resolve_payee_request__descriptor,
    .reply = &beckon__v1__resolve_payee_response__descriptor,
    .write = resolve_payee_write,
    .audited = AUDIT_RESOLVE_PAYEE,
};
