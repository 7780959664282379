/* Takes down what became of lines of a closed run: all rows of a call, or none.
 *
 * Happy path: run -> each row's line and what it can take -> what comes back, loaded -> LINE ->
 * lines, events, carries, the run. Rows are looked at to the end even where one has to be fetched
 * first, so that all are fetched together. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/payment_row.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/command/settling.h"
#include "service/limits.h"
#include "service/rules/payment_change.h"

enum { SENTENCE_BYTES_MAX = 512 };

/* Some 100 KiB, on the command's stack. */
struct recording {
    const Beckon__V1__RecordPaymentResultsRequest *request;
    struct settlement_run run;
    uint32_t token;
    business_date today;
    bool comes_back;               /* a row's money does: the ledger is needed */
    struct ledger ledger;
    uint32_t known_count;
    struct payment_row rows[LIMIT_PAYMENT_ROWS];
    Beckon__V1__RecordPaymentResultsResponse *reply; /* validate_only: made before the rows */
};

/* ---- rows ------------------------------------------------------------------------------------ */

/* "results[7].amount_minor" where the row's own refusal said "amount_minor". */
static enum outcome name_row(struct command_call *call, size_t row, enum outcome outcome)
{
    char field[64];
    assert(call->refusal.field != NULL);
    snprintf(field, sizeof field, "results[%zu].%s", row, call->refusal.field);
    call->refusal.field = reply_text(call, field);
    return call->refusal.field != NULL ? outcome : OUTCOME_BUSY;
}

static enum outcome add_problem(struct command_call *call, struct recording *recording, size_t row,
                                enum outcome outcome)
{
    char sentence[SENTENCE_BYTES_MAX];
    Beckon__V1__RecordPaymentResultsResponse *reply = recording->reply;
    Beckon__V1__PaymentProblem *problem =
        reply_message(call, &beckon__v1__payment_problem__descriptor);

    if (problem == NULL) return OUTCOME_BUSY;
    problem->row = (uint32_t)row;
    problem->reason = reply_text(call, outcome_info(outcome)->reason);
    problem->field = reply_text(call, call->refusal.field);
    outcome_sentence(outcome, &call->refusal, false, sentence, sizeof sentence);
    problem->message_en = reply_text(call, sentence);
    outcome_sentence(outcome, &call->refusal, true, sentence, sizeof sentence);
    problem->message_zh = reply_text(call, sentence);
    call->refusal = (struct refusal){0};
    if (problem->reason == NULL || problem->field == NULL || problem->message_en == NULL ||
        problem->message_zh == NULL)
        return OUTCOME_BUSY;
    reply->problems[reply->n_problems++] = problem;
    return OUTCOME_OK;
}

static enum outcome check_row(struct batch *batch, struct command_call *call,
                              struct recording *recording, size_t row)
{
    struct reader *reader = &batch->reader;
    struct payment_row *checked = &recording->rows[row];
    struct settling_back back;

    enum outcome outcome = payment_row_check(reader, call, recording->run.number,
                                             recording->request->results[row], checked);
    for (size_t i = 0; i < row && outcome == OUTCOME_OK; i++)
        if (payment_row_same_line(checked, &recording->rows[i]))
            outcome = form_refuse(call, OUTCOME_PAYMENT_LINE_TWICE, "result", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    if (checked->known) {
        recording->known_count++;
        return OUTCOME_OK;
    }
    checked->event.run = recording->run.number;
    checked->event.at = call->now_ms;
    checked->event.by = recording->token;
    if (!payment_comes_back(checked->event.payment)) return OUTCOME_OK;
    /* Read now; posted after the LINE from what is then at hand. */
    recording->comes_back = true;
    return settling_back_load(reader, checked->line.payee, checked->line.pay_entity, &back);
}

/* Is it the row's own fault, and not the store's or the call's? */
static bool is_refusal(enum outcome outcome)
{
    return outcome > OUTCOME_NOT_YOURS && outcome < OUTCOME_STORE_DAMAGED;
}

static enum outcome check_rows(struct batch *batch, struct command_call *call,
                               struct recording *recording)
{
    const Beckon__V1__RecordPaymentResultsRequest *request = recording->request;
    enum outcome first = OUTCOME_OK;
    bool again = false;

    for (size_t row = 0; row < request->n_results; row++) {
        enum outcome outcome = check_row(batch, call, recording, row);
        if (outcome == OUTCOME_AGAIN) again = true;
        if (outcome == OUTCOME_OK || outcome == OUTCOME_AGAIN) continue;
        if (!is_refusal(outcome)) return outcome;
        if (request->validate_only) outcome = add_problem(call, recording, row, outcome);
        else outcome = name_row(call, row, outcome);
        if (outcome == OUTCOME_OK) continue;
        first = outcome;
        break;
    }
    return again ? OUTCOME_AGAIN : first;
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome check(struct batch *batch, struct command_call *call,
                          struct recording *recording)
{
    const Beckon__V1__RecordPaymentResultsRequest *request = recording->request;
    struct merchant merchant;

