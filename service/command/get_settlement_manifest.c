/* Makes every file of a closed run for its hash, and tells rows, sums and hashes. Nothing of the
 * files leaves the service, so nothing is recorded. On the long thread. */
#include <stdlib.h>

#include "beckon/v1/export_service.pb-c.h"
#include "service/command/back_test_snapshot.h"
#include "service/command/commands.h"
#include "service/command/export_source.h"
#include "service/export/export_manifest.h"
#include "store/settlement_payees.h"

typedef Beckon__V1__GetSettlementManifestRequest manifest_request;
typedef Beckon__V1__GetSettlementManifestResponse manifest_reply;

/* Of one employer there are no members' files: they come last. */
static const struct export_file FILES[] = {
    {.profile = EXPORT_GENERIC, .format = EXPORT_CSV, .payees = EXPORT_GUIDES},
    {.profile = EXPORT_GENERIC, .format = EXPORT_XLSX, .payees = EXPORT_GUIDES},
    {.profile = EXPORT_CHINA, .format = EXPORT_CSV, .payees = EXPORT_GUIDES},
    {.profile = EXPORT_CHINA, .format = EXPORT_XLSX, .payees = EXPORT_GUIDES},
    {.profile = EXPORT_ERPNEXT, .format = EXPORT_CSV, .payees = EXPORT_GUIDES},
    {.profile = EXPORT_ERPNEXT, .format = EXPORT_XLSX, .payees = EXPORT_GUIDES},
    {.profile = EXPORT_GENERIC, .format = EXPORT_CSV, .payees = EXPORT_MEMBERS},
    {.profile = EXPORT_GENERIC, .format = EXPORT_XLSX, .payees = EXPORT_MEMBERS},
};
enum { FILE_COUNT = sizeof FILES / sizeof FILES[0], MEMBERS_FILE_COUNT = 2 };

struct making {
    struct command_call *call;
    command_emit *emit;
    void *emit_context;
    struct export_source source;
    business_date retained_until;
    struct export_file files[FILE_COUNT];
    uint32_t file_count;
    bool gone;
};

static bool forget(void *context, const void *data, size_t size)
{
    (void)context, (void)data, (void)size;
    return true;
}

static void tell(struct making *making, char *json)
{
    manifest_reply message = BECKON__V1__GET_SETTLEMENT_MANIFEST_RESPONSE__INIT;

    message.files = making->file_count;
    message.done = json != NULL;
    if (json != NULL) message.json = json;
    if (!making->emit(making->emit_context, &message.base)) making->gone = true;
}

static enum outcome find(struct reader *reader, void *context)
{
    struct making *making = context;
    const manifest_request *request = (const manifest_request *)making->call->request;

    enum outcome outcome = export_source_find(reader, making->call, request->run_number,
                                              request->pay_entity, &making->source);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(settlement_payees_retained_until(reader, request->run_number,
                                                            &making->retained_until),
                           OUTCOME_STORE_DAMAGED);
}

static enum outcome make_files(struct making *making)
{
    struct export_sink sink = {forget, NULL};
    struct export_job job = export_source_job(&making->source);
    uint32_t wanted = job.pay_entity != NULL ? FILE_COUNT - MEMBERS_FILE_COUNT : FILE_COUNT;
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK && making->file_count < wanted && !making->gone) {
        struct export_file *file = &making->files[making->file_count];
        bool gone = false; /* never: the sink takes everything */
        *file = FILES[making->file_count];
        job.profile = file->profile;
        job.format = file->format;
        job.payees = file->payees;
        outcome = export_source_write(&making->source, &job, &sink, &file->report, &gone);
        making->file_count++;
        if (outcome == OUTCOME_OK) tell(making, NULL);
    }
    return outcome;
}

static enum outcome get_settlement_manifest_stream(struct store *store, struct command_call *call,
                                                   command_emit *emit, void *emit_context)
{
    struct making making = {.call = call, .emit = emit, .emit_context = emit_context};

    enum outcome outcome = back_test_snapshot(store, call->merchant, find, &making);
    if (outcome == OUTCOME_OK) outcome = make_files(&making);
    if (outcome != OUTCOME_OK || making.gone) return outcome;
    struct export_job job = export_source_job(&making.source);
    struct export_manifest manifest = {
        .job = &job, .merchant = call->merchant, .retained_until = making.retained_until,
        .files = making.files, .file_count = making.file_count,
    };
    char *json = export_manifest_make(&manifest);
    if (json == NULL) return OUTCOME_BUSY;
    tell(&making, json);
    free(json);
    return OUTCOME_OK;
}

const struct command get_settlement_manifest = {
    .request = &beckon__v1__get_settlement_manifest_request__descriptor,
    .reply = &beckon__v1__get_settlement_manifest_response__descriptor,
    .stream = get_settlement_manifest_stream,
};
