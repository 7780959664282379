/* Gives a code another owner from a date on; who owned it before stays. */
#include <assert.h>

#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

/* Room in the history, and is this very change there already? */
static enum outcome look_at_history(struct reader *reader, struct command_call *call,
                                    struct code_value value, struct code_owner wanted,
                                    bool *ret_there)
{
    struct code_owner owners[CODE_OWNERS_MAX];
    size_t count;

    *ret_there = false;
    enum outcome outcome =
        command_outcome(codes_owners(reader, value, owners, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < count; i++) {
        if (owners[i].from != wanted.from) continue;
        *ret_there = owners[i].party.kind == wanted.party.kind &&
                     owners[i].party.number == wanted.party.number;
        return OUTCOME_OK;
    }
    if (count == CODE_OWNERS_MAX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "code", "64 owners");
    return OUTCOME_OK;
}

static enum outcome reassign_code_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ReassignCodeRequest *request =
        (const Beckon__V1__ReassignCodeRequest *)call->request;
    struct reader *reader = &batch->reader;
    struct code_owner wanted;
    struct merchant merchant;
    struct code code;
    bool there;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = code_find(reader, call, &merchant, request->code, &code);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_party(call, request->owner, "owner", ~0u, &wanted.party);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_party(reader, call, wanted.party, "owner.number");
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_date(call, request->from_date, "from_date", true, 0, &wanted.from);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    if (code.revoked_at != 0) return form_refuse(call, OUTCOME_CODE_REVOKED, "code", NULL);
    outcome = look_at_history(reader, call, code.value, wanted, &there);
    if (outcome != OUTCOME_OK) return outcome;
    if (wanted.from < today && !there)
        return form_refuse(call, OUTCOME_DATE_RETROACTIVE, "from_date",
                           reply_date(call, today));
    outcome = code_message_ahead(reader, call, &merchant, &code);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, CODE_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_code(call, code.value);
    audit_fact_party(call, "to", wanted.party);
    audit_fact_date(call, "from", wanted.from);

    /* From here on it must succeed. */
    if (!there) {
        if (wanted.from == today) {
            code.owner = wanted.party;
            codes_put(batch, &code);
        }
        codes_owner_put(batch, code.value, wanted.from, wanted.party);
    }
    Beckon__V1__ReassignCodeResponse *reply =
        reply_message(call, &beckon__v1__reassign_code_response__descriptor);
    outcome = code_message(reader, call, &merchant, &code, &reply->code);
    assert(outcome == OUTCOME_OK);
    *ret_reply = &reply->base;
    return outcome;
}

const struct command reassign_code = {
    .request = &beckon__v1__reassign_code_request__descriptor,
    .reply = &beckon__v1__reassign_code_response__descriptor,
    .write = reassign_code_write,
    .audited = AUDIT_REASSIGN_CODE,
};
