/* All that is kept of a member, a piece of one section a page.
 *
 * Each piece is what the list of its kind answers to her: no second way of reading anything. The
 * token of the next page says which list it goes on with, and holds that list's own token, which
 * is bound to her and can't be invented. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "beckon/v1/privacy_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"

typedef Beckon__V1__GetMemberDataRequest data_request;
typedef Beckon__V1__GetMemberDataResponse data_reply;

enum { PURCHASES_A_PAGE = 10 }; /* with 100 lines each; other lists have their own default */

struct telling {
    struct reader *reader;
    struct command_call *call;
    Beckon__V1__Party *account;
    uint32_t member;
    const struct account *record;
    const char *token; /* of the list */
    data_reply *reply;
    char *next;        /* of the list; empty: it is over */
};

/* Runs another read as the same caller; its reply lives in the same arena. */
static enum outcome ask(struct telling *telling, const struct command *command,
                        const ProtobufCMessage *request, ProtobufCMessage **ret_reply)
{
    struct command_call *call = telling->call;
    const ProtobufCMessage *own = call->request;

    *ret_reply = NULL;
    call->request = request;
    enum outcome outcome = command->read(telling->reader, call, ret_reply);
    call->request = own;
    assert(outcome != OUTCOME_OK || *ret_reply != NULL);
    return outcome;
}

static enum outcome tell_member(struct telling *telling)
{
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    ProtobufCMessage *reply;

    request.member_number = telling->member;
    enum outcome outcome = ask(telling, &get_member, &request.base, &reply);
    if (outcome != OUTCOME_OK) return outcome;
    telling->reply->member = ((Beckon__V1__GetMemberResponse *)reply)->member;
    telling->reply->invited_by = reply_party_kind(telling->record->referrer.kind);
    return OUTCOME_OK;
}

static enum outcome tell_balances(struct telling *telling)
{
    Beckon__V1__GetBalanceRequest request = BECKON__V1__GET_BALANCE_REQUEST__INIT;
    ProtobufCMessage *reply;

    request.account = telling->account;
    enum outcome outcome = ask(telling, &get_balance, &request.base, &reply);
    if (outcome == OUTCOME_OK)
        telling->reply->account_balances =
            ((Beckon__V1__GetBalanceResponse *)reply)->account_balances;
    return outcome;
}

/* One page of a list that was asked for: its rows, and where it goes on. */
#define TAKE(message, made, rows)                                                                 \
    do {                                                                                          \
        const Beckon__V1__##message##Response *page = (void *)(made);                             \
        telling->reply->n_##rows = page->n_##rows;                                                \
        telling->reply->rows = page->rows;                                                        \
        telling->next = page->next_page_token;                                                    \
    } while (0)

static char *list_token(const struct telling *telling)
{
    return (char *)(uintptr_t)telling->token; /* packed, never changed */
}

static enum outcome tell_codes(struct telling *telling)
{
    Beckon__V1__ListCodesRequest request = BECKON__V1__LIST_CODES_REQUEST__INIT;
    ProtobufCMessage *made;

    request.owner = telling->account;
    request.page_token = list_token(telling);
    enum outcome outcome = ask(telling, &list_codes, &request.base, &made);
    if (outcome == OUTCOME_OK) TAKE(ListCodes, made, codes);
    return outcome;
}

static enum outcome tell_credits(struct telling *telling)
{
    Beckon__V1__ListCreditsRequest request = BECKON__V1__LIST_CREDITS_REQUEST__INIT;
    ProtobufCMessage *made;

    request.account = telling->account;
    request.page_token = list_token(telling);
    enum outcome outcome = ask(telling, &list_credits, &request.base, &made);
    if (outcome == OUTCOME_OK) TAKE(ListCredits, made, credits);
    return outcome;
}

static enum outcome tell_redemptions(struct telling *telling)
{
    Beckon__V1__ListRedemptionsRequest request = BECKON__V1__LIST_REDEMPTIONS_REQUEST__INIT;
    ProtobufCMessage *made;

    request.member_number = telling->member;
    request.page_token = list_token(telling);
    enum outcome outcome = ask(telling, &list_redemptions, &request.base, &made);
    if (outcome == OUTCOME_OK) TAKE(ListRedemptions, made, redemptions);
    return outcome;
}

