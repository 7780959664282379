/* Streams the file of a recorded export, on the long thread. */
#include "beckon/v1/export_service.pb-c.h"
#include "service/command/back_test_snapshot.h"
#include "service/command/commands.h"
#include "service/command/export_source.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/settlement_run.h"
#include "store/exports.h"

typedef Beckon__V1__ExportSettlementRequest export_request;
typedef Beckon__V1__ExportSettlementResponse export_reply;

struct exporting {
    struct command_call *call;
    command_emit *emit;
    void *emit_context;
    struct export_event event;
};

/* Whose it is: the record says who has it, so nobody else gets its bytes. */
static enum outcome find(struct reader *reader, void *context)
{
    struct exporting *exporting = context;
    struct command_call *call = exporting->call;
    const export_request *request = (const export_request *)call->request;
    struct settlement_run run;
    uint32_t token = call->principal.token;

    enum outcome outcome = settlement_run_load(reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(exports_get(reader, run.number, request->export_number,
                                          &exporting->event), OUTCOME_EXPORT_UNKNOWN);
    if (outcome == OUTCOME_EXPORT_UNKNOWN)
        return form_refuse(call, outcome, "export_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    return token == exporting->event.created_by
               ? OUTCOME_OK
               : form_refuse(call, OUTCOME_NOT_YOURS, "export_number", NULL);
}

static bool send_piece(void *context, const void *data, size_t size)
{
    struct exporting *exporting = context;
    export_reply message = BECKON__V1__EXPORT_SETTLEMENT_RESPONSE__INIT;

    message.data.data = (uint8_t *)(uintptr_t)data; /* packed, never changed */
    message.data.len = size;
    return exporting->emit(exporting->emit_context, &message.base);
}

static void send_end(struct exporting *exporting, const struct export_report *report)
{
    export_reply message = BECKON__V1__EXPORT_SETTLEMENT_RESPONSE__INIT;
    char sha256[2 * EXPORT_SHA256_BYTES + 1];

    export_hash_text(report->sha256, sha256);
    message.done = 1;
    message.bytes = report->bytes;
    message.sha256 = sha256;
    message.rows = report->row_count;
    message.rows_net_minor = report->paid_minor;
    message.lines = report->totals.line_count;
    exporting->emit(exporting->emit_context, &message.base);
}

static enum outcome export_settlement_stream(struct store *store, struct command_call *call,
                                             command_emit *emit, void *emit_context)
{
    struct exporting exporting = {.call = call, .emit = emit, .emit_context = emit_context};
    const struct export_event *event = &exporting.event;
    struct export_sink sink = {send_piece, &exporting};
    struct export_source source;
    struct export_report report;
    bool gone = false;

    enum outcome outcome = back_test_snapshot(store, call->merchant, find, &exporting);
    if (outcome == OUTCOME_OK)
        outcome = export_source_open(store, call, event->run, event->pay_entity, &source);
    if (outcome != OUTCOME_OK) return outcome;
    struct export_job job = export_source_job(&source);
    job.profile = (enum export_profile)event->profile;
    job.format = (enum export_format)event->format;
    job.payees = (enum export_payees)event->payees;
    outcome = export_source_write(&source, &job, &sink, &report, &gone);
    if (outcome == OUTCOME_OK && !gone) send_end(&exporting, &report);
    return outcome; /* a client that has gone hears nothing anyway */
}

const struct command export_settlement = {
    .request = &beckon__v1__export_settlement_request__descriptor,
    .reply = &beckon__v1__export_settlement_response__descriptor,
    .stream = export_settlement_stream,
};
