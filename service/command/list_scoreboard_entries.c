/* Lists the entries behind what a guide earned in a span: his own, newest first, that moved EXPENSE
 * for events dated in it. */
#include "service/command/account_access.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/scoreboard.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/ledger.h"

/* Entries looked at for one page: a page may be short where few are of the span. */
enum { LOOKED_AT_MAX = 4 * LIMIT_PAGE };

struct looking {
    struct scoring scoring;
    enum unit unit;
    uint64_t number; /* the next to look at; 0: none is left */
};

/* An event is recorded on its own date or later, but for a till's clock that runs ahead: with an
 * entry recorded days before the window there is nothing more to find. */
static bool is_past(const struct looking *looking, const struct entry *entry)
{
    return business_date_at(&looking->scoring.merchant, entry->recorded_at) + 1 <
           looking->scoring.window.start;
}

static bool is_behind(const struct looking *looking, const struct entry *entry)
{
    const struct score_window *window = &looking->scoring.window;
    return entry->unit == looking->unit && entry->event_date >= window->start &&
           entry->event_date < window->end &&
           (entry->from == SIDE_EXPENSE) != (entry->to == SIDE_EXPENSE);
}

static enum outcome look(struct reader *reader, struct command_call *call, size_t size,
                         struct looking *looking, Beckon__V1__ListScoreboardEntriesResponse *reply)
{
    for (size_t i = 0; i < LOOKED_AT_MAX && looking->number != 0 && reply->n_entries < size; i++) {
        struct entry entry;
        enum outcome outcome =
            command_outcome(entries_get(reader, looking->number, &entry), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        looking->number = is_past(looking, &entry) ? 0 : entry.previous;
        if (!is_behind(looking, &entry)) continue;
        outcome = entry_message(reader, call, &entry, &reply->entries[reply->n_entries]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_entries++;
    }
    return OUTCOME_OK;
}

static enum outcome list_scoreboard_entries_read(struct reader *reader, struct command_call *call,
                                                 ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListScoreboardEntriesRequest *request =
        (const Beckon__V1__ListScoreboardEntriesRequest *)call->request;
    enum score_kpi kpi = (enum score_kpi)request->kpi;
    struct looking looking;
    struct account account;
    struct page page;
    uint32_t guide;

    if (kpi != SCORE_POINTS_EARNED && kpi != SCORE_CASH_EARNED)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "kpi", "POINTS_EARNED, CASH_EARNED");
    looking.unit = kpi == SCORE_POINTS_EARNED ? UNIT_POINTS : UNIT_CASH;
    enum outcome outcome =
        scoreboard_guide(reader, call, request->guide_number, &guide, &account);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_window(reader, call, request->span, request->date, false,
                                    &looking.scoring);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = scoreboard_filter(&looking.scoring.window, guide, kpi);
    outcome = page_read(call, reader->store, "scoreboard entries", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    looking.number = page.cursor_size == 0 ? account.last_entry : page_cursor_number(&page);
    Beckon__V1__ListScoreboardEntriesResponse *reply =
        reply_message(call, &beckon__v1__list_scoreboard_entries_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->entries = reply_alloc(call, page.size * sizeof *reply->entries);
    reply->as_of = reply_time(call, call->now_ms);
    if (reply->entries == NULL || reply->as_of == NULL) return OUTCOME_BUSY;
    outcome = look(reader, call, page.size, &looking, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (looking.number != 0) {
        reply->next_page_token =
            page_next_number(call, reader->store, "scoreboard entries", filter, looking.number);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_scoreboard_entries = {
    .request = &beckon__v1__list_scoreboard_entries_request__descriptor,
    .reply = &beckon__v1__list_scoreboard_entries_response__descriptor,
    .read = list_scoreboard_entries_read,
};
