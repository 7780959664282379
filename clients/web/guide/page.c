/* What the guide's pages share: the frame, the query, signing out. */
#include "clients/web/guide/guide.h"

#include <stdio.h>
#include <string.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/message/text.h"
#include "clients/web/page/assets.h"

json_t *guide_reply(const struct visit *visit, const char *reply, const char *name)
{
    return json_object_get(json_object_get(visit->view, reply), name);
}

void guide_show(struct visit *visit, unsigned status, const char *name, const char *tab)
{
    char at[24];
    const char *merchant = json_string_value(guide_reply(visit, "session", "merchant_name"));
    g_snprintf(at, sizeof at, "at_%s", tab);
    view_set(visit, at, json_true());
    if (merchant && merchant[0] != '\0')
        view_text(visit, "brand", merchant);
    if (!json_object_get(visit->view, "script"))
        view_text(visit, "script", "page.js");
    visit_show(visit, status, name);
}

void guide_failed(struct visit *visit)
{
    if (strcmp(visit->error.reason, "CALLER_NOT_EMPLOYED") == 0)
        guide_show(visit, 403, "guide/left", "none");
    else
        visit_failed(visit);
}

json_t *guide_day_before(const char *date)
{
    int year, month, day;
    if (sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return json_null();
    GDateTime *given = g_date_time_new_utc(year, month, day, 0, 0, 0);
    GDateTime *before = given ? g_date_time_add_days(given, -1) : NULL;
    char *written = before ? g_date_time_format(before, "%Y-%m-%d") : NULL;
    json_t *text = written ? json_string(written) : json_null();
    g_free(written);
    if (before)
        g_date_time_unref(before);
    if (given)
        g_date_time_unref(given);
    return text;
}

/* ---- the query ------------------------------------------------------------------------------- */

static char *asked(const struct visit *visit, const char *name)
{
    return (char *)fields_get(&visit->exchange->query, name);
}

char *guide_page_asked(const struct visit *visit)
{
    return asked(visit, "page");
}

/* Tabs: every span with its name, the chosen one marked. A rate needs a month to mean something:
 * the service has none of a day or week. */
static void view_spans(struct visit *visit, Beckon__V1__ScoreboardSpan chosen)
{
    json_t *spans = json_array();
    bool rate = strcmp(asked(visit, "kpi"), "repurchase_rate") == 0;
    for (int span = rate ? BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_MONTH
                         : BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_DAY;
         span <= BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_YEAR; span++) {
        char *name = text_of_enum(&beckon__v1__scoreboard_span__descriptor, span);
        json_array_append_new(spans, json_pack("{s:s, s:b}", "tab", name, "chosen",
                                               span == (int)chosen));
        if (span == (int)chosen)
            view_text(visit, "span", name);
        g_free(name);
    }
    view_set(visit, "spans", spans);
}

bool guide_span_asked(struct visit *visit, struct guide_span *ret_span)
{
    int span = BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_MONTH;
    const char *name = asked(visit, "span");
    if (name[0] != '\0' &&
        (!text_to_enum(&beckon__v1__scoreboard_span__descriptor, name, &span) || span == 0)) {
        visit_tell(visit, 404, "nothing");
        return false;
    }
    *ret_span = (struct guide_span){.span = (Beckon__V1__ScoreboardSpan)span,
                                    .date = asked(visit, "date")};
    view_spans(visit, ret_span->span);
    view_text(visit, "on_date", ret_span->date);
    return true;
}

bool guide_kpi_asked(struct visit *visit, Beckon__V1__ScoreboardKpi *ret_kpi)
{
    int kpi;
    if (!text_to_enum(&beckon__v1__scoreboard_kpi__descriptor, asked(visit, "kpi"), &kpi) ||
        kpi == 0) {
        visit_tell(visit, 404, "nothing");
        return false;
    }
    char *name = text_of_enum(&beckon__v1__scoreboard_kpi__descriptor, kpi);
    view_text(visit, "kpi", name);
    g_free(name);
    guide_written_as(visit->view, (Beckon__V1__ScoreboardKpi)kpi);
    *ret_kpi = (Beckon__V1__ScoreboardKpi)kpi;
    return true;
}

bool guide_number_asked(struct visit *visit, uint64_t max, uint64_t *ret_number)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(visit->rest, 10, 1, max, &number, NULL)) {
        visit_tell(visit, 404, "nothing");
        return false;
    }
    *ret_number = number;
    return true;
}

void guide_written_as(json_t *object, Beckon__V1__ScoreboardKpi kpi)
{
    const char *way = "as_number";
    if (kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES ||
        kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_CASH_EARNED)
        way = "as_money";
    else if (kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_REPURCHASE_RATE)
        way = "as_rate";
    json_object_set_new(object, way, json_true());
}

/* ---- small pages ----------------------------------------------------------------------------- */

void guide_script_get(struct visit *visit)
{
    const struct asset *asset = asset_find("static/guide.js");
    exchange_send_static(visit->exchange, 200, "text/javascript; charset=utf-8", asset->bytes,
                         asset->size, NULL, 0);
}

void guide_sign_out_post(struct visit *visit)
{
    Beckon__V1__EndSessionRequest request = BECKON__V1__END_SESSION_REQUEST__INIT;
    /* Whatever the service says: this browser forgets. */
    ask(visit, &beckon__v1__sign_in_service__descriptor, "EndSession", &request.base);
    visit_sign(visit, NULL, 0);
    visit_tell(visit, 200, "guide.signed_out");
}
