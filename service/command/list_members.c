/* Lists members by number; guides get those they serve. A guide's page may be short where he served
 * some that he serves no longer; one of birthdays is, where few are near: each page unseals a
 * bounded number of profiles. */
#include <assert.h>
#include <stdio.h>

#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/member_message.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "service/rules/person.h"
#include "store/accounts.h"
#include "store/guides.h"

enum { BIRTHDAY_TEXT_BYTES = 32 }; /* "--MM-DD", were they any ints */

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

struct listing {
    uint32_t guide;      /* 0: all members */
    unsigned days;       /* birthdays within so many; 0: all */
    business_date today;
    size_t size, looked_max;
    uint32_t last;       /* the member looked at last */
};

static enum outcome check_form(struct reader *reader, struct command_call *call,
                               struct listing *listing)
{
    const Beckon__V1__ListMembersRequest *request =
        (const Beckon__V1__ListMembersRequest *)call->request;
    struct merchant merchant;

    listing->guide = request->guide_number;
    listing->days = request->birthday_within_days;
    if (call->principal.role == ROLE_GUIDE) {
        if (listing->guide != 0 && listing->guide != call->principal.party.number)
            return form_refuse(call, OUTCOME_NOT_YOURS, "guide_number", NULL);
        listing->guide = call->principal.party.number;
    }
    if (listing->days > LIMIT_BIRTHDAY_DAYS)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "birthday_within_days", "0..92");
    if (listing->days > 0 && call->principal.role == ROLE_AUDITOR)
        return form_refuse(call, OUTCOME_ROLE_NOT_ALLOWED, "birthday_within_days",
                           "GUIDE, MANAGER, ADMIN");
    enum outcome outcome = object_caller_employed(reader, call);
    if (outcome != OUTCOME_OK || listing->days == 0) return outcome;
    outcome = object_merchant(reader, &merchant);
    if (outcome == OUTCOME_OK) listing->today = business_date_at(&merchant, call->now_ms);
    return outcome;
}

/* Her day of birth without the year, for those who don't see her in full. */
static enum outcome tell_birthday(struct command_call *call, const struct person *person,
                                  business_date next, Beckon__V1__Member *message)
{
    char day[BIRTHDAY_TEXT_BYTES];

    message->next_birthday_date = reply_date(call, next);
    if (message->next_birthday_date == NULL) return OUTCOME_BUSY;
    if (object_member_in_full(call, message->member_number)) return OUTCOME_OK;
    snprintf(day, sizeof day, "--%02d-%02d", person->birth_month, person->birth_day);
    message->birthday = reply_text(call, day);
    return message->birthday != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* Adds her unless her birthday is too far ahead. */
static enum outcome add_if_near(struct reader *reader, struct command_call *call,
                                const struct listing *listing, uint32_t member,
                                const struct account *account,
                                Beckon__V1__ListMembersResponse *reply)
{
    struct person person = {.gender = ""};
    struct profile profile = {0};
    Beckon__V1__Member *message;

    enum outcome outcome = command_outcome(
        profiles_get(reader, (struct party){PARTY_MEMBER, member}, &profile), OUTCOME_OK);
    if (outcome != OUTCOME_OK) return outcome;
    if (!member_profile_shown(call, member, &profile)) return OUTCOME_OK;
    person_set_birthday(&person, profile.birthday);
    business_date next = person_next_birthday(&person, listing->today);
    if (next == DATE_NEVER || next > listing->today + (business_date)listing->days)
        return OUTCOME_OK;
    outcome = member_message(reader, call, member, account, &profile, &message);
    if (outcome == OUTCOME_OK) outcome = tell_birthday(call, &person, next, message);
    if (outcome == OUTCOME_OK) reply->members[reply->n_members++] = message;
    return outcome;
}

static enum outcome add_member(struct reader *reader, struct command_call *call,
                               const struct listing *listing, uint32_t member,
                               Beckon__V1__ListMembersResponse *reply)
{
    struct account account;
    uint32_t serving_guide = 0;
    bool inherited;

    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account),
        OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK && listing->guide != 0)
        outcome = object_serving_now(reader, call, member, &account, &serving_guide, &inherited);
    if (outcome != OUTCOME_OK || serving_guide != listing->guide) return outcome;
    if (account.status != ACCOUNT_ACTIVE && !sees_erased(call)) return OUTCOME_OK;
    if (listing->days > 0) return add_if_near(reader, call, listing, member, &account, reply);
    outcome = member_load_message(reader, call, member, &account,
                                  &reply->members[reply->n_members]);
    if (outcome == OUTCOME_OK) reply->n_members++;
    return outcome;
}

/* One page. *ret_more: there may be more behind listing->last. */
static enum outcome fill_page(struct reader *reader, struct command_call *call,
                              struct listing *listing, Beckon__V1__ListMembersResponse *reply,
                              bool *ret_more)
{
    uint32_t numbers[LIMIT_BIRTHDAYS_LOOKED];
    size_t count;

    enum outcome outcome = list_numbers(reader, listing->guide, listing->last,
                                        listing->looked_max, numbers, &count);
    if (outcome != OUTCOME_OK) return outcome;
    size_t i = 0;
    for (; i < count && reply->n_members < listing->size; i++) {
        outcome = add_member(reader, call, listing, numbers[i], reply);
        if (outcome != OUTCOME_OK) return outcome;
        listing->last = numbers[i];
    }
    *ret_more = i < count || count == listing->looked_max;
    return OUTCOME_OK;
}

static enum outcome list_members_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListMembersRequest *request =
        (const Beckon__V1__ListMembersRequest *)call->request;
    struct listing listing = {.last = 0};
    struct page page;
    bool more;

    enum outcome outcome = check_form(reader, call, &listing);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = (uint64_t)listing.days << 32 | listing.guide;
    outcome = page_read(call, reader->store, "members", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    listing.last = (uint32_t)page_cursor_number(&page);
    listing.size = page.size;
    listing.looked_max = listing.days > 0 ? LIMIT_BIRTHDAYS_LOOKED : page.size;
    Beckon__V1__ListMembersResponse *reply =
        reply_message(call, &beckon__v1__list_members_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->members = reply_alloc(call, page.size * sizeof *reply->members);
    if (reply->members == NULL) return OUTCOME_BUSY;
    outcome = fill_page(reader, call, &listing, reply, &more);
    if (outcome != OUTCOME_OK) return outcome;
    if (more) {
        reply->next_page_token =
            page_next_number(call, reader->store, "members", filter, listing.last);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    if (listing.guide != 0) call->seen.party = (struct party){PARTY_GUIDE, listing.guide};
    call->seen.row_count = (uint32_t)reply->n_members;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static_assert(LIMIT_BIRTHDAY_DAYS == 92, "as the refusal says");
static_assert((int)LIMIT_BIRTHDAYS_LOOKED >= (int)LIMIT_PAGE, "room for a page of numbers");

const struct command list_members = {
    .request = &beckon__v1__list_members_request__descriptor,
    .reply = &beckon__v1__list_members_response__descriptor,
    .read = list_members_read,
    .audited = AUDIT_LIST_MEMBERS,
    .note = audit_note_list,
};
