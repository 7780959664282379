/* Proves a merchant's ledger and everything kept beside it, on the live store. */
#include <stdlib.h>

#include "beckon/v1/store_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/merchant_message.h"
#include "service/command/objects.h"
#include "service/command/verify_certificate.h"
#include "store/verify.h"

static enum outcome verify_store_merchant(struct reader *reader, struct command_call *call,
                                          uint32_t *ret_merchant)
{
    (void)reader;
    return merchant_named(call, ((const Beckon__V1__VerifyStoreRequest *)call->request)
                                    ->merchant_number, "merchant_number", ret_merchant);
}

struct listener {
    command_emit *emit;
    void *context;
};

static void fill(Beckon__V1__VerifyStoreResponse *message, const struct verify_report *report)
{
    message->entries = report->entries;
    message->accounts = report->accounts;
    message->credits = report->credits;
    message->purchases = report->purchases;
    message->codes = report->codes;
    message->finding_count = report->finding_count;
}

static bool progress(void *context, const struct verify_report *so_far)
{
    const struct listener *listener = context;
    Beckon__V1__VerifyStoreResponse message = BECKON__V1__VERIFY_STORE_RESPONSE__INIT;

    fill(&message, so_far);
    return listener->emit(listener->context, &message.base);
}

static enum outcome check_merchant(struct store *store, struct command_call *call)
{
    struct reader reader;
    struct merchant merchant;

    enum outcome outcome = command_outcome(reader_open(store, &reader), OUTCOME_STORE_FAULT);
    if (outcome != OUTCOME_OK) return outcome;
    reader.merchant = call->merchant;
    outcome = object_merchant(&reader, &merchant);
    /* Long work opens its own snapshots, so it fetches for itself too. */
    if (outcome == OUTCOME_AGAIN) {
        outcome = command_outcome(kv_fetch(reader.snapshot), OUTCOME_STORE_FAULT);
        if (outcome == OUTCOME_OK) outcome = object_merchant(&reader, &merchant);
    }
    reader_close(&reader);
    return outcome;
}

static enum outcome verify_store_stream(struct store *store, struct command_call *call,
                                        command_emit *emit, void *emit_context)
{
    struct listener listener = {emit, emit_context};
    Beckon__V1__VerifyStoreResponse message = BECKON__V1__VERIFY_STORE_RESPONSE__INIT;
    char *findings[VERIFY_FINDINGS_MAX], certificate[VERIFY_CERTIFICATE_TEXT_BYTES];

    enum outcome outcome = check_merchant(store, call);
    if (outcome != OUTCOME_OK) return outcome;
    struct verify_report *report = calloc(1, sizeof *report);
    if (report == NULL) return OUTCOME_BUSY;
    enum store_result result = store_verify(store, call->merchant, progress, &listener, report);
    if (result == STORE_OK) {
        message.done = 1;
        fill(&message, report);
        for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++)
            findings[message.n_findings++] = report->findings[i];
        message.findings = findings;
        message.head.data = report->head;
        message.head.len = sizeof report->head;
        if (report->finding_count == 0) {
            verify_certificate_write(store, call->merchant, report->entries, certificate);
            message.certificate = certificate;
        }
        emit(emit_context, &message.base);
    }
    free(report);
    /* STORE_CONFLICT: the client has gone, nobody hears the outcome. */
    return result == STORE_CONFLICT ? OUTCOME_OK : command_outcome(result, OUTCOME_INTERNAL);
}

const struct command verify_store = {
    .request = &beckon__v1__verify_store_request__descriptor,
    .reply = &beckon__v1__verify_store_response__descriptor,
    .stream = verify_store_stream,
    .merchant = verify_store_merchant,
};
