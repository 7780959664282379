/* Lists what a member's registration gave her by name, and what became of it. */
#include "service/command/benefit_message.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

static enum outcome list_benefits_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListBenefitsRequest *request =
        (const Beckon__V1__ListBenefitsRequest *)call->request;
    enum role role = call->principal.role;
    uint32_t member = request->member_number;
    struct merchant merchant;
    struct account account;

    if (member == 0 && role == ROLE_MEMBER) member = call->principal.party.number;
    if (member == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_number", NULL);
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account),
        OUTCOME_MEMBER_UNKNOWN);
    if (outcome == OUTCOME_OK) outcome = object_member_visible(reader, call, member, &account);
    /* Somebody else's customer and nobody look the same to a guide or member. */
    if (outcome == OUTCOME_MEMBER_UNKNOWN && (role == ROLE_GUIDE || role == ROLE_MEMBER))
        outcome = OUTCOME_NOT_YOURS;
    if (outcome == OUTCOME_MEMBER_UNKNOWN || outcome == OUTCOME_NOT_YOURS)
        return form_refuse(call, outcome, "member_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;

    Beckon__V1__ListBenefitsResponse *reply =
        reply_message(call, &beckon__v1__list_benefits_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return benefit_messages(reader, call, member, business_date_at(&merchant, call->now_ms),
                            &reply->benefits, &reply->n_benefits);
}

const struct command list_benefits = {
    .request = &beckon__v1__list_benefits_request__descriptor,
    .reply = &beckon__v1__list_benefits_response__descriptor,
    .read = list_benefits_read,
};