static enum outcome tell_debts_of(struct telling *telling, bool closed)
{
    Beckon__V1__ListDebtsRequest request = BECKON__V1__LIST_DEBTS_REQUEST__INIT;
    ProtobufCMessage *made;

    request.account = telling->account;
    request.closed = closed;
    request.page_token = list_token(telling);
    enum outcome outcome = ask(telling, &list_debts, &request.base, &made);
    if (outcome == OUTCOME_OK) TAKE(ListDebts, made, debts);
    return outcome;
}

static enum outcome tell_debts(struct telling *telling)
{
    return tell_debts_of(telling, false);
}

static enum outcome tell_paid_debts(struct telling *telling)
{
    return tell_debts_of(telling, true);
}

static enum outcome tell_entries(struct telling *telling)
{
    Beckon__V1__ListEntriesRequest request = BECKON__V1__LIST_ENTRIES_REQUEST__INIT;
    ProtobufCMessage *made;

    request.account = telling->account;
    request.page_token = list_token(telling);
    enum outcome outcome = ask(telling, &list_entries, &request.base, &made);
    if (outcome == OUTCOME_OK) TAKE(ListEntries, made, entries);
    return outcome;
}

/* ---- purchases ------------------------------------------------------------------------------- */

/* All refunds of one purchase behind those that are in the reply already. */
static enum outcome add_refunds(struct telling *telling, const Beckon__V1__Purchase *purchase)
{
    Beckon__V1__ListRefundsRequest request = BECKON__V1__LIST_REFUNDS_REQUEST__INIT;
    data_reply *reply = telling->reply;
    ProtobufCMessage *made;

    request.shop_id = purchase->shop_id;
    request.receipt_number = purchase->receipt_number;
    do {
        enum outcome outcome = ask(telling, &list_refunds, &request.base, &made);
        if (outcome != OUTCOME_OK) return outcome;
        Beckon__V1__ListRefundsResponse *page = (Beckon__V1__ListRefundsResponse *)made;
        size_t count = reply->n_refunds + page->n_refunds;
        Beckon__V1__Refund **refunds =
            reply_alloc(telling->call, (count + 1) * sizeof *refunds);
        if (refunds == NULL) return OUTCOME_BUSY;
        for (size_t i = 0; i < count; i++)
            refunds[i] = i < reply->n_refunds ? reply->refunds[i]
                                              : page->refunds[i - reply->n_refunds];
        reply->refunds = refunds;
        reply->n_refunds = count;
        request.page_token = page->next_page_token;
    } while (request.page_token[0] != '\0');
    return OUTCOME_OK;
}

static enum outcome add_lines(struct telling *telling, Beckon__V1__Purchase **purchase)
{
    Beckon__V1__GetPurchaseRequest request = BECKON__V1__GET_PURCHASE_REQUEST__INIT;
    ProtobufCMessage *made;

    request.shop_id = (*purchase)->shop_id;
    request.receipt_number = (*purchase)->receipt_number;
    enum outcome outcome = ask(telling, &get_purchase, &request.base, &made);
    if (outcome == OUTCOME_OK) *purchase = ((Beckon__V1__GetPurchaseResponse *)made)->purchase;
    return outcome;
}

static enum outcome tell_purchases(struct telling *telling)
{
    Beckon__V1__ListPurchasesRequest request = BECKON__V1__LIST_PURCHASES_REQUEST__INIT;
    data_reply *reply = telling->reply;
    ProtobufCMessage *made;

    request.member_number = telling->member;
    request.page_size = PURCHASES_A_PAGE;
    request.page_token = list_token(telling);
    enum outcome outcome = ask(telling, &list_purchases, &request.base, &made);
    if (outcome != OUTCOME_OK) return outcome;
    TAKE(ListPurchases, made, purchases);
    for (size_t i = 0; i < reply->n_purchases && outcome == OUTCOME_OK; i++) {
        outcome = add_lines(telling, &reply->purchases[i]);
        if (outcome == OUTCOME_OK) outcome = add_refunds(telling, reply->purchases[i]);
    }
    return outcome;
}

/* ---- the sections ---------------------------------------------------------------------------- */

#define SECTION(name) BECKON__V1__MEMBER_DATA_SECTION__MEMBER_DATA_SECTION_##name

