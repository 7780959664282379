/* What a guide's figures are made of: members, or ledger entries. */
#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/web/desk/desk.h"

static const char *const FILTERS[] = {"kpi", "span", "date", "page_token", NULL};

static void show(struct visit *visit, const char *method, const ProtobufCMessage *request,
                 uint32_t number, const char *name)
{
    view_integer(visit, "guide_number", number);
    if (!ask_into(visit, "list", &beckon__v1__scoreboard_service__descriptor, method, request)) {
        visit_failed(visit);
        return;
    }
    desk_show(visit, 200, name);
}

void desk_guide_members_get(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_GUIDES) || (number = desk_number(visit)) == 0)
        return;
    Beckon__V1__ListScoreboardMembersRequest *request =
        desk_query(visit, &beckon__v1__list_scoreboard_members_request__descriptor, FILTERS);
    request->guide_number = number;
    show(visit, "ListScoreboardMembers", &request->base, number, "desk/members");
}

void desk_guide_entries_get(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_GUIDES) || (number = desk_number(visit)) == 0)
        return;
    Beckon__V1__ListScoreboardEntriesRequest *request =
        desk_query(visit, &beckon__v1__list_scoreboard_entries_request__descriptor, FILTERS);
    request->guide_number = number;
    if (request->kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_CASH_EARNED)
        view_set(visit, "cash", json_true());
    show(visit, "ListScoreboardEntries", &request->base, number, "desk/entries");
}
