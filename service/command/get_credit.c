/* Reads one credit as it stands today. */
#include "service/command/account_access.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/due.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/ledger.h"

static enum outcome get_credit_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetCreditRequest *request =
        (const Beckon__V1__GetCreditRequest *)call->request;
    struct merchant merchant;
    struct account account;
    struct credit credit;
    struct entry entry;
    struct party party;
    struct program program = {.version = 0};

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(entries_get(reader, request->credit_number, &entry),
                              OUTCOME_CREDIT_UNKNOWN);
    if (outcome == OUTCOME_OK && entry.credit != entry.number) outcome = OUTCOME_CREDIT_UNKNOWN;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    owner.kind = reply_party_kind(entry.party.kind);
    owner.number = entry.party.number;
    outcome = account_find(reader, call, &owner, &party, &account);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    outcome = command_outcome(credits_find(reader, party, request->credit_number, &credit),
                              OUTCOME_CREDIT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    outcome = due_preview_credits(reader, party, business_date_at(&merchant, call->now_ms),
                                  &account, &credit, 1);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetCreditResponse *reply =
        reply_message(call, &beckon__v1__get_credit_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return credit_lot_message(reader, call, party, &credit, &program, &reply->credit);
}

const struct command get_credit = {
    .request = &beckon__v1__get_credit_request__descriptor,
    .reply = &beckon__v1__get_credit_response__descriptor,
    .read = get_credit_read,
};
