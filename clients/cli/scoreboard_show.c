/* A scoreboard on a terminal. Labels are padded by what they take there: Chinese ones two columns a
 * character. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/charter_inner.h"
#include "clients/cli/graph.h"
#include "clients/cli/scoreboard.h"
#include "clients/cli/table.h"
#include "clients/message/text.h"

enum { LABEL_COLUMNS = 16, VALUE_COLUMNS = 18, BAR_COLUMNS = 20, PARTS_MAX = 31 };

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_GOOD, STYLE_BAD, STYLE_FAINT };

struct showing {
    struct cli *cli;
    const Beckon__V1__Scoreboard *board;
    bool coloured;
};

/* ---- pieces ---------------------------------------------------------------------------------- */

static bool is_coloured(const struct cli *cli)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return cli->out_is_terminal && (!off || off[0] == '\0') &&
           (!terminal || strcmp(terminal, "dumb") != 0);
}

static void put(const struct showing *showing, enum style style, const char *text)
{
    static const char *const BEGIN[] = {"", "\033[1m", "\033[32m", "\033[31m", "\033[2m"};
    bool coloured = showing->coloured && style != STYLE_PLAIN;
    fprintf(showing->cli->out, "%s%s%s", coloured ? BEGIN[style] : "", text,
            coloured ? "\033[0m" : "");
}

static const char *say(const struct showing *showing, const char *zh, const char *en)
{
    return showing->cli->chinese ? zh : en;
}

static void put_padded(const struct showing *showing, enum style style, const char *text,
                       size_t columns, bool right)
{
    size_t width = table_width(text);
    int pad = width < columns ? (int)(columns - width) : 0;
    if (right)
        fprintf(showing->cli->out, "%*s", pad, "");
    put(showing, style, text);
    if (!right)
        fprintf(showing->cli->out, "%*s", pad, "");
}

static void put_line(const struct showing *showing, const char *label, enum style style,
                     const char *value, const char *more)
{
    fputs("  ", showing->cli->out);
    put_padded(showing, STYLE_PLAIN, label, LABEL_COLUMNS, false);
    put_padded(showing, style, value, VALUE_COLUMNS, true);
    if (more[0] != '\0')
        fprintf(showing->cli->out, "   %s", more);
    fputc('\n', showing->cli->out);
}

static void put_section(const struct showing *showing, const char *zh, const char *en)
{
    fputc('\n', showing->cli->out);
    put(showing, STYLE_TITLE, say(showing, zh, en));
    fputc('\n', showing->cli->out);
}

/* "-12.34 CNY". */
static char *money_of(int64_t minor, const char *currency)
{
    int digits = charter_currency_digits(currency);
    uint64_t amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, scale = 1;
    const char *sign = minor < 0 ? "-" : "";
    for (int i = 0; i < digits; i++)
        scale *= 10;
    if (digits == 0)
        return g_strdup_printf("%s%" PRIu64 " %s", sign, amount, currency);
    return g_strdup_printf("%s%" PRIu64 ".%0*" PRIu64 " %s", sign, amount / scale, digits,
                           amount % scale, currency);
}

static char *money_text(const struct showing *showing, int64_t minor)
{
    return money_of(minor, showing->board->currency);
}

static char *count_text(int64_t count)
{
    return g_strdup_printf("%" PRId64, count);
}

/* "12.3 %", rounded down. */
static char *rate_text(int64_t rate_bp)
{
    return g_strdup_printf("%" PRId64 ".%" PRId64 " %%", rate_bp / 100, rate_bp % 100 / 10);
}

static enum style style_of(int64_t amount)
{
    return amount < 0 ? STYLE_BAD : STYLE_PLAIN;
}

/* ---- sections -------------------------------------------------------------------------------- */

/* The date before the first one that is not in the span any more. */
static char *last_date(const char *end_date)
{
    GDate date;
    g_date_set_parse(&date, end_date);
    if (!g_date_valid(&date))
        return g_strdup(end_date);
    g_date_subtract_days(&date, 1);
    return g_strdup_printf("%04u-%02u-%02u", g_date_get_year(&date),
                           (unsigned)g_date_get_month(&date), g_date_get_day(&date));
}

