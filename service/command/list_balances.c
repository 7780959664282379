/* Lists the balances of all accounts of a kind, by number. */
#include "service/command/account_access.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "store/accounts.h"

/* Accounts are large: a page is read in portions that fit the stack. */
enum { PORTION = 32 };

static enum outcome add_portion(struct reader *reader, struct command_call *call,
                                enum party_kind kind, uint32_t *after, size_t wanted,
                                Beckon__V1__ListBalancesResponse *reply, size_t *ret_count)
{
    uint32_t numbers[PORTION];
    struct account accounts[PORTION];

    enum outcome outcome = command_outcome(
        accounts_list(reader, kind, *after, numbers, accounts,
                      wanted < PORTION ? wanted : PORTION, ret_count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < *ret_count; i++) {
        struct party party = {kind, numbers[i]};
        struct balances_now now;
        outcome = balances_now(reader, call, party, &accounts[i], &now);
        if (outcome != OUTCOME_OK) return outcome;
        outcome = balances_message(reader, call, party, &accounts[i], &now,
                                   &reply->account_balances[reply->n_account_balances]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_account_balances++;
        *after = numbers[i];
    }
    return OUTCOME_OK;
}

static enum outcome list_balances_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListBalancesRequest *request =
        (const Beckon__V1__ListBalancesRequest *)call->request;
    enum party_kind kind = (enum party_kind)request->kind;
    struct page page;

    if (kind != PARTY_MEMBER && kind != PARTY_GUIDE)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "kind", "MEMBER, GUIDE");
    if (call->principal.role == ROLE_PAYROLL && kind != PARTY_GUIDE)
        return form_refuse(call, OUTCOME_NOT_YOURS, "kind", "GUIDE");
    enum outcome outcome = page_read(call, reader->store, "balances", kind, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListBalancesResponse *reply =
        reply_message(call, &beckon__v1__list_balances_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->account_balances = reply_alloc(call, page.size * sizeof *reply->account_balances);
    if (reply->account_balances == NULL) return OUTCOME_BUSY;

    uint32_t after = (uint32_t)page_cursor_number(&page);
    size_t count;
    do {
        size_t wanted = page.size - reply->n_account_balances;
        outcome = add_portion(reader, call, kind, &after, wanted, reply, &count);
        if (outcome != OUTCOME_OK) return outcome;
    } while (count > 0 && reply->n_account_balances < page.size);
    if (reply->n_account_balances == page.size) {
        reply->next_page_token = page_next_number(call, reader->store, "balances", kind, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_balances = {
    .request = &beckon__v1__list_balances_request__descriptor,
    .reply = &beckon__v1__list_balances_response__descriptor,
    .read = list_balances_read,
};
