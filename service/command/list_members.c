/* Lists members by number; guides get those they serve. A guide's page may be short where he served
 * some that he serves no longer. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/member_message.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/guides.h"

/* The numbers of one page: all members', or those of a guide. */
static enum outcome list_numbers(struct reader *reader, uint32_t guide, uint32_t after,
                                 size_t size, uint32_t *ret_numbers, size_t *ret_count)
{
    if (guide != 0)
        return command_outcome(
            members_of_guide_list(reader, guide, after, ret_numbers, size, ret_count),
            OUTCOME_INTERNAL);
    *ret_count = 0;
    while (*ret_count < size) {
        enum store_result found =
            accounts_next(reader, PARTY_MEMBER, after, &ret_numbers[*ret_count]);
        if (found == STORE_ABSENT) return OUTCOME_OK;
        if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
        after = ret_numbers[(*ret_count)++];
    }
    return OUTCOME_OK;
}

/* Of those who were erased the others learn nothing: not even that they were there. */
static bool sees_erased(const struct command_call *call)
{
    return call->principal.role == ROLE_ADMIN || call->principal.role == ROLE_AUDITOR;
}

static enum outcome list_members_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListMembersRequest *request =
        (const Beckon__V1__ListMembersRequest *)call->request;
    uint32_t numbers[LIMIT_PAGE], guide = request->guide_number;
    struct page page;
    size_t count;

    if (call->principal.role == ROLE_GUIDE) {
        if (guide != 0 && guide != call->principal.party.number)
            return form_refuse(call, OUTCOME_NOT_YOURS, "guide_number", NULL);
        guide = call->principal.party.number;
    }
    enum outcome outcome = object_caller_employed(reader, call);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = page_read(call, reader->store, "members", guide, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = list_numbers(reader, guide, (uint32_t)page_cursor_number(&page), page.size, numbers,
                           &count);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListMembersResponse *reply =
        reply_message(call, &beckon__v1__list_members_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->members = reply_alloc(call, (count + 1) * sizeof *reply->members);
    if (reply->members == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        struct account account;
        outcome = command_outcome(
            accounts_get(reader, (struct party){PARTY_MEMBER, numbers[i]}, &account),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        uint32_t serving_guide = 0;
        bool inherited;
        if (guide != 0)
            outcome = object_serving_now(reader, call, numbers[i], &account, &serving_guide,
                                         &inherited);
        if (outcome != OUTCOME_OK) return outcome;
        if (serving_guide != guide) continue;
        if (account.status != ACCOUNT_ACTIVE && !sees_erased(call)) continue;
        outcome = member_load_message(reader, call, numbers[i], &account,
                                      &reply->members[reply->n_members]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_members++;
    }
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "members", guide, numbers[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_members = {
    .request = &beckon__v1__list_members_request__descriptor,
    .reply = &beckon__v1__list_members_response__descriptor,
    .read = list_members_read,
};
