/* Lists runs by number. */
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/settlement_message.h"

enum { RUNS_PORTION = 16 };

static enum outcome add_runs(struct reader *reader, struct command_call *call, size_t size,
                             uint32_t *after, Beckon__V1__ListSettlementRunsResponse *reply)
{
    struct settlement_run runs[RUNS_PORTION];
    size_t count, wanted;

    do {
        wanted = size - reply->n_runs < RUNS_PORTION ? size - reply->n_runs : RUNS_PORTION;
        enum outcome outcome = command_outcome(
            settlements_list(reader, *after, runs, wanted, &count), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            outcome = settlement_run_message(reader, call, &runs[i], &reply->runs[reply->n_runs]);
            if (outcome != OUTCOME_OK) return outcome;
            reply->n_runs++;
            *after = runs[i].number;
        }
    } while (count == wanted && reply->n_runs < size);
    return OUTCOME_OK;
}

static enum outcome list_settlement_runs_read(struct reader *reader, struct command_call *call,
                                              ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListSettlementRunsRequest *request =
        (const Beckon__V1__ListSettlementRunsRequest *)call->request;
    struct page page;

    enum outcome outcome = page_read(call, reader->store, "settlement runs", 0,
                                     request->page_size, request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListSettlementRunsResponse *reply =
        reply_message(call, &beckon__v1__list_settlement_runs_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->runs = reply_alloc(call, page.size * sizeof *reply->runs);
    if (reply->runs == NULL) return OUTCOME_BUSY;
    uint32_t after = (uint32_t)page_cursor_number(&page);
    outcome = add_runs(reader, call, page.size, &after, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (reply->n_runs == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "settlement runs", 0, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_settlement_runs = {
    .request = &beckon__v1__list_settlement_runs_request__descriptor,
    .reply = &beckon__v1__list_settlement_runs_response__descriptor,
    .read = list_settlement_runs_read,
};
