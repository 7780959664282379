/* Lists tokens by number, without their secrets. */
#include "service/command/commands.h"
#include "service/command/merchant_message.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/token_message.h"
#include "store/tokens.h"

enum { PORTION = 32 };

static enum outcome list_tokens_merchant(struct reader *reader, struct command_call *call,
                                         uint32_t *ret_merchant)
{
    const Beckon__V1__ListTokensRequest *request =
        (const Beckon__V1__ListTokensRequest *)call->request;

    (void)reader;
    if (call->principal.role == ROLE_OPERATOR) { /* 0: the operators' own */
        *ret_merchant = request->merchant_number;
        return OUTCOME_OK;
    }
    return merchant_named(call, request->merchant_number, "merchant_number", ret_merchant);
}

static enum outcome list_tokens_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListTokensRequest *request =
        (const Beckon__V1__ListTokensRequest *)call->request;
    struct token tokens[PORTION];
    struct page page;
    size_t count;

    enum outcome outcome = page_read(call, reader->store, "tokens", 0, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListTokensResponse *reply =
        reply_message(call, &beckon__v1__list_tokens_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->tokens = reply_alloc(call, page.size * sizeof *reply->tokens);
    if (reply->tokens == NULL) return OUTCOME_BUSY;
    uint32_t after = (uint32_t)page_cursor_number(&page);
    do {
        size_t wanted = page.size - reply->n_tokens;
        outcome = command_outcome(
            tokens_list(reader, after, tokens, wanted < PORTION ? wanted : PORTION, &count),
            OUTCOME_INTERNAL);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            Beckon__V1__Token *message = token_message(call, &tokens[i]);
            if (message == NULL) return OUTCOME_BUSY;
            reply->tokens[reply->n_tokens++] = message;
            after = tokens[i].number;
        }
    } while (count > 0 && reply->n_tokens < page.size);
    if (reply->n_tokens == page.size) {
        reply->next_page_token = page_next_number(call, reader->store, "tokens", 0, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_tokens = {
    .request = &beckon__v1__list_tokens_request__descriptor,
    .reply = &beckon__v1__list_tokens_response__descriptor,
    .read = list_tokens_read,
    .merchant = list_tokens_merchant,
};
