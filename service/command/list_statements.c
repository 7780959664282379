/* Lists a payee's statements, by run and pay entity. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/statement.h"
#include "store/accounts.h"
#include "store/settlements.h"

/* One run has a line of each of his employers: he changes them once per employment at most. */
enum { LINES_MAX = EMPLOYMENTS_MAX, RUNS = 16 };

static enum outcome add_run(struct reader *reader, struct command_call *call, struct party payee,
                            struct statement *statement, Beckon__V1__ListStatementsResponse *reply)
{
    struct settlement_line lines[LINES_MAX];
    struct line_name after = {{payee.kind, payee.number - 1}, UINT32_MAX};
    size_t count;

    enum outcome outcome = command_outcome(
        settlement_lines_list(reader, statement->run.number, &after, lines, LINES_MAX, &count),
        OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        if (lines[i].payee.kind != payee.kind || lines[i].payee.number != payee.number) break;
        statement->line = lines[i];
        outcome = statement_message(reader, call, statement,
                                    &reply->statements[reply->n_statements]);
        if (outcome == OUTCOME_OK) reply->n_statements++;
    }
    return outcome;
}

/* *after: behind which run the next page begins; 0 when there is none. */
static enum outcome add_all(struct reader *reader, struct command_call *call, struct party payee,
                            size_t size, uint32_t *after,
                            Beckon__V1__ListStatementsResponse *reply)
{
    struct settlement_run runs[RUNS];
    struct statement statement;
    size_t count = RUNS;

    while (count == RUNS) {
        enum outcome outcome = command_outcome(
            settlements_list(reader, *after, runs, RUNS, &count), OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            if (reply->n_statements >= size) return OUTCOME_OK;
            statement.run = runs[i];
            if (statement_shown(call, &runs[i]))
                outcome = add_run(reader, call, payee, &statement, reply);
            *after = runs[i].number;
        }
        if (outcome != OUTCOME_OK) return outcome;
    }
    *after = 0;
    return OUTCOME_OK;
}

static enum outcome list_statements_read(struct reader *reader, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListStatementsRequest *request =
        (const Beckon__V1__ListStatementsRequest *)call->request;
    struct account account;
    struct party payee;
    struct page page;

    enum outcome outcome = statement_payee(call, request->payee, &payee);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(accounts_get(reader, payee, &account), OUTCOME_ACCOUNT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "payee", NULL);
    uint64_t filter = (uint64_t)payee.kind << 32 | payee.number;
    outcome = page_read(call, reader->store, "statements", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListStatementsResponse *reply =
        reply_message(call, &beckon__v1__list_statements_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->statements = reply_alloc(call, (page.size + LINES_MAX) * sizeof *reply->statements);
    if (reply->statements == NULL) return OUTCOME_BUSY;
    uint32_t after = (uint32_t)page_cursor_number(&page);
    outcome = add_all(reader, call, payee, page.size, &after, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (after != 0) {
        reply->next_page_token = page_next_number(call, reader->store, "statements", filter, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_statements = {
    .request = &beckon__v1__list_statements_request__descriptor,
    .reply = &beckon__v1__list_statements_response__descriptor,
    .read = list_statements_read,
};
