/* beckon import: the driver. The header of import.h tells the way of a row. */
#include "clients/cli/import.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "clients/cli/import_batch.h"
#include "clients/message/message.h"
#include "clients/cli/nouns.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

enum { SHOW_EVERY_US = 200000 };

static const struct import_kind *const KINDS[] = {
    &IMPORT_SHOPS, &IMPORT_GUIDES, &IMPORT_MEMBERS, &IMPORT_PURCHASES,
    &IMPORT_REFUNDS,
};

const char *import_cell(const struct import *import, const char *column)
{
    for (size_t i = 0; import->kind->columns[i].name; i++) {
        if (strcmp(import->kind->columns[i].name, column) == 0)
            return import->positions[i] < 0 ? "" : import->row.fields[import->positions[i]];
    }
    assert(false);
    return "";
}

void import_stop(struct import *import, const struct channel_error *error)
{
    if (import->stopped)
        return;
    if (import->cli->err_is_terminal)
        fputc('\n', import->cli->err);
    import->stopped = true;
    import->end = output_error(import->cli, error);
}

static bool header_stop(struct import *import, const char *what, const char *name)
{
    output_complaint(import->cli, "%s, line 1: %s %s", import->path, what, name);
    fputs("  columns of ", import->cli->err);
    fprintf(import->cli->err, "%s:", import->kind->name);
    for (const struct import_column *column = import->kind->columns; column->name; column++)
        fprintf(import->cli->err, " %s%s", column->name, column->required ? "*" : "");
    fputs("  (* required)\n", import->cli->err);
    import->stopped = true;
    import->end = CLI_LOCAL;
    return false;
}

/* What a rejects file has before the row: it can be corrected and imported as it is. */
static bool column_is_ours(const char *name)
{
    return strcmp(name, "line") == 0 || strcmp(name, "reason") == 0 ||
           strcmp(name, "sentence") == 0;
}

static bool header_read(struct import *import)
{
    struct csv_row row;
    enum csv_result result = csv_next(import->csv, &row);
    if (result != CSV_ROW)
        return header_stop(import, "there is no header line that names the columns",
                           result == CSV_BAD ? row.error : "");
    const struct import_column *columns = import->kind->columns;
    size_t column_count = 0;
    for (; columns[column_count].name; column_count++) {
        assert(column_count < IMPORT_COLUMNS_MAX);
        import->positions[column_count] = -1;
    }
    size_t first_own = 0;
    for (size_t i = 0; i < row.field_count; i++) {
        size_t k = 0;
        while (k < column_count && strcmp(columns[k].name, row.fields[i]) != 0)
            k++;
        if (k < column_count && import->positions[k] >= 0)
            return header_stop(import, "this column is named twice:", row.fields[i]);
        if (k < column_count)
            import->positions[k] = (int)i;
        else if (column_is_ours(row.fields[i]) && i == first_own)
            first_own++;
        else
            return header_stop(import, "there is no column", row.fields[i]);
    }
    for (size_t k = 0; k < column_count; k++) {
        if (columns[k].required && import->positions[k] < 0)
            return header_stop(import, "this column is missing:", columns[k].name);
    }
    import->header_count = row.field_count;
    import->header = g_strndup(row.raw, row.raw_size);
    import->state.line = row.end_line;
    import->state.offset = row.end_offset;
    return true;
}

/* The row's message; NULL: refused, row_reason and row_sentence say why (or import->stopped). */
static ProtobufCMessage *row_message(struct import *import)
{
    g_string_truncate(import->row_sentence, 0);
    import->row_reason = "VALUE_INVALID";
    ProtobufCMessage *message = message_new(batch_row_type(import->kind));
    for (size_t i = 0; import->kind->columns[i].name; i++) {
        const struct import_column *column = &import->kind->columns[i];
        const char *cell = import_cell(import, column->name);
        if (cell[0] == '\0' && column->required) {
            import->row_reason = "FIELD_REQUIRED";
            g_string_assign(import->row_sentence, "is required");
        } else if (cell[0] == '\0' || !column->field ||
                   message_set(message, column->field, cell, import->row_sentence)) {
            continue;
        }
        g_string_prepend_c(import->row_sentence, ' ');
        g_string_prepend(import->row_sentence, column->name);
        g_string_append_c(import->row_sentence, '.');
        protobuf_c_message_free_unpacked(message, NULL);
        return NULL;
    }
    if (!import->kind->complete || import->kind->complete(import, message))
        return message;
    protobuf_c_message_free_unpacked(message, NULL);
    return NULL;
}

