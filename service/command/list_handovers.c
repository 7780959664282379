/* Lists handovers by number: those the caller may see, of one guide when he is named. */
#include "service/command/commands.h"
#include "service/command/handover_access.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"

/* Handovers looked at for one page: a page may be short where few are the caller's. */
enum { LOOKED_AT_MAX = 4 * LIMIT_PAGE };

static enum outcome add_one(struct reader *reader, struct command_call *call, uint32_t number,
                            uint32_t guide, Beckon__V1__ListHandoversResponse *reply)
{
    struct handover handover;
    bool visible;

    enum outcome outcome =
        command_outcome(handovers_get(reader, number, &handover), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (guide != 0 && handover.from_guide != guide && handover.to_guide != guide)
        return OUTCOME_OK;
    outcome = handover_visible(reader, call, &handover, &visible);
    if (outcome != OUTCOME_OK || !visible) return outcome;
    Beckon__V1__Handover *message = handover_message(call, &handover, true);
    if (message == NULL) return OUTCOME_BUSY;
    reply->handovers[reply->n_handovers++] = message;
    return OUTCOME_OK;
}

static enum outcome list_handovers_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListHandoversRequest *request =
        (const Beckon__V1__ListHandoversRequest *)call->request;
    struct page page;
    uint32_t last;

    enum outcome outcome = page_read(call, reader->store, "handovers", request->guide_number,
                                     request->page_size, request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(handovers_last(reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListHandoversResponse *reply =
        reply_message(call, &beckon__v1__list_handovers_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->handovers = reply_alloc(call, page.size * sizeof *reply->handovers);
    if (reply->handovers == NULL) return OUTCOME_BUSY;
    uint32_t number = (uint32_t)page_cursor_number(&page);
    for (size_t i = 0; number < last && reply->n_handovers < page.size && i < LOOKED_AT_MAX; i++) {
        outcome = add_one(reader, call, ++number, request->guide_number, reply);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (number < last) {
        reply->next_page_token =
            page_next_number(call, reader->store, "handovers", request->guide_number, number);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_handovers = {
    .request = &beckon__v1__list_handovers_request__descriptor,
    .reply = &beckon__v1__list_handovers_response__descriptor,
    .read = list_handovers_read,
};
