/* Lists the instance's merchants by number. */
#include "service/command/commands.h"
#include "service/command/merchant_message.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/merchants.h"

static enum outcome list_merchants_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListMerchantsRequest *request =
        (const Beckon__V1__ListMerchantsRequest *)call->request;
    uint32_t numbers[LIMIT_PAGE];
    struct page page;
    size_t count;

    enum outcome outcome = page_read(call, reader->store, "merchants", 0, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(merchants_list(reader, (uint32_t)page_cursor_number(&page), numbers,
                                             page.size, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListMerchantsResponse *reply =
        reply_message(call, &beckon__v1__list_merchants_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->merchants = reply_alloc(call, (count + 1) * sizeof *reply->merchants);
    if (reply->merchants == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        struct merchant merchant;

        reader->merchant = numbers[i];
        enum store_result found = merchants_get(reader, &merchant);
        if (found == STORE_ABSENT) continue; /* its number is given out, its record comes next */
        outcome = command_outcome(found, OUTCOME_INTERNAL);
        if (outcome != OUTCOME_OK) return outcome;
        Beckon__V1__Merchant *message = merchant_message(call, &merchant);
        if (message == NULL) return OUTCOME_BUSY;
        reply->merchants[reply->n_merchants++] = message;
    }
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "merchants", 0, numbers[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_merchants = {
    .request = &beckon__v1__list_merchants_request__descriptor,
    .reply = &beckon__v1__list_merchants_response__descriptor,
    .read = list_merchants_read,
};
