/* Erases a member for ever. A member's number is the request's natural key: asked again, an admin
 * gets the first answer.
 *
 * Happy path: who -> (erased already: the first answer) -> why -> all that is to go -> LINE ->
 * ERASING, without profile, phones and sign-ins -> commit, then the key is destroyed -> reply.
 * What is open of her money doesn't refuse it: points expire as the program says, cash stays in
 * the settlement under her number. */
#include <assert.h>

#include "beckon/v1/privacy_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/erasing.h"
#include "service/command/erasure_message.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"

typedef Beckon__V1__EraseMemberRequest erase_request;
typedef Beckon__V1__EraseMemberResponse erase_reply;

/* Nobody but an admin comes here with somebody else's number, or back after it. */
static enum outcome find(struct reader *reader, struct command_call *call,
                         struct party *ret_party, struct account *ret_account)
{
    const erase_request *request = (const erase_request *)call->request;
    const struct principal *principal = &call->principal;
    struct party party = {PARTY_MEMBER, request->member_number};

    if (principal->role == ROLE_MEMBER && party.number == 0) party = principal->party;
    if (principal->role == ROLE_MEMBER && party.number != principal->party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, "member_number", NULL);
    if (party.number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_number", NULL);
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, ret_account), OUTCOME_MEMBER_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "member_number", NULL);
    *ret_party = party;
    return OUTCOME_OK;
}

static enum outcome take_reason(struct command_call *call, enum erasure_reason *ret)
{
    static_assert((int)ERASURE_UNLAWFUL ==
                      (int)BECKON__V1__ERASURE_REASON__ERASURE_REASON_UNLAWFUL, "same numbers");
    int reason = ((const erase_request *)call->request)->reason;

    if (call->principal.role == ROLE_MEMBER && reason == 0) reason = ERASURE_REQUEST;
    bool own = call->principal.role != ROLE_MEMBER || reason == ERASURE_REQUEST;
    if (reason == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "reason", NULL);
    if (reason < 0 || reason >= ERASURE_REASON_COUNT || !own)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "reason",
                           own ? "REQUEST, CONSENT, INACTIVE, UNLAWFUL" : "REQUEST");
    *ret = (enum erasure_reason)reason;
    return OUTCOME_OK;
}

static enum outcome fill(struct command_call *call, const struct erasure *erasure,
                         ProtobufCMessage **ret_reply)
{
    erase_reply *reply = reply_message(call, &beckon__v1__erase_member_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->member_number = erasure->party.number;
    reply->erased_at = reply_time(call, erasure->erased_at);
    if (reply->erased_at == NULL) return OUTCOME_BUSY;
    enum outcome outcome = erasure_items(call, erasure, &reply->items, &reply->n_items);
    if (outcome == OUTCOME_OK) *ret_reply = &reply->base;
    return outcome;
}

static enum outcome answer_again(struct reader *reader, struct command_call *call,
                                 struct party party, ProtobufCMessage **ret_reply)
{
    struct erasure erasure;

    enum outcome outcome =
        command_outcome(erasures_get(reader, party, &erasure), OUTCOME_STORE_DAMAGED);
    return outcome == OUTCOME_OK ? fill(call, &erasure, ret_reply) : outcome;
}

static enum outcome erase_member_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    struct erasing erasing;
    struct erasure erasure = {.erased_at = call->now_ms};
    struct account account;
    struct merchant merchant;
    struct party party;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome == OUTCOME_OK) outcome = find(&batch->reader, call, &party, &account);
    if (outcome != OUTCOME_OK) return outcome;
    if (account.status != ACCOUNT_ACTIVE)
        return answer_again(&batch->reader, call, party, ret_reply);
    outcome = take_reason(call, &erasure.reason);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->principal.role != ROLE_MEMBER) erasure.token = call->principal.token;
    erasure.party = party;
    erasure.born_at = account.recorded_at;
    outcome = erasing_load(batch, &account, &erasure, business_date_at(&merchant, call->now_ms),
                           &erasing);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, ERASURE_ITEMS_BYTES + sizeof(erase_reply) + REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_MEMBER, party.number);
    audit_fact_enum(call, "reason", &beckon__v1__erasure_reason__descriptor, (int)erasure.reason);

    /* From here on it must succeed. */
    erasing_put(batch, &erasing);
    outcome = fill(call, &erasing.erasure, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved above */
    return outcome;
}

const struct command erase_member = {
    .request = &beckon__v1__erase_member_request__descriptor,
    .reply = &beckon__v1__erase_member_response__descriptor,
    .write = erase_member_write,
    .audited = AUDIT_ERASE_MEMBER,
};