static void show_head(const struct showing *showing)
{
    const Beckon__V1__Scoreboard *board = showing->board;
    g_autofree char *name = table_clean(board->name);
    g_autofree char *title = g_strdup_printf("%s  %s  %s", name, board->employee_no,
                                             board->shop_id);
    g_autofree char *last = last_date(board->end_date);
    g_autofree char *as_of = board->as_of ? text_of_time(board->as_of) : g_strdup("");
    put(showing, STYLE_TITLE, title);
    fprintf(showing->cli->out, "   %s … %s   ", board->start_date, last);
    put(showing, STYLE_FAINT, say(showing, "截至 ", "as of "));
    put(showing, STYLE_FAINT, as_of);
    fputc('\n', showing->cli->out);
}

static void show_members(const struct showing *showing)
{
    const Beckon__V1__Scoreboard *board = showing->board;
    g_autofree char *added = count_text(board->new_members);
    g_autofree char *open =
        g_strdup_printf("%s %" PRIu32 ", %s %" PRIu32, say(showing, "已激活", "activated"),
                        board->activated_members, say(showing, "还可激活", "still open"),
                        board->activation_open);
    g_autofree char *inherited = count_text(board->inherited_members);
    g_autofree char *handed = g_strdup_printf("+%" PRIu32 " -%" PRIu32, board->handed_over_members,
                                              board->handed_on_members);
    put_section(showing, "会员", "Members");
    put_line(showing, say(showing, "新会员", "new"), STYLE_PLAIN, added, open);
    put_line(showing, say(showing, "推荐带来", "inherited"), STYLE_PLAIN, inherited, "");
    if (board->handed_over_members > 0 || board->handed_on_members > 0)
        put_line(showing, say(showing, "交接", "handed over"), STYLE_PLAIN, handed, "");
}

static void show_rate(const struct showing *showing, const char *label,
                      const Beckon__V1__RepurchaseRate *rate)
{
    if (!rate)
        return;
    g_autofree char *value = rate_text(rate->rate_bp);
    g_autofree char *bar = graph_bar(rate->rate_bp, 10000, BAR_COLUMNS);
    g_autofree char *more = g_strdup_printf("%s  %" PRIu32 " / %" PRIu32, bar, rate->numerator,
                                            rate->denominator);
    put_line(showing, label, STYLE_PLAIN, value, more);
}

static void show_sales(const struct showing *showing)
{
    const Beckon__V1__Scoreboard *board = showing->board;
    int64_t sales[PARTS_MAX], points[PARTS_MAX], cash[PARTS_MAX];
    size_t count = board->n_parts < PARTS_MAX ? board->n_parts : PARTS_MAX;
    for (size_t i = 0; i < count; i++) {
        sales[i] = board->parts[i]->sales_minor;
        points[i] = board->parts[i]->points_earned;
        cash[i] = board->parts[i]->cash_earned_minor;
    }
    g_autofree char *amount = money_text(showing, board->sales_minor);
    g_autofree char *purchases = count_text(board->purchases);
    g_autofree char *earned = count_text(board->points_earned);
    g_autofree char *money = money_text(showing, board->cash_earned_minor);
    g_autofree char *sales_course = graph_spark(sales, count);
    g_autofree char *points_course = graph_spark(points, count);
    g_autofree char *cash_course = graph_spark(cash, count);
    put_section(showing, "业绩", "Sales");
    put_line(showing, say(showing, "销售额", "sales"), style_of(board->sales_minor), amount,
             count > 1 ? sales_course : "");
    put_line(showing, say(showing, "单数", "purchases"), STYLE_PLAIN, purchases, "");
    show_rate(showing, say(showing, "复购率", "repurchase"), board->repurchase);
    show_rate(showing, say(showing, "近12个月复购", "of 12 months"), board->repurchase_12_months);
    put_section(showing, "所得", "Earned");
    put_line(showing, say(showing, "积分", "points"), style_of(board->points_earned), earned,
             count > 1 ? points_course : "");
    put_line(showing, say(showing, "现金", "cash"), style_of(board->cash_earned_minor), money,
             count > 1 ? cash_course : "");
}

char *scoreboard_figure(Beckon__V1__ScoreboardKpi kpi, int64_t value, const char *currency)
{
    if (kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_REPURCHASE_RATE)
        return rate_text(value);
    if (kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES ||
        kpi == BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_CASH_EARNED)
        return money_of(value, currency);
    return count_text(value);
}

