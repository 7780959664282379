/* Lists who was erased, by number: members or guides. */
#include "beckon/v1/privacy_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/erasures.h"

static enum outcome add(struct reader *reader, struct command_call *call, struct party party,
                        Beckon__V1__Erasure **ret)
{
    struct erasure erasure;

    enum outcome outcome =
        command_outcome(erasures_get(reader, party, &erasure), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Erasure *message = reply_message(call, &beckon__v1__erasure__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    if (party.kind == PARTY_MEMBER) message->member_number = party.number;
    else message->guide_number = party.number;
    message->erased_at = reply_time(call, erasure.erased_at);
    message->reason = (Beckon__V1__ErasureReason)erasure.reason;
    message->erased_by_token = erasure.token;
    message->finished = erasure.finished_at != 0;
    if (message->erased_at == NULL) return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}

static enum outcome list_erasures_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListErasuresRequest *request =
        (const Beckon__V1__ListErasuresRequest *)call->request;
    enum party_kind kind = request->kind == BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE
                               ? PARTY_GUIDE : PARTY_MEMBER;
    uint32_t numbers[LIMIT_PAGE];
    struct page page;
    size_t count;

    if (request->kind == BECKON__V1__PARTY_KIND__PARTY_KIND_SHOP)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "kind", "MEMBER, GUIDE");
    enum outcome outcome = page_read(call, reader->store, "erasures", kind, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        erasures_list(reader, false, kind, (uint32_t)page_cursor_number(&page), numbers, page.size,
                      &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListErasuresResponse *reply =
        reply_message(call, &beckon__v1__list_erasures_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->erasures = reply_alloc(call, (count + 1) * sizeof *reply->erasures);
    if (reply->erasures == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        outcome = add(reader, call, (struct party){kind, numbers[i]}, &reply->erasures[i]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_erasures++;
    }
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "erasures", kind, numbers[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_erasures = {
    .request = &beckon__v1__list_erasures_request__descriptor,
    .reply = &beckon__v1__list_erasures_response__descriptor,
    .read = list_erasures_read,
};
