/* Reads one ledger entry. */
#include "service/command/account_access.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "store/ledger.h"

static enum outcome get_entry_read(struct reader *reader, struct command_call *call,
                                   ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetEntryRequest *request =
        (const Beckon__V1__GetEntryRequest *)call->request;
    const struct principal *principal = &call->principal;
    struct entry entry;

    enum outcome outcome =
        command_outcome(entries_get(reader, request->entry_number, &entry), OUTCOME_ENTRY_UNKNOWN);
    bool own_only = principal->role == ROLE_MEMBER || principal->role == ROLE_GUIDE;
    bool own = outcome == OUTCOME_OK && entry.party.kind == principal->party.kind &&
               entry.party.number == principal->party.number;
    /* Somebody else's entry and none at all look the same. */
    if (outcome == OUTCOME_OK &&
        ((own_only && !own) ||
         (principal->role == ROLE_PAYROLL && entry.party.kind != PARTY_GUIDE)))
        outcome = OUTCOME_ENTRY_UNKNOWN;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "entry_number", NULL);
    Beckon__V1__GetEntryResponse *reply =
        reply_message(call, &beckon__v1__get_entry_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return entry_message(reader, call, &entry, &reply->entry);
}

const struct command get_entry = {
    .request = &beckon__v1__get_entry_request__descriptor,
    .reply = &beckon__v1__get_entry_response__descriptor,
    .read = get_entry_read,
};