static const struct {
    Beckon__V1__MemberDataSection section;
    enum outcome (*tell)(struct telling *telling);
} STEPS[] = {
    {SECTION(MEMBER), tell_member},       {SECTION(BALANCES), tell_balances},
    {SECTION(CODES), tell_codes},         {SECTION(PURCHASES), tell_purchases},
    {SECTION(CREDITS), tell_credits},     {SECTION(REDEMPTIONS), tell_redemptions},
    {SECTION(DEBTS), tell_debts},         {SECTION(DEBTS), tell_paid_debts},
    {SECTION(ENTRIES), tell_entries},
};
enum { STEP_COUNT = sizeof STEPS / sizeof STEPS[0] };
static_assert(STEP_COUNT <= 10, "a digit names a step");

/* "3.TOKEN": step 3, where its list's TOKEN says; an empty one is its beginning. */
static enum outcome read_token(struct command_call *call, size_t *ret_step, const char **ret_token)
{
    const char *text = ((const data_request *)call->request)->page_token;

    *ret_step = 0;
    *ret_token = "";
    if (text[0] == '\0') return OUTCOME_OK;
    if (text[0] < '0' || text[0] >= '0' + STEP_COUNT || text[1] != '.')
        return form_refuse(call, OUTCOME_PAGE_INVALID, "page_token", NULL);
    *ret_step = (size_t)(text[0] - '0');
    *ret_token = text + 2;
    return OUTCOME_OK;
}

static enum outcome write_token(struct telling *telling, size_t step)
{
    bool over = telling->next[0] == '\0';

    if (over && step + 1 == STEP_COUNT) return OUTCOME_OK;
    size_t room = strlen(telling->next) + 3;
    char *text = reply_alloc(telling->call, room);
    if (text == NULL) return OUTCOME_BUSY;
    snprintf(text, room, "%zu.%s", over ? step + 1 : step, telling->next);
    telling->reply->next_page_token = text;
    return OUTCOME_OK;
}

static enum outcome find(struct reader *reader, struct command_call *call, uint32_t *ret_member,
                         struct account *ret_account)
{
    const data_request *request = (const data_request *)call->request;
    const struct principal *principal = &call->principal;
    struct member_name name = {.number = request->member_number, .field = "member_number"};
    struct merchant merchant;

    if (principal->role == ROLE_MEMBER && name.number == 0) name.number = principal->party.number;
    if (principal->role == ROLE_MEMBER && name.number != principal->party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    return object_member(reader, call, &merchant, &name, 0, ret_member, ret_account);
}

static enum outcome get_member_data_read(struct reader *reader, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    static char nothing[1];
    struct account account;
    struct telling telling = {.reader = reader, .call = call, .record = &account, .next = nothing};
    size_t step;

    enum outcome outcome = find(reader, call, &telling.member, &account);
    if (outcome == OUTCOME_OK) outcome = read_token(call, &step, &telling.token);
    if (outcome != OUTCOME_OK) return outcome;
    telling.account = reply_party(call, (struct party){PARTY_MEMBER, telling.member});
    telling.reply = reply_message(call, &beckon__v1__get_member_data_response__descriptor);
    if (telling.account == NULL || telling.reply == NULL) return OUTCOME_BUSY;
    telling.reply->section = STEPS[step].section;
    outcome = STEPS[step].tell(&telling);
    if (outcome == OUTCOME_OK) outcome = write_token(&telling, step);
    if (outcome == OUTCOME_OK) *ret_reply = &telling.reply->base;
    return outcome;
}

/* The first section is on record, the one with who she is; the others are what lists show. */
static enum outcome get_member_data_note(struct command_call *call)
{
    const data_request *request = (const data_request *)call->request;
    const char *token;
    size_t step;

    enum outcome outcome = read_token(call, &step, &token);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_MEMBER, request->member_number);
    if (STEPS[step].section != BECKON__V1__MEMBER_DATA_SECTION__MEMBER_DATA_SECTION_MEMBER)
        audit_skip(call);
    return OUTCOME_OK;
}

const struct command get_member_data = {
    .request = &beckon__v1__get_member_data_request__descriptor,
    .reply = &beckon__v1__get_member_data_response__descriptor,
    .read = get_member_data_read,
    .audited = AUDIT_GET_MEMBER_DATA,
    .note = get_member_data_note,
};
