/* Lists what was decided by hand, first first. */
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/page.h"
#include "service/command/reply.h"

static enum outcome list_adjustments_read(struct reader *reader, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListAdjustmentsRequest *request =
        (const Beckon__V1__ListAdjustmentsRequest *)call->request;
    struct page page;
    uint32_t last;

    enum outcome outcome = page_read(call, reader->store, "adjustments", request->proposed_only,
                                     request->page_size, request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(adjustments_last(reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListAdjustmentsResponse *reply =
        reply_message(call, &beckon__v1__list_adjustments_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->adjustments = reply_alloc(call, page.size * sizeof *reply->adjustments);
    if (reply->adjustments == NULL) return OUTCOME_BUSY;
    uint64_t number = page_cursor_number(&page);
    while (number < last && reply->n_adjustments < page.size) {
        struct adjustment adjustment;
        outcome = command_outcome(adjustments_get(reader, (uint32_t)++number, &adjustment),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (request->proposed_only && adjustment.state != ADJUSTMENT_PROPOSED) continue;
        Beckon__V1__Adjustment *message = adjustment_message(call, &adjustment, false);
        if (message == NULL) return OUTCOME_BUSY;
        reply->adjustments[reply->n_adjustments++] = message;
    }
    if (number < last) {
        reply->next_page_token =
            page_next_number(call, reader->store, "adjustments", request->proposed_only, number);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_adjustments = {
    .request = &beckon__v1__list_adjustments_request__descriptor,
    .reply = &beckon__v1__list_adjustments_response__descriptor,
    .read = list_adjustments_read,
};
