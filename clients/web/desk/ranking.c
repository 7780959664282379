/* Guides by a figure, of a shop or of all. */
#include <string.h>

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/web/desk/desk.h"

static const char *const FILTERS[] = {"kpi", "span", "date", "shop_id", "page_token", NULL};

static const struct figure {
    const char *name, *form; /* how a template writes it: "money", "percent", "count" */
} FIGURES[] = {
    {"sales", "money"}, {"purchases", "count"}, {"new_members", "count"},
    {"activated_members", "count"}, {"repurchase_rate", "percent"}, {"points_earned", "count"},
    {"cash_earned", "money"}, {"inherited_members", "count"}, {"handed_over_members", "count"},
};
static const char *const SPANS[] = {"day", "week", "month", "quarter", "year"};

/* One entry of a choice; the chosen one is marked. */
static void add_choice(json_t *list, const char *name, const char *chosen)
{
    json_t *choice = json_pack("{s:s}", "name", name);
    if (strcmp(name, chosen) == 0)
        json_object_set_new(choice, "chosen", json_true());
    json_array_append_new(list, choice);
}

static void view_choices(struct visit *visit, const char *kpi, const char *span)
{
    json_t *figures = json_array(), *spans = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(FIGURES); i++)
        add_choice(figures, FIGURES[i].name, kpi);
    for (size_t i = 0; i < G_N_ELEMENTS(SPANS); i++)
        add_choice(spans, SPANS[i], span);
    view_set(visit, "figures", figures);
    view_set(visit, "spans", spans);
}

/* Each row's value under the name of how it is written. */
static void view_values(struct visit *visit, const char *kpi)
{
    const char *form = "count";
    for (size_t i = 0; i < G_N_ELEMENTS(FIGURES); i++) {
        if (strcmp(FIGURES[i].name, kpi) == 0)
            form = FIGURES[i].form;
    }
    view_set(visit, form, json_true());
}

void desk_ranking_get(struct visit *visit)
{
    if (!desk_begin(visit, DESK_RANKING))
        return;
    Beckon__V1__ListRankingRequest *request =
        desk_query(visit, &beckon__v1__list_ranking_request__descriptor, FILTERS);
    const char *kpi = fields_get(&visit->exchange->query, "kpi");
    const char *span = fields_get(&visit->exchange->query, "span");
    if (request->kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_UNSPECIFIED) {
        request->kpi = BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES;
        kpi = "sales";
    }
    view_text(visit, "kpi", kpi);
    view_choices(visit, kpi, span[0] == '\0' ? "month" : span);
    view_values(visit, kpi);
    if (!desk_load_shops(visit, request->shop_id))
        return;
    unsigned status = 200;
    if (view_is_wrong(visit)) {
        status = 400;
    } else if (!ask_into(visit, "list", &beckon__v1__scoreboard_service__descriptor, "ListRanking",
                         &request->base) &&
               !desk_refused(visit, FILTERS, &status)) {
        return;
    }
    desk_show(visit, status, "desk/ranking");
}
