/* Lists shops in the order they were made; a till or manager sees its own. */
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/shop_message.h"
#include "service/limits.h"

static enum outcome list_shops_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListShopsRequest *request =
        (const Beckon__V1__ListShopsRequest *)call->request;
    uint32_t numbers[LIMIT_PAGE];
    struct page page;
    size_t count;

    enum outcome outcome = page_read(call, reader->store, "shops", 0, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->principal.party.kind == PARTY_SHOP) {
        numbers[0] = call->principal.party.number;
        count = 1;
    } else {
        outcome = command_outcome(shops_list(reader, (uint32_t)page_cursor_number(&page), numbers,
                                             page.size, &count), OUTCOME_INTERNAL);
        if (outcome != OUTCOME_OK) return outcome;
    }
    Beckon__V1__ListShopsResponse *reply =
        reply_message(call, &beckon__v1__list_shops_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->shops = reply_alloc(call, (count + 1) * sizeof *reply->shops);
    if (reply->shops == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        struct shop shop;
        outcome = command_outcome(shops_get(reader, numbers[i], &shop), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        outcome = shop_message(reader, call, &shop, &reply->shops[i]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_shops++;
    }
    if (count == page.size && call->principal.party.kind != PARTY_SHOP) {
        reply->next_page_token =
            page_next_number(call, reader->store, "shops", 0, numbers[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_shops = {
    .request = &beckon__v1__list_shops_request__descriptor,
    .reply = &beckon__v1__list_shops_response__descriptor,
    .read = list_shops_read,
};