static void progress_show(struct import *import, bool last)
{
    gint64 now_us = g_get_monotonic_time();
    if (!import->cli->err_is_terminal || (!last && now_us - import->shown_us < SHOW_EVERY_US))
        return;
    import->shown_us = now_us;
    double seconds = (double)(now_us - import->started_us) / 1e6;
    double rate = seconds > 0 ? (double)(import->state.rows - import->rows_before) / seconds : 0;
    fprintf(import->cli->err, "\r%llu rows, %.0f/s", (unsigned long long)import->state.rows, rate);
    if (import->source_bytes > 0 && import->state.rows > 0) {
        double share = (double)import->state.offset / (double)import->source_bytes;
        double left = (double)import->state.rows * (1 / share - 1);
        unsigned long eta = rate > 0 ? (unsigned long)(left / rate) : 0;
        fprintf(import->cli->err, ", %.0f %%, ETA %lu:%02lu   ", 100 * share, eta / 60, eta % 60);
    }
    if (last)
        fputc('\n', import->cli->err);
}

static void rows_read(struct import *import)
{
    while (!import->stopped) {
        enum csv_result result = csv_next(import->csv, &import->row);
        if (result == CSV_FAULT) {
            output_complaint(import->cli, "%s: %s", import->path, strerror(errno));
            import->stopped = true;
            import->end = CLI_LOCAL;
        }
        if (result == CSV_FAULT || result == CSV_END)
            break;
        if (result == CSV_BAD) {
            batch_add_refused(import, "CSV_INVALID", import->row.error, false);
        } else if (import->row.field_count != import->header_count) {
            g_string_printf(import->row_sentence, "The row has %zu fields, the header %zu.",
                            import->row.field_count, import->header_count);
            batch_add_refused(import, "CSV_INVALID", import->row_sentence->str, false);
        } else {
            ProtobufCMessage *message = row_message(import);
            if (message)
                batch_add(import, message);
            else if (!import->stopped)
                batch_add_refused(import, import->row_reason, import->row_sentence->str, true);
        }
        progress_show(import, false);
    }
}

static void summary_show(const struct import *import)
{
    const struct import_state *state = &import->state;
    double seconds = (double)(g_get_monotonic_time() - import->started_us) / 1e6;
    uint64_t rows = state->rows - import->rows_before;
    double rate = seconds > 0 ? (double)rows / seconds : 0;
    struct cli *cli = import->cli;
    if (cli->json) {
        json_t *json = json_pack(
            "{s:s,s:b,s:I,s:I,s:I,s:I,s:f,s:f,s:I,s:s?}", "kind", import->kind->name, "finished",
            !import->stopped, "rows", (json_int_t)state->rows, "recorded",
            (json_int_t)state->recorded, "known", (json_int_t)state->known, "rejected",
            (json_int_t)state->rejected, "seconds", seconds, "rows_per_s", rate, "resumed_at_line",
            (json_int_t)import->resumed_line, "rejects",
            state->rejected > 0 ? import->rejects_path : NULL);
        json_dumpf(json, cli->out, JSON_COMPACT | JSON_REAL_PRECISION(6));
        fputc('\n', cli->out);
        json_decref(json);
        return;
    }
    fprintf(cli->out, "%s: %llu rows, %llu recorded (now or before), ", import->kind->name,
            (unsigned long long)state->rows, (unsigned long long)state->recorded);
    if (state->known > 0)
        fprintf(cli->out, "%llu known before, ", (unsigned long long)state->known);
    fprintf(cli->out, "%llu rejected, %.1f s, %.0f rows/s\n",
            (unsigned long long)state->rejected, seconds, rate);
    if (import->resumed_line > 0)
        fprintf(cli->out, "went on at line %llu\n", (unsigned long long)import->resumed_line);
    if (state->rejected > 0)
        fprintf(cli->out, "rejected rows: %s\n", import->rejects_path);
    if (import->stopped && import->progress_path)
        fprintf(cli->out, "stopped; the same command goes on at line %llu\n",
                (unsigned long long)state->line);
}

