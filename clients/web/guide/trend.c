/* Bars for a scoreboard's parts: geometry only, every number is the service's. */
#include "clients/web/guide/guide.h"

#include <stdio.h>

/* The drawing, in tenths of its units: 320 wide; bars stand between 4 and 84. */
enum { WIDTH = 3200, TOP = 40, BOTTOM = 840, TENTHS_BYTES = 24 };

struct figure {
    const char *name;
    Beckon__V1__ScoreboardKpi kpi;
};
static const struct figure FIGURES[] = {
    {"sales", BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES},
    {"new_members", BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_NEW_MEMBERS},
    {"points_earned", BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_POINTS_EARNED},
};

static int64_t value_of(const struct figure *figure, const Beckon__V1__ScoreboardPart *part)
{
    switch (figure->kpi) {
    case BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES: return part->sales_minor;
    case BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_NEW_MEMBERS: return part->new_members;
    default: return part->points_earned;
    }
}

/* "12.5" for 125; never in a locale's own way. */
static json_t *tenths(int64_t value)
{
    char text[TENTHS_BYTES];
    snprintf(text, sizeof text, "%d.%d", (int)(value / 10), (int)(value % 10));
    return json_string(text);
}

/* Days go by date, months by their number. */
static void add_label(json_t *bar, const char *date, bool months)
{
    int year, month, day;
    if (sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return;
    if (months) {
        json_object_set_new(bar, "month", json_integer(month));
        return;
    }
    char text[16];
    snprintf(text, sizeof text, "--%02d-%02d", month % 100, day % 100);
    json_object_set_new(bar, "day", json_string(text));
}

/* What lies between the least and the greatest value fills the height; 0 is among them. Doubles
 * are good enough for a drawing. */
static json_t *bar_of(int64_t value, double least, double range, size_t index, size_t count)
{
    double unit = (BOTTOM - TOP) / range;
    int64_t zero = BOTTOM + (int64_t)(least * unit);
    int64_t size = (int64_t)((value < 0 ? -(double)value : (double)value) * unit);
    int64_t slot = WIDTH / (int64_t)count, gap = slot / 6;
    if (value != 0 && size < 10)
        size = 10;
    int64_t top = value < 0 ? zero : zero - size;
    json_t *bar = json_object();
    json_object_set_new(bar, "x", tenths((int64_t)index * slot + gap));
    json_object_set_new(bar, "y", tenths(top > 0 ? top : 0));
    json_object_set_new(bar, "w", tenths(slot - 2 * gap));
    json_object_set_new(bar, "h", tenths(size));
    json_object_set_new(bar, "value", json_integer(value));
    return bar;
}

static json_t *trend_of(const struct figure *figure, const Beckon__V1__Scoreboard *board,
                        bool months)
{
    int64_t least = 0, most = 0;
    for (size_t i = 0; i < board->n_parts; i++) {
        int64_t value = value_of(figure, board->parts[i]);
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    if (least == 0 && most == 0)
        return NULL;
    json_t *trend = json_object(), *bars = json_array();
    double range = (double)most - (double)least;
    for (size_t i = 0; i < board->n_parts; i++) {
        json_t *bar = bar_of(value_of(figure, board->parts[i]), (double)least, range, i,
                             board->n_parts);
        add_label(bar, board->parts[i]->date, months);
        json_array_append_new(bars, bar);
    }
    json_object_set_new(trend, "of", json_string(figure->name));
    json_object_set_new(trend, "bars", bars);
    json_object_set_new(trend, "most", json_integer(most));
    json_object_set_new(trend, "zero",
                        tenths(BOTTOM + (int64_t)((double)least * (BOTTOM - TOP) / range)));
    json_object_set(trend, "first", json_array_get(bars, 0));
    json_object_set(trend, "last", json_array_get(bars, board->n_parts - 1));
    guide_written_as(trend, figure->kpi);
    return trend;
}

void trend_view(struct visit *visit, const Beckon__V1__Scoreboard *board)
{
    bool months = board->span == BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_QUARTER ||
                  board->span == BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_YEAR;
    json_t *trends = json_array();
    view_set(visit, "trends", trends);
    if (board->n_parts < 2)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(FIGURES); i++) {
        json_t *trend = trend_of(&FIGURES[i], board, months);
        if (trend)
            json_array_append_new(trends, trend);
    }
    view_set(visit, "has_trends", json_boolean(json_array_size(trends) > 0));
    json_t *parts = json_object_get(json_object_get(visit->view, "board"), "parts");
    for (size_t i = 0; i < json_array_size(parts); i++)
        add_label(json_array_get(parts, i), board->parts[i]->date, months);
}
