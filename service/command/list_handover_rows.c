/* Lists what became of each member of a handover, by her number. */
#include "service/command/commands.h"
#include "service/command/handover_access.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"

static Beckon__V1__HandoverRow *row_message(struct command_call *call, uint32_t member,
                                            const struct handover_row *row)
{
    Beckon__V1__HandoverRow *message = reply_message(call, &beckon__v1__handover_row__descriptor);
    if (message == NULL) return NULL;
    message->member_number = member;
    message->outcome = (Beckon__V1__HandoverOutcome)row->outcome;
    message->from_date = reply_date(call, row->from);
    message->guide_number = row->guide;
    return message->from_date != NULL ? message : NULL;
}

static enum outcome list_handover_rows_read(struct reader *reader, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListHandoverRowsRequest *request =
        (const Beckon__V1__ListHandoverRowsRequest *)call->request;
    uint32_t number = request->handover_number, members[LIMIT_PAGE];
    struct handover_row rows[LIMIT_PAGE];
    struct handover handover;
    struct page page;
    size_t count;

    enum outcome outcome = handover_find(reader, call, number, &handover);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = page_read(call, reader->store, "handover rows", number, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        handover_rows_list(reader, number, (uint32_t)page_cursor_number(&page), members, rows,
                           page.size, &count),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListHandoverRowsResponse *reply =
        reply_message(call, &beckon__v1__list_handover_rows_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->rows = reply_alloc(call, (count + 1) * sizeof *reply->rows);
    if (reply->rows == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        reply->rows[i] = row_message(call, members[i], &rows[i]);
        if (reply->rows[i] == NULL) return OUTCOME_BUSY;
    }
    reply->n_rows = count;
    if (count == page.size) {
        reply->next_page_token =
            page_next_number(call, reader->store, "handover rows", number, members[count - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_handover_rows = {
    .request = &beckon__v1__list_handover_rows_request__descriptor,
    .reply = &beckon__v1__list_handover_rows_response__descriptor,
    .read = list_handover_rows_read,
};