static void import_all(struct import *import, const struct import_options *options)
{
    if (!import_open(import) || !header_read(import) || !import_resume(import, options->restart))
        return;
    rows_read(import);
    import_flush(import);
    progress_show(import, true);
    if (import->stopped)
        import_save(import, true);
    if (!options->quiet)
        summary_show(import);
}

enum cli_exit import_file(struct cli *cli, const struct import_options *options,
                          struct import_state *ret_state)
{
    struct import import = {.cli = cli, .path = options->path};
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (strcmp(KINDS[i]->name, options->kind) == 0)
            import.kind = KINDS[i];
    }
    assert(import.kind);
    import.channel = cli_channel(cli, IMPORT_RETRY_MS);
    if (!import.channel)
        return CLI_USAGE;
    /* One call in flight: rows take effect, and are numbered, in the order of the file. */
    import.window = options->unordered ? IMPORT_WINDOW : 1;
    import.rejects_path = g_strdup(options->rejects);
    import.row_sentence = g_string_new(NULL);
    import.started_us = g_get_monotonic_time();
    g_queue_init(&import.batches);
    import_all(&import, options);
    import_close(&import, true);
    if (import.owner_codes)
        g_hash_table_destroy(import.owner_codes);
    g_string_free(import.row_sentence, TRUE);
    *ret_state = import.state;
    if (import.stopped)
        return import.end;
    return import.state.rejected > 0 ? CLI_REFUSED : CLI_OK;
}

static enum cli_exit import_run(struct cli *cli, const struct verb *verb,
                                const struct values *values)
{
    (void)verb;
    struct import_state state;
    struct import_options options = {.kind = values_get(values, "KIND"),
                                     .path = values_get(values, "FILE"),
                                     .rejects = values_get(values, "rejects"),
                                     .restart = values_get(values, "restart") != NULL,
                                     .unordered = values_get(values, "unordered") != NULL};
    return import_file(cli, &options, &state);
}

#define IMPORT_KINDS "shops, guides, members, purchases, refunds"

static const struct option_spec IMPORT_OPTIONS[] = {
    {.name = "KIND", .argument = true, .required = true, .choices = IMPORT_KINDS,
     .help = "what the rows are"},
    {.name = "FILE", .argument = true, .required = true,
     .help = "CSV in UTF-8, its first line names the columns; - for standard input"},
    {.name = "rejects", .value = "FILE", .help = "refused rows; else FILE.rejects.csv"},
    {.name = "restart", .help = "from the first row, whatever FILE.progress says"},
    {.name = "unordered",
     .help = "several calls in flight: faster, but rows take effect in any order"},
    {.name = NULL},
};
static const char *const IMPORT_EXAMPLES[] = {
    "beckon import shops shops.csv",
    "beckon import members members.csv --json",
    "zcat purchases.csv.gz | beckon import purchases -",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Imports a CSV file; repeated, it goes on where it stopped.",
        .details =
            "Columns (* required):\n"
            "  shops      shop_id*, name, pay_entity, cost_center\n"
            "  guides     employee_no*, name*, phone, shop_id*, from_date*, until_date\n"
            "  members    phone*, consent_policy_version*, name, birthday, gender, shop_id,\n"
            "             occurred_at, code or code_of (guide:EMPLOYEE_NO or member:PHONE),\n"
            "             recommender\n"
            "  purchases  shop_id*, receipt_number*, phone or member_number or code,\n"
            "             amount_minor*, tax_minor, freight_minor, gift_card_minor, points_minor,\n"
            "             lines (AMOUNT[:TAX[:CATEGORY[:ARTICLE]]], ';' between), currency,\n"
            "             occurred_at* (RFC 3339 with its offset)\n"
            "  refunds    shop_id*, refund_number*, purchase_shop_id, receipt_number*,\n"
            "             amount_minor, lines (';' between), occurred_at*\n"
            "Refused rows go to FILE.rejects.csv with line, reason and sentence; corrected, that\n"
            "file can be imported as it is. FILE.progress is kept until the import has finished.\n"
            "Exit code 1: rows were refused.",
        .options = IMPORT_OPTIONS,
        .examples = IMPORT_EXAMPLES,
        .run = import_run,
    },
};

const struct noun NOUN_IMPORT = {
    .name = "import",
    .help = "shops, guides, members, purchases and refunds from CSV files",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
