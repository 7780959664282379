/* Lists the friends a member recommended, newest first: to herself no more of them than that they
 * came, and whether they bought. */
#include <string.h>

#include "beckon/v1/member_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "service/rules/text_rules.h"
#include "store/accounts.h"
#include "store/profiles.h"
#include "store/referees.h"

/* Whose friends; a member's are her own. */
static enum outcome find_referrer(struct reader *reader, struct command_call *call,
                                  uint32_t *ret_member)
{
    const Beckon__V1__ListRefereesRequest *request =
        (const Beckon__V1__ListRefereesRequest *)call->request;
    const struct principal *principal = &call->principal;
    struct party party = {PARTY_MEMBER, request->member_number};
    struct account account;

    if (principal->role == ROLE_MEMBER) {
        if (party.number == 0) party = principal->party;
        if (party.number != principal->party.number)
            return form_refuse(call, OUTCOME_NOT_YOURS, "member_number", NULL);
    }
    if (party.number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_number", NULL);
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, &account), OUTCOME_MEMBER_UNKNOWN);
    if (outcome == OUTCOME_MEMBER_UNKNOWN)
        return form_refuse(call, outcome, "member_number", NULL);
    if (outcome == OUTCOME_OK) *ret_member = party.number;
    return outcome;
}

/* Masked for everybody: a friend has told her name to the shop, not to who recommended her. */
static enum outcome fill_name(struct reader *reader, struct command_call *call, uint32_t member,
                              Beckon__V1__Referee *message)
{
    struct profile profile = {0};
    char masked[TEXT_MASK_BYTES];

    if (call->principal.role == ROLE_AUDITOR) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        profiles_get(reader, (struct party){PARTY_MEMBER, member}, &profile), OUTCOME_OK);
    bool hidden = profile.name[0] == '\0' || profile.consent_withdrawn_at != 0;
    if (outcome != OUTCOME_OK || hidden) return outcome;
    text_mask_name((struct bytes){(const uint8_t *)profile.name, strlen(profile.name)}, masked);
    message->name = reply_text(call, masked);
    return message->name != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome add_referee(struct reader *reader, struct command_call *call, uint32_t member,
                                Beckon__V1__Referee **ret)
{
    struct account account;

    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Referee *message = reply_message(call, &beckon__v1__referee__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    if (call->principal.role != ROLE_MEMBER) message->member_number = member;
    message->registered_date = reply_date(call, account.registered_on);
    message->activated = account.purchase_count > 0;
    if (message->registered_date == NULL) return OUTCOME_BUSY;
    *ret = message;
    return fill_name(reader, call, member, message);
}

static enum outcome list_referees_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListRefereesRequest *request =
        (const Beckon__V1__ListRefereesRequest *)call->request;
    uint32_t numbers[LIMIT_PAGE], referrer = 0;
    struct page page;
    size_t count;

    enum outcome outcome = find_referrer(reader, call, &referrer);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = page_read(call, reader->store, "referees", referrer, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    uint32_t before = page.cursor_size > 0 ? (uint32_t)page_cursor_number(&page) : UINT32_MAX;
    outcome = command_outcome(
        referees_list(reader, referrer, before, numbers, page.size, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListRefereesResponse *reply =
        reply_message(call, &beckon__v1__list_referees_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->referees = reply_alloc(call, (count + 1) * sizeof *reply->referees);
    if (reply->referees == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        outcome = add_referee(reader, call, numbers[i], &reply->referees[reply->n_referees]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_referees++;
    }
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "referees", referrer, numbers[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_referees = {
    .request = &beckon__v1__list_referees_request__descriptor,
    .reply = &beckon__v1__list_referees_response__descriptor,
    .read = list_referees_read,
};
