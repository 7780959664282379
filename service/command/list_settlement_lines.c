/* Lists a run's lines: guides in the export's order, members by number. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/settlement_message.h"
#include "service/limits.h"

typedef Beckon__V1__ListSettlementLinesResponse lines_response;

/* A page of guides begins behind a line's key; its place is looked up again. */
struct lines_cursor {
    uint32_t payee, pay_entity;
};

struct listing {
    struct reader *reader;
    struct command_call *call;
    uint32_t run;
    size_t size;
    struct lines_cursor cursor; /* {0, 0}: the first page */
    lines_response *reply;
};

static enum outcome add_line(struct listing *listing, const struct settlement_line *line)
{
    enum outcome outcome =
        settlement_line_message(listing->reader, listing->call, line,
                                &listing->reply->lines[listing->reply->n_lines]);
    if (outcome != OUTCOME_OK) return outcome;
    listing->reply->n_lines++;
    listing->cursor = (struct lines_cursor){line->payee.number, line->pay_entity};
    return OUTCOME_OK;
}

static enum outcome list_guides_lines(struct listing *listing)
{
    struct line_place places[LIMIT_PAGE], after;
    struct settlement_line line;
    size_t count;
    bool first = listing->cursor.payee == 0;

    if (!first) {
        enum outcome outcome = settlement_place(listing->reader, listing->cursor.payee,
                                                listing->cursor.pay_entity, &after);
        if (outcome != OUTCOME_OK) return outcome;
    }
    enum outcome outcome = command_outcome(
        settlement_order_list(listing->reader, listing->run, first ? NULL : &after, places,
                              listing->size, &count),
        OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        struct line_name name = {{PARTY_GUIDE, places[i].guide}, places[i].pay_entity};
        outcome = command_outcome(
            settlement_lines_get(listing->reader, listing->run, &name, &line),
            OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK) outcome = add_line(listing, &line);
    }
    return outcome;
}

static enum outcome list_members_lines(struct listing *listing)
{
    enum { PORTION = 50 };
    struct settlement_line lines[PORTION];
    size_t count = PORTION;

    while (count == PORTION && listing->reply->n_lines < listing->size) {
        struct line_name after = {{PARTY_MEMBER, listing->cursor.payee}, UINT32_MAX};
        enum outcome outcome = command_outcome(
            settlement_lines_list(listing->reader, listing->run, &after, lines, PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count && listing->reply->n_lines < listing->size; i++) {
            if (lines[i].payee.kind != PARTY_MEMBER) return OUTCOME_OK; /* guides follow */
            outcome = add_line(listing, &lines[i]);
            if (outcome != OUTCOME_OK) return outcome;
        }
    }
    return OUTCOME_OK;
}

static enum outcome list_settlement_lines_read(struct reader *reader, struct command_call *call,
                                               ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListSettlementLinesRequest *request =
        (const Beckon__V1__ListSettlementLinesRequest *)call->request;
    bool members = request->payees == BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER;
    const char *list = members ? "settlement members" : "settlement guides";
    struct settlement_run run;
    struct page page;

    enum outcome outcome = settlement_run_load(reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    if (!members && request->payees != BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE &&
        request->payees != BECKON__V1__PARTY_KIND__PARTY_KIND_UNSPECIFIED)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "payees", "GUIDE, MEMBER");
    outcome = page_read(call, reader->store, list, run.number, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    lines_response *reply =
        reply_message(call, &beckon__v1__list_settlement_lines_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->lines = reply_alloc(call, page.size * sizeof *reply->lines);
    if (reply->lines == NULL) return OUTCOME_BUSY;
    uint64_t at = page_cursor_number(&page);
    struct listing listing = {.reader = reader, .call = call, .run = run.number,
                              .size = page.size, .reply = reply,
                              .cursor = {(uint32_t)(at >> 32), (uint32_t)at}};
    outcome = members ? list_members_lines(&listing) : list_guides_lines(&listing);
    if (outcome != OUTCOME_OK) return outcome;
    if (reply->n_lines == page.size) {
        at = (uint64_t)listing.cursor.payee << 32 | listing.cursor.pay_entity;
        reply->next_page_token = page_next_number(call, reader->store, list, run.number, at);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_settlement_lines = {
    .request = &beckon__v1__list_settlement_lines_request__descriptor,
    .reply = &beckon__v1__list_settlement_lines_response__descriptor,
    .read = list_settlement_lines_read,
};