static void show_targets(const struct showing *showing)
{
    static const char *const ZH[] = {"", "新会员", "激活会员", "复购率", "销售额", "积分", "现金",
                                     "单数", "推荐带来", "交接来"};
    static const char *const EN[] = {"", "new members", "activated", "repurchase", "sales",
                                     "points", "cash", "purchases", "inherited", "handed over"};
    const Beckon__V1__Scoreboard *board = showing->board;
    if (board->n_targets > 0)
        put_section(showing, "目标", "Targets");
    for (size_t i = 0; i < board->n_targets; i++) {
        const Beckon__V1__Target *target = board->targets[i];
        size_t kpi = (size_t)target->kpi < G_N_ELEMENTS(ZH) ? (size_t)target->kpi : 0;
        bool reached = target->progress_bp >= 10000;
        g_autofree char *progress = rate_text(target->progress_bp);
        g_autofree char *bar = graph_bar(target->progress_bp, 10000, BAR_COLUMNS);
        g_autofree char *now = scoreboard_figure(target->kpi, target->reached, board->currency);
        g_autofree char *wanted = scoreboard_figure(target->kpi, target->value, board->currency);
        g_autofree char *more = g_strdup_printf("%s  %s / %s", bar, now, wanted);
        put_line(showing, say(showing, ZH[kpi], EN[kpi]), reached ? STYLE_GOOD : STYLE_PLAIN,
                 progress, more);
    }
}

static void show_holdings(const struct showing *showing)
{
    const Beckon__V1__Scoreboard *board = showing->board;
    put_section(showing, "现有", "Holdings");
    for (size_t i = 0; i < board->n_holdings; i++) {
        const Beckon__V1__ScoreboardHolding *holding = board->holdings[i];
        bool cash = holding->unit == BECKON__V1__UNIT__UNIT_CASH;
        const struct { const char *zh, *en; int64_t amount; } rows[] = {
            {"待生效", "pending", holding->pending}, {"冻结", "held", holding->held},
            {"结算中", "in settlement", holding->in_settlement},
            {"已结算", "settled", holding->settled}, {"欠", "owed", holding->debt},
        };
        g_autoptr(GString) more = g_string_new(NULL);
        for (size_t k = 0; k < G_N_ELEMENTS(rows); k++) {
            if (rows[k].amount == 0)
                continue;
            g_autofree char *amount =
                cash ? money_text(showing, rows[k].amount) : count_text(rows[k].amount);
            g_string_append_printf(more, "%s%s %s", more->len > 0 ? ", " : "",
                                   say(showing, rows[k].zh, rows[k].en), amount);
        }
        g_autofree char *free_amount =
            cash ? money_text(showing, holding->available) : count_text(holding->available);
        put_line(showing, cash ? say(showing, "可用现金", "free cash")
                               : say(showing, "可用积分", "free points"),
                 style_of(holding->available), free_amount, more->str);
    }
}

static void show_estimate(const struct showing *showing)
{
    const Beckon__V1__ScoreboardEstimate *estimate = showing->board->estimate;
    if (!estimate)
        return;
    g_autofree char *net = money_text(showing, estimate->net_minor);
    const char *sentence = showing->cli->chinese ? estimate->sentence_zh : estimate->sentence_en;
    g_autofree char *clean = table_clean(sentence);
    put_section(showing, "年终预估", "Year's end, estimated");
    put_line(showing, say(showing, "如现在结算", "if settled now"), STYLE_GOOD, net, "");
    fputs("  ", showing->cli->out);
    put(showing, STYLE_FAINT, clean);
    fputc('\n', showing->cli->out);
    for (size_t i = 0; i < estimate->n_bonuses; i++) {
        const Beckon__V1__ScoreboardBonus *bonus = estimate->bonuses[i];
        bool cash = bonus->unit == BECKON__V1__UNIT__UNIT_CASH;
        g_autofree char *amount =
            cash ? money_text(showing, bonus->amount) : count_text(bonus->amount);
        g_autofree char *more =
            g_strdup_printf("%s %s", bonus->period,
                            say(showing, "如周期现在结束", "if its period ended now"));
        put_line(showing, bonus->rule_id, STYLE_PLAIN, amount, more);
    }
}

void scoreboard_show(struct cli *cli, const Beckon__V1__Scoreboard *scoreboard)
{
    struct showing showing = {cli, scoreboard, is_coloured(cli)};
    show_head(&showing);
    show_members(&showing);
    show_sales(&showing);
    show_targets(&showing);
    show_holdings(&showing);
    show_estimate(&showing);
}
