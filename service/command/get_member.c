/* Reads one member: guides their own, members themselves, tills by what the customer shows. */
#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/member_card.h"
#include "service/command/member_message.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

static enum outcome get_member_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetMemberRequest *request =
        (const Beckon__V1__GetMemberRequest *)call->request;
    struct member_name name = {request->member_number, request->phone, request->code,
                               "member_number"};
    bool by_number = request->phone[0] == '\0' && request->code[0] == '\0';
    struct merchant merchant;
    struct account account;
    uint32_t member;

    if (call->principal.role == ROLE_MEMBER && by_number && name.number == 0)
        name.number = call->principal.party.number;
    /* A till looks up who stands before it, by phone or card; it doesn't count through members. */
    if (call->principal.role == ROLE_POS && by_number)
        return form_refuse(call, OUTCOME_NOT_YOURS, "member_number", "phone, code");
    if (request->phone[0] != '\0') name.field = "phone";
    if (request->code[0] != '\0') name.field = "code";

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_member(reader, call, &merchant, &name,
                            business_date_at(&merchant, call->now_ms), &member, &account);
    if (outcome == OUTCOME_OK) outcome = object_member_visible(reader, call, member, &account);
    /* Somebody else's customer and nobody look the same to a guide or member. */
    if ((outcome == OUTCOME_NOT_YOURS || outcome == OUTCOME_MEMBER_UNKNOWN) &&
        (call->principal.role == ROLE_GUIDE || call->principal.role == ROLE_MEMBER))
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetMemberResponse *reply =
        reply_message(call, &beckon__v1__get_member_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    call->seen.party = (struct party){PARTY_MEMBER, member};
    *ret_reply = &reply->base;
    outcome = member_load_message(reader, call, member, &account, &reply->member);
    return outcome == OUTCOME_OK ? member_card(reader, call, member, &account, reply->member)
                                 : outcome;
}

const struct command get_member = {
    .request = &beckon__v1__get_member_request__descriptor,
    .reply = &beckon__v1__get_member_response__descriptor,
    .read = get_member_read,
    .audited = AUDIT_GET_MEMBER,
    .note = audit_note_one,
};
