/* Lists the refunds of a purchase, by shop and number; those too that wait for it. */
#include <assert.h>
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/refund_message.h"
#include "service/command/reply.h"
#include "store/refunds.h"

enum { PORTION = 64 };

static_assert(sizeof(struct receipt) <= PAGE_CURSOR_BYTES_MAX, "a receipt is the cursor");

/* Binds a page's token to the purchase it lists: 64 bits of FNV-1a are plenty for that. */
static uint64_t filter_of(const struct receipt *purchase)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ purchase->shop;
    for (uint8_t i = 0; i < purchase->size; i++)
        hash = (hash ^ (uint8_t)purchase->text[i]) * UINT64_C(1099511628211);
    return hash;
}

static enum outcome add(struct reader *reader, struct command_call *call,
                        const struct receipt *receipt, Beckon__V1__ListRefundsResponse *reply)
{
    struct refund refund;
    struct refund_shops shops;

    enum outcome outcome =
        command_outcome(refunds_get(reader, receipt, &refund), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = refund_shops(reader, &refund, &shops);
    if (outcome == OUTCOME_OK)
        outcome =
            refund_message(call, &refund, &shops, false, &reply->refunds[reply->n_refunds]);
    if (outcome == OUTCOME_OK) reply->n_refunds++;
    return outcome;
}

/* *last: behind which the next page begins; its shop 0 when there is none. */
static enum outcome add_all(struct reader *reader, struct command_call *call,
                            const struct receipt *purchase, size_t size, struct receipt *last,
                            Beckon__V1__ListRefundsResponse *reply)
{
    struct refund_of list[PORTION];
    size_t count;

    for (;;) {
        size_t wanted = size - reply->n_refunds;
        enum outcome outcome = command_outcome(
            refunds_of(reader, purchase, last, list, wanted < PORTION ? wanted : PORTION, &count),
            OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            outcome = add(reader, call, &list[i].receipt, reply);
            *last = list[i].receipt;
        }
        if (outcome != OUTCOME_OK || reply->n_refunds == size) return outcome;
        if (count < PORTION) break;
    }
    last->shop = 0;
    return OUTCOME_OK;
}

static enum outcome list_refunds_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListRefundsRequest *request =
        (const Beckon__V1__ListRefundsRequest *)call->request;
    struct receipt purchase = {0}, last = {0};
    char text[RECEIPT_BYTES_MAX + 1];
    struct page page;

    enum outcome outcome =
        form_text(call, request->receipt_number, "receipt_number", 1, RECEIPT_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    purchase.size = (uint8_t)strlen(text);
    memcpy(purchase.text, text, purchase.size);
    outcome = object_shop(reader, call, request->shop_id, "shop_id", &purchase.shop);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = filter_of(&purchase);
    outcome = page_read(call, reader->store, "refunds", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    if (page.cursor_size == sizeof last) memcpy(&last, page.cursor, sizeof last);

    Beckon__V1__ListRefundsResponse *reply =
        reply_message(call, &beckon__v1__list_refunds_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->refunds = reply_alloc(call, page.size * sizeof *reply->refunds);
    if (reply->refunds == NULL) return OUTCOME_BUSY;
    outcome = add_all(reader, call, &purchase, page.size, &last, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (last.shop != 0) {
        reply->next_page_token =
            page_next(call, reader->store, "refunds", filter, &last, sizeof last);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_refunds = {
    .request = &beckon__v1__list_refunds_request__descriptor,
    .reply = &beckon__v1__list_refunds_response__descriptor,
    .read = list_refunds_read,
};
