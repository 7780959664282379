/* Lists codes: all of the merchant, or those an owner has or had. */
#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"

static enum outcome list_codes_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListCodesRequest *request =
        (const Beckon__V1__ListCodesRequest *)call->request;
    const struct principal *principal = &call->principal;
    struct code_value values[LIMIT_PAGE];
    struct party owner = {0};
    struct merchant merchant;
    struct page page;
    size_t count;
    enum outcome outcome;

    if (principal->role == ROLE_GUIDE || principal->role == ROLE_MEMBER) owner = principal->party;
    if (request->owner != NULL) {
        outcome = form_party(call, request->owner, "owner", ~0u, &owner);
        if (outcome != OUTCOME_OK) return outcome;
        outcome = code_owner_allowed(call, owner, "owner");
        if (outcome != OUTCOME_OK) return outcome;
    }
    uint64_t filter = (uint64_t)owner.kind << 32 | owner.number;
    outcome = page_read(call, reader->store, "codes", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;

    struct code_value after = {page_cursor_number(&page)};
    enum store_result listed = owner.kind == PARTY_NONE
                                   ? codes_list(reader, after, values, page.size, &count)
                                   : codes_of(reader, owner, after, values, page.size, &count);
    outcome = command_outcome(listed, OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;

    Beckon__V1__ListCodesResponse *reply =
        reply_message(call, &beckon__v1__list_codes_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->codes = reply_alloc(call, (count + 1) * sizeof *reply->codes);
    if (reply->codes == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        struct code code;
        outcome = command_outcome(codes_get(reader, values[i], &code), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        outcome = code_message(reader, call, &merchant, &code, &reply->codes[i]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_codes++;
    }
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "codes", filter, values[count - 1].symbols);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_codes = {
    .request = &beckon__v1__list_codes_request__descriptor,
    .reply = &beckon__v1__list_codes_response__descriptor,
    .read = list_codes_read,
};
