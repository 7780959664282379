/* What stands behind the figures: members, ledger entries, debts. */
#include "clients/web/guide/guide.h"

#include <string.h>

#include "beckon/v1/refund_service.pb-c.h"

/* Members he serves no longer have neither name nor phone here, and no page of their own. */
static void mark_known(json_t *members)
{
    size_t index;
    json_t *member;
    json_array_foreach(members, index, member) {
        const char *phone = json_string_value(json_object_get(member, "phone"));
        if (phone && phone[0] != '\0')
            json_object_set_new(member, "known", json_true());
    }
}

void members_get(struct visit *visit)
{
    struct guide_span asked;
    Beckon__V1__ListScoreboardMembersRequest request =
        BECKON__V1__LIST_SCOREBOARD_MEMBERS_REQUEST__INIT;
    if (!guide_span_asked(visit, &asked) || !guide_kpi_asked(visit, &request.kpi))
        return;
    request.span = asked.span;
    request.date = asked.date;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__scoreboard_service__descriptor,
                  "ListScoreboardMembers", &request.base)) {
        guide_failed(visit);
        return;
    }
    mark_known(guide_reply(visit, "list", "members"));
    view_set(visit, "of_sales", json_boolean(
        request.kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES));
    view_set(visit, "of_days", json_boolean(
        request.kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_REPURCHASE_RATE));
    guide_show(visit, 200, "guide/members", "board");
}

/* What leaves the program's expense adds to the figure, what goes back is taken off. */
static void view_entry(json_t *entry)
{
    const char *to = json_string_value(json_object_get(entry, "to"));
    const char *unit = json_string_value(json_object_get(entry, "unit"));
    if (to && strcmp(to, "expense") == 0)
        json_object_set_new(entry, "takes", json_true());
    json_object_set_new(entry, unit && strcmp(unit, "cash") == 0 ? "as_money" : "as_number",
                        json_true());
}

void entries_get(struct visit *visit)
{
    struct guide_span asked;
    size_t index;
    json_t *entry;
    Beckon__V1__ListScoreboardEntriesRequest request =
        BECKON__V1__LIST_SCOREBOARD_ENTRIES_REQUEST__INIT;
    if (!guide_span_asked(visit, &asked) || !guide_kpi_asked(visit, &request.kpi))
        return;
    request.span = asked.span;
    request.date = asked.date;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__scoreboard_service__descriptor,
                  "ListScoreboardEntries", &request.base)) {
        guide_failed(visit);
        return;
    }
    json_array_foreach(guide_reply(visit, "list", "entries"), index, entry)
        view_entry(entry);
    guide_titles(visit, guide_reply(visit, "list", "entries"));
    guide_show(visit, 200, "guide/entries", "board");
}

void debts_get(struct visit *visit)
{
    size_t index;
    json_t *debt;
    Beckon__V1__ListDebtsRequest request = BECKON__V1__LIST_DEBTS_REQUEST__INIT;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__refund_service__descriptor, "ListDebts",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    json_array_foreach(guide_reply(visit, "list", "debts"), index, debt)
        view_entry(debt);
    guide_show(visit, 200, "guide/debts", "board");
}
