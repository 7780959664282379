/* beckon guide scoreboard and ranking: what is asked, and what goes out where nobody looks. */
#include "clients/cli/scoreboard.h"

#include <inttypes.h>

#include <glib.h>

#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/scoreboard_watch.h"
#include "clients/cli/table.h"

enum cli_exit guide_scoreboard(struct cli *cli, const struct verb *verb,
                               const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;

    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    bool watch = values_get(values, "watch") != NULL;
    end = watch ? scoreboard_watch(cli, (const Beckon__V1__GetScoreboardRequest *)request)
                : call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK || watch)
        return end;
    const Beckon__V1__Scoreboard *scoreboard =
        ((const Beckon__V1__GetScoreboardResponse *)reply)->scoreboard;
    if (scoreboard && cli->json)
        output_json(cli, &scoreboard->base);
    else if (scoreboard)
        scoreboard_show(cli, scoreboard);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

/* ---- ranking --------------------------------------------------------------------------------- */

enum { PAGE_ROWS = 50, COLUMNS = 7 };

static struct table *table_open(struct cli *cli)
{
    static const char *const EN[] = {"rank", "guide", "employee", "name", "shop", "value", ""};
    static const char *const ZH[] = {"名次", "导购", "工号", "姓名", "门店", "数值", ""};
    static const bool right[] = {true, true, false, false, false, true, false};
    return table_new(cli->out, COLUMNS, cli->chinese ? ZH : EN, right);
}

/* What a ranking is by. */
struct ranked {
    Beckon__V1__ScoreboardKpi kpi;
    const char *currency;
};

static void table_row(struct table *table, const struct ranked *ranked,
                      const Beckon__V1__RankingRow *row, const char *note)
{
    g_autofree char *rank = g_strdup_printf("%" PRIu32, row->rank);
    g_autofree char *guide = g_strdup_printf("%" PRIu32, row->guide_number);
    g_autofree char *value = scoreboard_figure(ranked->kpi, row->value, ranked->currency);
    g_autofree char *rate =
        row->denominator > 0
            ? g_strdup_printf("%" PRIu32 " / %" PRIu32 " %s", row->numerator, row->denominator,
                              note)
            : g_strdup(note);
    const char *cells[] = {rank, guide, row->employee_no, row->name, row->shop_id, value, rate};
    table_add(table, cells);
}

static void show_own(struct cli *cli, const struct ranked *ranked,
                     const Beckon__V1__ListRankingResponse *reply)
{
    if (!reply->own)
        return;
    fprintf(cli->out, cli->chinese ? "\n共 %" PRIu32 " 人，第 %" PRIu32 " 名"
                                   : "\n%" PRIu32 " guides, rank %" PRIu32,
            reply->guide_count, reply->own->rank);
    g_autofree char *gap = scoreboard_figure(ranked->kpi, reply->gap, ranked->currency);
    if (reply->gap > 0)
        fprintf(cli->out, cli->chinese ? "，距上一名 %s" : ", %s to the next above", gap);
    fputs("\n", cli->out);
    struct table *table = table_open(cli);
    for (size_t i = 0; i < reply->n_above; i++)
        table_row(table, ranked, reply->above[i], "");
    table_row(table, ranked, reply->own, "◀");
    for (size_t i = 0; i < reply->n_below; i++)
        table_row(table, ranked, reply->below[i], "");
    table_destroy(table);
}

static void show_rows(struct cli *cli, const struct ranked *ranked,
                      const Beckon__V1__ListRankingResponse *reply)
{
    uint32_t own = reply->own ? reply->own->guide_number : 0;
    struct table *table = table_open(cli);
    for (size_t i = 0; i < reply->n_rows; i++)
        table_row(table, ranked, reply->rows[i], reply->rows[i]->guide_number == own ? "◀" : "");
    table_destroy(table);
}

enum cli_exit guide_ranking(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *made = NULL, *reply = NULL;

    enum cli_exit end = request_make(cli, verb, values, &made);
    if (end != CLI_OK)
        return end;
    Beckon__V1__ListRankingRequest *request = (Beckon__V1__ListRankingRequest *)made;
    struct ranked ranked = {.kpi = request->kpi};
    request->page_size = cli->limit > 0 && cli->limit <= 500 ? (int32_t)cli->limit : PAGE_ROWS;
    end = call_once(cli, verb, made, &reply);
    protobuf_c_message_free_unpacked(made, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__ListRankingResponse *ranking =
        (const Beckon__V1__ListRankingResponse *)reply;
    if (cli->json) {
        output_json(cli, reply);
    } else {
        ranked.currency = ranking->currency;
        show_rows(cli, &ranked, ranking);
        show_own(cli, &ranked, ranking);
    }
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}
