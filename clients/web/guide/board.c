/* The scoreboard: his figures of a span, where he stands, what he holds and what it may come to.
 *
 * The page names the guide and the scoreboard's version in its ETag, so that asking again costs
 * one call while nothing has changed; each minute it is drawn anew, for time alone moves some
 * figures. */
#include "clients/web/guide/guide.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TAG_BYTES = 96 };

static const Beckon__V1__ScoreboardKpi RANKED[] = {
    BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_NEW_MEMBERS,
    BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES,
    BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_REPURCHASE_RATE,
    BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_POINTS_EARNED,
};

static bool is_short(Beckon__V1__ScoreboardSpan span)
{
    return span == BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_DAY ||
           span == BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_WEEK;
}

/* Only who is in the upper half is told his rank at first sight; everybody what he lacks to the
 * next above. */
static void view_upper(json_t *rank)
{
    json_int_t own = json_integer_value(json_object_get(json_object_get(rank, "own"), "rank"));
    json_int_t count = json_integer_value(json_object_get(rank, "guide_count"));
    json_object_set_new(rank, "upper", json_boolean(2 * own <= count + 1));
}

/* Where he stands by a few figures. false: visit->error. */
static bool load_ranks(struct visit *visit, const struct guide_span *asked)
{
    json_t *ranks = json_array();
    view_set(visit, "ranks", ranks);
    for (size_t i = 0; i < G_N_ELEMENTS(RANKED); i++) {
        Beckon__V1__ListRankingRequest request = BECKON__V1__LIST_RANKING_REQUEST__INIT;
        request.kpi = RANKED[i];
        request.span = asked->span;
        request.date = asked->date;
        request.page_size = 1;
        /* A rate needs a month to mean something: the service has none of a day or week. */
        if (RANKED[i] == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_REPURCHASE_RATE &&
            is_short(asked->span))
            continue;
        if (!ask_into(visit, "ranking", &beckon__v1__scoreboard_service__descriptor, "ListRanking",
                      &request.base))
            return false;
        json_t *rank = json_object_get(visit->view, "ranking");
        if (!json_object_get(rank, "own"))
            continue;
        static const char *const names[] = {"new_members", "sales", "repurchase_rate",
                                            "points_earned"};
        json_object_set_new(rank, "of", json_string(names[i]));
        guide_written_as(rank, RANKED[i]);
        view_upper(rank);
        json_array_append(ranks, rank);
    }
    view_set(visit, "has_ranks", json_boolean(json_array_size(ranks) > 0));
    return true;
}

/* Each holding knows how it is written and where it opens. */
static void view_holdings(json_t *board)
{
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(board, "holdings"), index, one) {
        const char *unit = json_string_value(json_object_get(one, "unit"));
        bool cash = unit && strcmp(unit, "cash") == 0;
        static const char *const parts[] = {"pending", "available", "held", "in_settlement",
                                            "settled", "debt"};
        bool any = !cash; /* points are always shown; cash where the program gives some */
        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
            any = any || json_integer_value(json_object_get(one, parts[i])) != 0;
        json_object_set_new(one, cash ? "as_money" : "as_number", json_true());
        json_object_set_new(one, "shown", json_boolean(any));
    }
}

static void view_bonuses(const Beckon__V1__Scoreboard *board, json_t *view)
{
    json_t *list = json_object_get(json_object_get(view, "estimate"), "bonuses");
    for (size_t i = 0; board->estimate && i < board->estimate->n_bonuses; i++) {
        json_t *bonus = json_array_get(list, i);
        bool cash = board->estimate->bonuses[i]->unit == BECKON__V1__UNIT__UNIT_CASH;
        json_object_set_new(bonus, cash ? "as_money" : "as_number", json_true());
    }
}

static void view_targets(const Beckon__V1__Scoreboard *board, json_t *view)
{
    for (size_t i = 0; i < board->n_targets; i++)
        guide_written_as(json_array_get(json_object_get(view, "targets"), i),
                         board->targets[i]->kpi);
}

/* Dates are shown inclusively; the day before the span names the span before it. */
static void view_dates(struct visit *visit, const Beckon__V1__Scoreboard *board)
{
    view_set(visit, "last_date", guide_day_before(board->end_date));
    view_set(visit, "before", guide_day_before(board->start_date));
    view_set(visit, "one_day",
             json_boolean(board->span == BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_DAY));
}

/* Says what this page was made from; true: the visitor has just that, and is told so. */
static bool is_unchanged(struct visit *visit, const Beckon__V1__Scoreboard *board)
{
    char tag[TAG_BYTES];
    int64_t minute = board->as_of ? board->as_of->seconds / 60 : 0;
    int size = snprintf(tag, sizeof tag, "W/\"%u-%" PRIu64 "-%d-%s-%" PRId64 "-%d\"",
                        visit->session->number, board->version, (int)board->span,
                        board->start_date, minute, (int)visit->language);
    if (size < 0 || size >= TAG_BYTES)
        return false;
    exchange_header(visit->exchange, "ETag", tag);
    view_text(visit, "tag", tag);
    if (strcmp(visit->exchange->none_match, tag) != 0)
        return false;
    exchange_send_empty(visit->exchange, 304);
    return true;
}

void board_get(struct visit *visit)
{
    struct guide_span asked;
    Beckon__V1__GetScoreboardRequest request = BECKON__V1__GET_SCOREBOARD_REQUEST__INIT;
    if (!guide_span_asked(visit, &asked))
        return;
    request.span = asked.span;
    request.date = asked.date;
    const Beckon__V1__GetScoreboardResponse *reply =
        ask_into(visit, "reply", &beckon__v1__scoreboard_service__descriptor, "GetScoreboard",
                 &request.base);
    if (!reply) {
        guide_failed(visit);
        return;
    }
    if (is_unchanged(visit, reply->scoreboard))
        return;
    if (!load_ranks(visit, &asked)) {
        guide_failed(visit);
        return;
    }
    json_t *board = guide_reply(visit, "reply", "scoreboard");
    json_object_set(visit->view, "board", board);
    view_holdings(board);
    view_bonuses(reply->scoreboard, board);
    view_targets(reply->scoreboard, board);
    view_dates(visit, reply->scoreboard);
    trend_view(visit, reply->scoreboard);
    view_text(visit, "script", "guide.js");
    guide_show(visit, 200, "guide/board", "board");
}
