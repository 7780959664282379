/* Lists disputes by number, of a run or of one payee in it. */
#include "service/command/commands.h"
#include "service/command/dispute_message.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/command/statement.h"

enum { PORTION = 64 };

struct listing {
    uint32_t run;
    bool of_payee;
    struct party payee;
    Beckon__V1__DisputeState state; /* unspecified: any */
    size_t size;
    uint32_t after;
    bool ended;
};

static enum outcome add_portion(struct reader *reader, struct command_call *call,
                                struct listing *listing, Beckon__V1__ListDisputesResponse *reply)
{
    uint32_t numbers[PORTION];
    struct dispute dispute;
    size_t count;

    enum store_result result =
        listing->of_payee
            ? disputes_list_of(reader, listing->run, listing->payee, listing->after, numbers,
                               PORTION, &count)
            : disputes_list(reader, listing->run, listing->after, numbers, PORTION, &count);
    enum outcome outcome = command_outcome(result, OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        if (reply->n_disputes == listing->size) return OUTCOME_OK;
        outcome = command_outcome(disputes_get(reader, listing->run, numbers[i], &dispute),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        listing->after = numbers[i];
        if (listing->state != 0 && (int)listing->state != (int)dispute.state) continue;
        outcome = dispute_message(reader, call, &dispute, &reply->disputes[reply->n_disputes]);
        if (outcome == OUTCOME_OK) reply->n_disputes++;
    }
    listing->ended = count < PORTION;
    return outcome;
}

static enum outcome check_form(struct command_call *call,
                               const Beckon__V1__ListDisputesRequest *request,
                               struct listing *ret)
{
    if (request->state < 0 ||
        request->state > BECKON__V1__DISPUTE_STATE__DISPUTE_STATE_WITHDRAWN)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "state",
                           "OPEN, ACCEPTED, REJECTED, WITHDRAWN");
    ret->state = request->state;
    ret->run = request->run_number;
    ret->of_payee = request->payee != NULL || call->principal.role == ROLE_GUIDE;
    return ret->of_payee ? statement_payee(call, request->payee, &ret->payee) : OUTCOME_OK;
}

static enum outcome list_disputes_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListDisputesRequest *request =
        (const Beckon__V1__ListDisputesRequest *)call->request;
    struct listing listing = {.ended = false};
    struct settlement_run run;
    struct page page;

    enum outcome outcome = check_form(call, request, &listing);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_load(reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = (uint64_t)listing.run << 32 ^ (uint64_t)listing.state << 56 ^
                      (uint64_t)listing.payee.kind << 60 ^ listing.payee.number;
    outcome = page_read(call, reader->store, "disputes", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    listing.size = page.size;
    listing.after = (uint32_t)page_cursor_number(&page);
    Beckon__V1__ListDisputesResponse *reply =
        reply_message(call, &beckon__v1__list_disputes_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->disputes = reply_alloc(call, page.size * sizeof *reply->disputes);
    if (reply->disputes == NULL) return OUTCOME_BUSY;
    do {
        outcome = add_portion(reader, call, &listing, reply);
        if (outcome != OUTCOME_OK) return outcome;
    } while (!listing.ended && reply->n_disputes < page.size);
    if (!listing.ended) {
        reply->next_page_token =
            page_next_number(call, reader->store, "disputes", filter, listing.after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_disputes = {
    .request = &beckon__v1__list_disputes_request__descriptor,
    .reply = &beckon__v1__list_disputes_response__descriptor,
    .read = list_disputes_read,
};
