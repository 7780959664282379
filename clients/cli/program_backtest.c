/* beckon program backtest: what a charter would have cost on recorded history. */
#include <inttypes.h>
#include <string.h>

#include "beckon/v1/explain_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/explain_show.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/program_file.h"
#include "clients/cli/table.h"
#include "clients/message/text.h"

enum { COLUMNS = 9 };

struct trial {
    struct cli *cli;
    struct table *table; /* made with the first rows */
    bool done;
};

static void show_progress(struct cli *cli, const Beckon__V1__BackTestProgramResponse *reply)
{
    if (!cli->err_is_terminal)
        return;
    if (reply->events_total == 0)
        fputs(cli->chinese ? "\r正在读取历史记录" : "\rreading the history", cli->err);
    else
        fprintf(cli->err, cli->chinese ? "\r已回放 %" PRIu64 " / %" PRIu64 " 个事件"
                                       : "\rreplayed %" PRIu64 " of %" PRIu64 " events",
                reply->events_done, reply->events_total);
    if (reply->done)
        fputc('\n', cli->err);
}

static void open_table(struct trial *trial)
{
    static const char *const TITLES_ZH[COLUMNS] = {
        "月份", "规则", "单位", "对象", "草案发放", "草案冲回", "实际发放", "实际冲回", "净差额"};
    static const char *const TITLES_EN[COLUMNS] = {
        "month", "rule", "unit", "for", "draft", "draft reversed", "given", "given reversed",
        "net change"};
    static const bool RIGHT[COLUMNS] = {false, false, false, false, true, true, true, true, true};
    if (!trial->table)
        trial->table = table_new(trial->cli->out, COLUMNS,
                                 trial->cli->chinese ? TITLES_ZH : TITLES_EN, RIGHT);
}

static void add_row(struct trial *trial, const Beckon__V1__BackTestRow *row)
{
    static const Beckon__V1__BackTestSum NOTHING = BECKON__V1__BACK_TEST_SUM__INIT;
    const Beckon__V1__BackTestSum *draft = row->draft ? row->draft : &NOTHING;
    const Beckon__V1__BackTestSum *given = row->recorded ? row->recorded : &NOTHING;
    int64_t amounts[] = {draft->posted, draft->reversed, given->posted, given->reversed,
                         draft->posted - draft->reversed - given->posted + given->reversed};
    g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, (int)row->unit);
    g_autofree char *kind =
        text_of_enum(&beckon__v1__party_kind__descriptor, (int)row->beneficiary);
    const char *cells[COLUMNS] = {row->month, row->rule_id, unit, kind};
    char texts[sizeof amounts / sizeof amounts[0]][24];

    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        snprintf(texts[i], sizeof texts[i], "%" PRId64, amounts[i]);
        cells[4 + i] = texts[i];
    }
    table_add(trial->table, cells);
}

static bool receive(void *context, const ProtobufCMessage *message)
{
    struct trial *trial = context;
    struct cli *cli = trial->cli;
    const Beckon__V1__BackTestProgramResponse *reply =
        (const Beckon__V1__BackTestProgramResponse *)message;

    show_progress(cli, reply);
    if (reply->done)
        trial->done = true;
    if (cli->json) {
        if (reply->n_rows > 0 || reply->done)
            output_json(cli, message);
        return true;
    }
    if (reply->n_rows > 0)
        open_table(trial);
    for (size_t i = 0; i < reply->n_rows; i++)
        add_row(trial, reply->rows[i]);
    if (!reply->done)
        return true;
    if (trial->table)
        table_flush(trial->table);
    else
        fputs(cli->chinese ? "两者都没有发放任何奖励。\n" : "Neither gave anything.\n", cli->out);
    for (size_t i = 0; i < reply->n_notes; i++)
        explain_line(cli, "说明", "note", explain_text(cli, reply->notes[i]));
    return true;
}

/* As stream_once, but what is refused of the draft is told where the file says it. */
static enum cli_exit run(struct cli *cli, const struct verb *verb, const char *path,
                         const struct charter *charter, const ProtobufCMessage *request,
                         struct trial *trial)
{
    struct channel *channel = cli_channel(cli, CALL_RETRY_MS);
    if (!channel)
        return CLI_USAGE;
    struct channel_method method;
    channel_method_find(verb->service, verb->method, &method);
    struct channel_error error;
    if (channel_stream(channel, &method, request, receive, trial, &error))
        return CLI_OK;
    const struct charter_place *place = charter_place_of(charter, error.field);
    if (place && !cli->json_asked)
        fprintf(cli->err, "%s:%zu:%zu: %s:\n", path, place->line, place->column, place->trail);
    return output_error(cli, &error);
}

enum cli_exit program_backtest(struct cli *cli, const struct verb *verb,
                               const struct values *values)
{
    const char *path = values_get(values, "FILE");
    struct trial trial = {.cli = cli};
    struct charter *charter = NULL;
    ProtobufCMessage *request = NULL;
    enum cli_exit end = program_file_read(cli, path, &charter);
    if (end != CLI_OK)
        return end;
    end = request_make(cli, verb, values, &request);
    if (end == CLI_OK) {
        Beckon__V1__BackTestProgramRequest *asked = (Beckon__V1__BackTestProgramRequest *)request;
        asked->draft = charter->program;
        end = run(cli, verb, path, charter, request, &trial);
        asked->draft = NULL; /* the charter's */
        protobuf_c_message_free_unpacked(request, NULL);
    }
    if (trial.table)
        table_destroy(trial.table);
    charter_free(charter);
    if (end != CLI_OK || trial.done)
        return end;
    struct channel_error error;
    channel_error_set(&error, CHANNEL_INTERNAL, "The service ended without a result.",
                      "服务未给出结果即结束。");
    return output_error(cli, &error);
}
