/* Lists what became of a line's money, first first. */
#include "beckon/v1/payout_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/statement.h"
#include "store/payments.h"

enum { PORTION = 32 };

static enum outcome add(struct command_call *call, const struct payment_event *event,
                        Beckon__V1__ListPaymentsResponse *reply)
{
    Beckon__V1__Payment *message = reply_message(call, &beckon__v1__payment__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->result = (Beckon__V1__SettlementPayment)event->payment;
    message->reference = reply_text(call, event->reference);
    message->recorded_at = reply_time(call, event->at);
    message->token_number = event->by;
    if (message->reference == NULL || message->recorded_at == NULL) return OUTCOME_BUSY;
    reply->payments[reply->n_payments++] = message;
    return OUTCOME_OK;
}

/* *after: behind which the next page begins; 0 when there is none. */
static enum outcome add_all(struct reader *reader, struct command_call *call,
                            const struct settlement_line *line, size_t size, uint32_t *after,
                            Beckon__V1__ListPaymentsResponse *reply)
{
    struct line_name name = {line->payee, line->pay_entity};
    struct payment_event events[PORTION];
    size_t count, wanted;

    do {
        wanted = size - reply->n_payments < PORTION ? size - reply->n_payments : PORTION;
        enum outcome outcome = command_outcome(
            payments_list(reader, line->run, &name, *after, events, wanted, &count),
            OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            outcome = add(call, &events[i], reply);
            *after = events[i].number;
        }
        if (outcome != OUTCOME_OK || reply->n_payments == size) return outcome;
    } while (count == wanted);
    *after = 0;
    return OUTCOME_OK;
}

static enum outcome list_payments_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListPaymentsRequest *request =
        (const Beckon__V1__ListPaymentsRequest *)call->request;
    struct statement statement;
    struct party payee;
    struct page page;

    enum outcome outcome = statement_payee(call, request->payee, &payee);
    if (outcome == OUTCOME_OK)
        outcome = statement_load(reader, call, request->run_number, payee, request->pay_entity,
                                 &statement);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = (uint64_t)request->run_number << 32 ^ (uint64_t)payee.kind << 60 ^
                      (uint64_t)statement.line.pay_entity << 40 ^ payee.number;
    outcome = page_read(call, reader->store, "payments", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListPaymentsResponse *reply =
        reply_message(call, &beckon__v1__list_payments_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->payments = reply_alloc(call, page.size * sizeof *reply->payments);
    if (reply->payments == NULL) return OUTCOME_BUSY;
    uint32_t after = (uint32_t)page_cursor_number(&page);
    outcome = add_all(reader, call, &statement.line, page.size, &after, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (after != 0) {
        reply->next_page_token = page_next_number(call, reader->store, "payments", filter, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_payments = {
    .request = &beckon__v1__list_payments_request__descriptor,
    .reply = &beckon__v1__list_payments_response__descriptor,
    .read = list_payments_read,
};
