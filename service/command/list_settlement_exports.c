/* Lists who took out what of a run. */
#include "beckon/v1/export_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/export/export.h"
#include "service/limits.h"
#include "store/exports.h"
#include "store/shops.h"

static enum outcome event_message(struct reader *reader, struct command_call *call,
                                  const struct export_event *event,
                                  Beckon__V1__SettlementExport **ret)
{
    Beckon__V1__SettlementExport *message =
        reply_message(call, &beckon__v1__settlement_export__descriptor);
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1] = "";

    if (message == NULL) return OUTCOME_BUSY;
    if (event->pay_entity != 0) {
        enum outcome outcome = command_outcome(
            pay_entities_get(reader, event->pay_entity, pay_entity), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    message->run_number = event->run;
    message->export_number = event->number;
    message->profile = (Beckon__V1__ExportProfile)event->profile;
    message->format = (Beckon__V1__ExportFormat)event->format;
    message->payees = event->payees == EXPORT_MEMBERS
                          ? BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER
                          : BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE;
    message->pay_entity = reply_text(call, pay_entity);
    message->created_at = reply_time(call, event->created_at);
    message->created_by_token = event->created_by;
    *ret = message;
    return message->pay_entity != NULL && message->created_at != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome list_settlement_exports_read(struct reader *reader, struct command_call *call,
                                                 ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListSettlementExportsRequest *request =
        (const Beckon__V1__ListSettlementExportsRequest *)call->request;
    uint32_t numbers[LIMIT_PAGE];
    struct settlement_run run;
    struct page page;
    size_t count;

    enum outcome outcome = settlement_run_load(reader, call, request->run_number, &run);
    if (outcome == OUTCOME_OK)
        outcome = page_read(call, reader->store, "exports", run.number, request->page_size,
                            request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(exports_list(reader, run.number,
                                           (uint32_t)page_cursor_number(&page), numbers,
                                           page.size, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListSettlementExportsResponse *reply =
        reply_message(call, &beckon__v1__list_settlement_exports_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->exports = reply_alloc(call, page.size * sizeof *reply->exports);
    if (reply->exports == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        struct export_event event;
        outcome = command_outcome(exports_get(reader, run.number, numbers[i], &event),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK)
            outcome = event_message(reader, call, &event, &reply->exports[i]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    reply->n_exports = count;
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "exports", run.number, numbers[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_settlement_exports = {
    .request = &beckon__v1__list_settlement_exports_request__descriptor,
    .reply = &beckon__v1__list_settlement_exports_response__descriptor,
    .read = list_settlement_exports_read,
};