    if (request->n_results == 0 || request->n_results > LIMIT_PAYMENT_ROWS)
        return form_refuse(call, OUTCOME_ROWS_INVALID, "results", "1..200");
    enum outcome outcome =
        settlement_run_load(&batch->reader, call, request->run_number, &recording->run);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_expect(call, &recording->run,
                                        1u << RUN_CLOSED | 1u << RUN_PAID);
    recording->token = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    recording->today = business_date_at(&merchant, call->now_ms);
    return OUTCOME_OK;
}

static uint32_t *count_of(struct settlement_run *run, enum payment payment)
{
    assert(payment != PAYMENT_NONE && payment <= PAYMENT_RETURNED);
    if (payment == PAYMENT_PAID) return &run->paid_count;
    return payment == PAYMENT_FAILED ? &run->failed_count : &run->returned_count;
}

static void put_row(struct batch *batch, struct recording *recording, struct payment_row *row)
{
    struct settlement_line *line = &row->line;
    struct settlement_run *run = &recording->run;
    struct settling_back back;

    assert(line->net_minor > 0 && !line->carried_back);
    assert(payment_change_allowed(line->payment, row->event.payment));
    if (line->payment != PAYMENT_NONE) (*count_of(run, line->payment))--;
    (*count_of(run, row->event.payment))++;
    line->payment = row->event.payment;
    line->payment_at = row->event.at;
    line->payment_by = row->event.by;
    line->carried_back = payment_comes_back(line->payment);
    if (line->carried_back) {
        enum outcome outcome =
            settling_back_load(&batch->reader, line->payee, line->pay_entity, &back);
        assert(outcome == OUTCOME_OK); /* it was read before, or put by this very command */
        settling_back_post(batch, &recording->ledger, &back, run->number, recording->today,
                           line->net_minor);
    }
    settlement_lines_put(batch, line);
    payments_put(batch, &row->event);
    event_tell_payment(batch, line->payment == PAYMENT_PAID, line->payee, line->net_minor,
                       run->number);
}

static void put(struct batch *batch, struct command_call *call, struct recording *recording)
{
    struct settlement_run *run = &recording->run;

    for (size_t row = 0; row < recording->request->n_results; row++)
        if (!recording->rows[row].known) put_row(batch, recording, &recording->rows[row]);
    if (recording->comes_back) ledger_close(batch, &recording->ledger);
    uint32_t resolved = run->paid_count + run->failed_count + run->returned_count;
    assert(resolved <= run->totals.line_count);
    if (run->state == RUN_CLOSED && resolved == run->totals.line_count) {
        run->state = RUN_PAID;
        run->paid_at = call->now_ms;
    }
    settlements_put(batch, run);
}

static enum outcome record_payment_results_write(struct batch *batch, struct command_call *call,
                                                 ProtobufCMessage **ret_reply)
{
    struct recording recording; /* large, and touched as far as there are rows */

    recording.request = (const Beckon__V1__RecordPaymentResultsRequest *)call->request;
    recording.comes_back = false;
    recording.known_count = 0;
    const Beckon__V1__RecordPaymentResultsRequest *request = recording.request;
    enum outcome outcome = check(batch, call, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RecordPaymentResultsResponse *reply = recording.reply =
        reply_message(call, &beckon__v1__record_payment_results_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->problems = reply_alloc(call, request->n_results * sizeof *reply->problems);
    if (reply->problems == NULL) return OUTCOME_BUSY;
    outcome = check_rows(batch, call, &recording);
    if (outcome == OUTCOME_OK && recording.comes_back)
        outcome = command_outcome(ledger_open(batch, &recording.ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    reply->run_number = request->run_number;
    reply->rows = (uint32_t)request->n_results;
    reply->already_recorded = recording.known_count;
    *ret_reply = &reply->base;
    if (request->validate_only || recording.known_count == request->n_results) return OUTCOME_OK;
    audit_object(call, AUDIT_OF_RUN, request->run_number);
    audit_fact_number(call, "rows", (int64_t)(request->n_results - recording.known_count));

    /* From here on nothing is refused. */
    put(batch, call, &recording);
    return OUTCOME_OK;
}

const struct command record_payment_results = {
    .request = &beckon__v1__record_payment_results_request__descriptor,
    .reply = &beckon__v1__record_payment_results_response__descriptor,
    .write = record_payment_results_write,
    .audited = AUDIT_RECORD_PAYMENT_RESULTS,
};
