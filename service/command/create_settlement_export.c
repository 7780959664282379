/* Records that a file of a closed run is taken out, and by whom. request_id replays. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/export_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/export_source.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/exports.h"
#include "store/settlements.h"
#include "store/tokens.h"

typedef Beckon__V1__CreateSettlementExportRequest export_request;
typedef Beckon__V1__CreateSettlementExportResponse export_reply;

static void fill_fingerprint(const struct batch *batch, const export_request *request,
                             const struct export_job *job, uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "settlement export");
    fingerprint_number(&fingerprint, request->run_number);
    fingerprint_number(&fingerprint, job->profile);
    fingerprint_number(&fingerprint, job->format);
    fingerprint_number(&fingerprint, job->payees);
    fingerprint_text(&fingerprint, request->pay_entity);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

static enum outcome reply_with(struct command_call *call, const struct export_job *job,
                               uint32_t number, ProtobufCMessage **ret_reply)
{
    export_reply *reply =
        reply_message(call, &beckon__v1__create_settlement_export_response__descriptor);
    char name[EXPORT_NAME_BYTES];

    if (reply == NULL) return OUTCOME_BUSY;
    export_file_name(job, name);
    reply->run_number = job->run->number;
    reply->export_number = number;
    reply->file_name = reply_text(call, name);
    *ret_reply = &reply->base;
    return reply->file_name != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* The same request before: STORE_OK in *ret_found with its export's number. */
static enum outcome seen_before(struct batch *batch, struct command_call *call, struct bytes id,
                                const struct request *fresh, enum store_result *ret_found,
                                uint32_t *ret_number)
{
    struct request known;

    *ret_found = requests_get(&batch->reader, REQUEST_CREATE_EXPORT, id, &known);
    if (*ret_found == STORE_ABSENT) return OUTCOME_OK;
    if (*ret_found != STORE_OK) return command_outcome(*ret_found, OUTCOME_INTERNAL);
    if (memcmp(known.fingerprint, fresh->fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    *ret_number = (uint32_t)known.object;
    return OUTCOME_OK;
}

static enum outcome create_settlement_export_write(struct batch *batch, struct command_call *call,
                                                   ProtobufCMessage **ret_reply)
{
    const export_request *request = (const export_request *)call->request;
    struct export_source source;
    struct export_job job = {.format = EXPORT_CSV};
    enum store_result found;
    struct request fresh;
    struct bytes id;
    uint32_t number = 0;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome == OUTCOME_OK)
        outcome = export_form(call, (int)request->profile, (int)request->format,
                              (int)request->payees, &job);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, request, &job, fresh.fingerprint);
    outcome = seen_before(batch, call, id, &fresh, &found, &number);
    if (outcome == OUTCOME_OK)
        outcome = export_source_find(&batch->reader, call, request->run_number,
                                     request->pay_entity, &source);
    if (outcome != OUTCOME_OK) return outcome;
    job.run = &source.run;
    if (found == STORE_OK) return reply_with(call, &job, number, ret_reply);
    if (job.payees == EXPORT_MEMBERS && source.pay_entity_number != 0)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "pay_entity", "\"\"");
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this export is on record. */
    source.run.export_count++;
    struct export_event event = {
        .run = source.run.number, .number = source.run.export_count,
        .profile = (uint8_t)job.profile, .format = (uint8_t)job.format,
        .payees = (uint8_t)job.payees, .pay_entity = source.pay_entity_number,
        .created_at = call->now_ms, .created_by = call->principal.token,
    };
    fresh.object = event.number;
    char name[EXPORT_NAME_BYTES];
    export_file_name(&job, name);
    audit_object(call, AUDIT_OF_EXPORT, event.run);
    audit_part(call, event.number);
    audit_fact(call, "file", name);
    exports_put(batch, &event);
    settlements_put(batch, &source.run);
    requests_put(batch, REQUEST_CREATE_EXPORT, id, &fresh);
    outcome = reply_with(call, &job, event.number, ret_reply);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

const struct command create_settlement_export = {
    .request = &beckon__v1__create_settlement_export_request__descriptor,
    .reply = &beckon__v1__create_settlement_export_response__descriptor,
    .write = create_settlement_export_write,
    .audited = AUDIT_CREATE_SETTLEMENT_EXPORT,
};
