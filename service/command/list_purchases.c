/* Lists a member's purchases, last recorded first, following each purchase's previous. */
#include <assert.h>
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/purchase_read.h"
#include "service/command/reply.h"
#include "store/purchases.h"

static_assert(sizeof(struct receipt) <= PAGE_CURSOR_BYTES_MAX, "a receipt is the cursor");

/* Manager and till see what was bought in their shop; that is a walk over all she bought. */
static bool listed_for(const struct command_call *call, const struct purchase *purchase)
{
    const struct principal *principal = &call->principal;
    return principal->party.kind != PARTY_SHOP ||
           principal->party.number == purchase->receipt.shop;
}

static enum outcome add_all(struct reader *reader, struct command_call *call,
                            struct receipt next, size_t size,
                            Beckon__V1__ListPurchasesResponse *reply, struct receipt *ret_next)
{
    size_t walked = 0;

    while (next.size != 0 && walked++ < size) {
        struct purchase purchase;
        enum outcome outcome = command_outcome(purchases_get(reader, &next, &purchase),
                                               OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (listed_for(call, &purchase)) {
            outcome = purchase_read_message(reader, call, &purchase,
                                            &reply->purchases[reply->n_purchases]);
            if (outcome != OUTCOME_OK) return outcome;
            reply->n_purchases++;
        }
        next = purchase.previous;
    }
    *ret_next = next;
    return OUTCOME_OK;
}

static enum outcome list_purchases_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListPurchasesRequest *request =
        (const Beckon__V1__ListPurchasesRequest *)call->request;
    struct member_name name = {.number = request->member_number, .field = "member_number"};
    struct merchant merchant;
    struct account account;
    struct receipt next;
    struct page page;
    uint32_t member;

    if (name.number == 0 && call->principal.role == ROLE_MEMBER)
        name.number = call->principal.party.number;
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->principal.role == ROLE_MEMBER && name.number != call->principal.party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    outcome = object_member_on_record(reader, call, &merchant, &name, 0, &member, &account);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_member_visible(reader, call, member, &account);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, name.field, NULL);
    outcome = page_read(call, reader->store, "purchases", member, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    next = account.last_purchase;
    if (page.cursor_size == sizeof next) memcpy(&next, page.cursor, sizeof next);

    Beckon__V1__ListPurchasesResponse *reply =
        reply_message(call, &beckon__v1__list_purchases_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->purchases = reply_alloc(call, page.size * sizeof *reply->purchases);
    if (reply->purchases == NULL) return OUTCOME_BUSY;
    outcome = add_all(reader, call, next, page.size, reply, &next);
    if (outcome != OUTCOME_OK) return outcome;
    if (next.size != 0) {
        reply->next_page_token =
            page_next(call, reader->store, "purchases", member, &next, sizeof next);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_purchases = {
    .request = &beckon__v1__list_purchases_request__descriptor,
    .reply = &beckon__v1__list_purchases_response__descriptor,
    .read = list_purchases_read,
};
