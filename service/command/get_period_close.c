/* Reads one close, and a page of what came out for its guides. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/period_close.h"
#include "service/command/period_message.h"
#include "service/command/reply.h"
#include "service/limits.h"

static enum outcome add_results(struct reader *reader, struct command_call *call,
                                const struct period_result *results, size_t count,
                                Beckon__V1__GetPeriodCloseResponse *reply)
{
    reply->results = reply_alloc(call, (count + 1) * sizeof *reply->results);
    if (reply->results == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        enum outcome outcome =
            period_result_load_message(reader, call, &results[i], &reply->results[i]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_results++;
    }
    return OUTCOME_OK;
}

/* Pages of one close don't fit another's. */
static uint64_t filter_of(const struct period_name *name)
{
    uint64_t filter = (uint64_t)(uint32_t)name->start << 8 | name->kind;

    for (const char *at = name->rule_id; *at != '\0'; at++)
        filter = filter * 31 + (unsigned char)*at;
    return filter;
}

static enum outcome get_period_close_read(struct reader *reader, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetPeriodCloseRequest *request =
        (const Beckon__V1__GetPeriodCloseRequest *)call->request;
    struct period_result results[LIMIT_PAGE];
    struct period_close close;
    struct period_name name;
    struct page page;
    size_t count;

    enum outcome outcome = period_form(call, request->rule_id, request->period, &name);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = filter_of(&name);
    outcome = page_read(call, reader->store, "period results", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(period_closes_get(reader, &name, &close),
                              OUTCOME_PERIOD_CLOSE_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "period", NULL);
    outcome = command_outcome(
        period_results_list(reader, &name, (uint32_t)page_cursor_number(&page), results,
                            page.size, &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetPeriodCloseResponse *reply =
        reply_message(call, &beckon__v1__get_period_close_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = period_close_load_message(reader, call, &close, &reply->period_close);
    if (outcome == OUTCOME_OK) outcome = add_results(reader, call, results, count, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (count == page.size) {
        reply->next_page_token = page_next_number(call, reader->store, "period results", filter,
                                                  results[count - 1].guide);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_period_close = {
    .request = &beckon__v1__get_period_close_request__descriptor,
    .reply = &beckon__v1__get_period_close_response__descriptor,
    .read = get_period_close_read,
};
