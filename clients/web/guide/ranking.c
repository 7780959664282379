/* Guides by one figure: the best, and his own place with his neighbours. Nobody is told who is
 * last. */
#include "clients/web/guide/guide.h"

#include <string.h>

enum { BEST_ROWS = 10 };

/* He finds himself among the best. */
static void mark_own(struct visit *visit)
{
    size_t index;
    json_t *row;
    json_array_foreach(guide_reply(visit, "ranking", "rows"), index, row) {
        json_int_t number = json_integer_value(json_object_get(row, "guide_number"));
        if (number == (json_int_t)visit->session->number)
            json_object_set_new(row, "is_own", json_true());
    }
}

void ranking_get(struct visit *visit)
{
    struct guide_span asked;
    Beckon__V1__ScoreboardKpi kpi;
    Beckon__V1__ListRankingRequest request = BECKON__V1__LIST_RANKING_REQUEST__INIT;
    Beckon__V1__GetScoreboardRequest own = BECKON__V1__GET_SCOREBOARD_REQUEST__INIT;
    if (!guide_span_asked(visit, &asked) || !guide_kpi_asked(visit, &kpi))
        return;
    own.span = request.span = asked.span;
    own.date = request.date = asked.date;
    request.kpi = kpi;
    request.page_size = BEST_ROWS;
    if (strcmp(fields_get(&visit->exchange->query, "scope"), "shop") == 0) {
        const Beckon__V1__GetScoreboardResponse *reply =
            ask(visit, &beckon__v1__scoreboard_service__descriptor, "GetScoreboard", &own.base);
        if (!reply) {
            guide_failed(visit);
            return;
        }
        request.shop_id = reply->scoreboard->shop_id;
        view_set(visit, "in_shop", json_true());
    }
    if (!ask_into(visit, "ranking", &beckon__v1__scoreboard_service__descriptor, "ListRanking",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    mark_own(visit);
    const char *end = json_string_value(guide_reply(visit, "ranking", "end_date"));
    view_set(visit, "last_date", guide_day_before(end ? end : ""));
    guide_show(visit, 200, "guide/ranking", "board");
}
