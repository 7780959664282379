/* Lists: page after page of a method, as a table, CSV or a line of JSON each.
 *
 * Which fields: --columns, else a table's and a CSV file's are the verb's own, JSON's are all. */
#include <assert.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/pager.h"
#include "clients/cli/suggest.h"
#include "clients/cli/table.h"
#include "clients/message/csv.h"
#include "clients/message/message.h"
#include "google/protobuf/timestamp.pb-c.h"

enum {
    PAGE_SIZE = 500,
    CSV_COLUMNS_MAX = 64,
    MINUTE_BYTES = 16, /* of "2026-01-31T09:30" */
};

const struct option_spec EVERY_LIST_OPTIONS[] = {
    {.name = "columns", .value = "NAMES",
     .help = "these fields in this order, with commas between; \"all\": every field"},
    {.name = "csv", .value = "excel", .value_optional = true, .choices = "excel",
     .help = "CSV (RFC 4180) with a header; --csv=excel begins with a byte-order mark, which "
             "Excel needs to show Chinese. A text that a spreadsheet would compute (it begins "
             "with = + - @ and is no number) gets an apostrophe before it"},
    {.name = NULL},
};

struct listing {
    struct cli *cli;
    const ProtobufCFieldDescriptor *fields[CSV_COLUMNS_MAX];
    char *paths[CSV_COLUMNS_MAX]; /* "line.net_minor"; owned */
    size_t field_count;   /* 0: JSON of everything */
    struct table *table;  /* NULL: JSON or CSV */
};

static const ProtobufCMessageDescriptor *element_type(const struct verb *verb)
{
    const ProtobufCMessageDescriptor *reply =
        protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method)->output;
    const ProtobufCFieldDescriptor *items = message_field(reply, verb->shows);
    assert(items && items->descriptor);
    return items->descriptor;
}

/* Paths go on through single messages only. */
static bool column_add(struct listing *listing, const ProtobufCMessageDescriptor *type,
                       const char *path)
{
    const ProtobufCFieldDescriptor *field = message_field(type, path);
    if (!field || listing->field_count == CSV_COLUMNS_MAX)
        return false;
    for (const char *dot = strchr(path, '.'); dot; dot = strchr(dot + 1, '.')) {
        g_autofree char *begin = g_strndup(path, (size_t)(dot - path));
        if (message_field(type, begin)->label == PROTOBUF_C_LABEL_REPEATED)
            return false;
    }
    listing->paths[listing->field_count] = g_strdup(path);
    listing->fields[listing->field_count++] = field;
    return true;
}

static void column_complain(struct cli *cli, const ProtobufCMessageDescriptor *type,
                            const char *name)
{
    struct suggestion suggestion = {.word = name};
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; i < type->n_fields; i++) {
        suggest_offer(&suggestion, type->fields[i].name);
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", type->fields[i].name);
    }
    if (suggestion.nearest)
        output_complaint(cli, "--columns: there is no \"%s\"; did you mean %s? There are: %s",
                         name, suggestion.nearest, names->str);
    else
        output_complaint(cli, "--columns: there is no \"%s\"; there are: %s", name, names->str);
}

/* The fields to show, before anything is asked: a wrong name costs no call. */
static bool columns_choose(struct listing *listing, const struct verb *verb)
{
    const ProtobufCMessageDescriptor *type = element_type(verb);
    struct cli *cli = listing->cli;
    const char *wanted = cli->columns ? cli->columns : verb->columns;
    if (cli->json && cli->csv == CSV_OFF && !cli->columns)
        return true;
    if (cli->columns && strcmp(wanted, "all") == 0) {
        for (unsigned i = 0; i < type->n_fields; i++)
            column_add(listing, type, type->fields[i].name);
    } else {
        g_auto(GStrv) names = g_strsplit(wanted, ",", -1);
        for (size_t i = 0; names[i]; i++) {
            if (!column_add(listing, type, g_strstrip(names[i]))) {
                column_complain(cli, type, names[i]);
                return false;
            }
        }
    }
    bool tabular = !cli->json && cli->csv == CSV_OFF;
    if (listing->field_count == 0 || (tabular && listing->field_count > TABLE_COLUMNS_MAX)) {
        output_complaint(cli, "--columns: a table has 1 to %d; --json and --csv take more",
                         TABLE_COLUMNS_MAX);
        return false;
    }
    return true;
}

/* Would a spreadsheet compute this text? A number, signed or not, and a phone are harmless. */
static bool is_formula(const char *text)
{
    if (text[0] == '\0' || !strchr("=+-@\t\r", text[0]))
        return false;
    bool sign = text[0] == '+' || text[0] == '-';
    return !sign || text[1] == '\0' || text[1 + strspn(text + 1, "0123456789.")] != '\0';
}

static void csv_line(struct listing *listing, const char *const *cells)
{
    FILE *out = listing->cli->out;
    for (size_t i = 0; i < listing->field_count; i++) {
        g_autofree char *guarded = is_formula(cells[i]) ? g_strconcat("'", cells[i], NULL) : NULL;
        if (i > 0)
            fputc(',', out);
        csv_write_field(out, guarded ? guarded : cells[i]);
    }
    fputs("\r\n", out);
}

/* Titles, with the first page: a refusal shows none. */
static void listing_open(struct listing *listing)
{
    struct cli *cli = listing->cli;
    const char *names[CSV_COLUMNS_MAX];
    bool right[CSV_COLUMNS_MAX];
    for (size_t i = 0; i < listing->field_count; i++) {
        const ProtobufCFieldDescriptor *field = listing->fields[i];
        names[i] = cli->csv == CSV_OFF ? field->name : listing->paths[i];
        right[i] = field->label != PROTOBUF_C_LABEL_REPEATED &&
                   field->type < PROTOBUF_C_TYPE_BOOL;
    }
    if (cli->csv == CSV_EXCEL)
        fputs("\xEF\xBB\xBF", cli->out);
    if (cli->csv != CSV_OFF) {
        csv_line(listing, names);
    } else if (!cli->json) {
        pager_open(cli);
        listing->table = table_new(cli->out, listing->field_count, names, right);
        table_fit(listing->table, cli->width, cli->colour);
    }
}

static void json_line(struct listing *listing, const ProtobufCMessage *message)
{
    if (listing->field_count == 0) {
        output_json(listing->cli, message);
        return;
    }
    json_t *whole = message_json(message), *chosen = json_object();
    for (size_t i = 0; i < listing->field_count; i++) {
        g_auto(GStrv) names = g_strsplit(listing->paths[i], ".", -1);
        json_t *value = whole;
        for (size_t k = 0; names[k]; k++)
            value = json_object_get(value, names[k]);
        if (value)
            json_object_set(chosen, listing->paths[i], value);
    }
    json_dumpf(chosen, listing->cli->out, JSON_COMPACT);
    fputc('\n', listing->cli->out);
    json_decref(chosen);
    json_decref(whole);
}

/* A table shows times to the minute: seconds and less take the room of what is looked for. */
static char *table_cell(const struct listing *listing, const ProtobufCMessage *message, size_t i)
{
    char *cell = message_path_cell(message, listing->paths[i]);
    const ProtobufCFieldDescriptor *field = listing->fields[i];
    bool time = field->descriptor == &google__protobuf__timestamp__descriptor &&
                field->label != PROTOBUF_C_LABEL_REPEATED;
    if (time && strlen(cell) > MINUTE_BYTES) {
        cell[MINUTE_BYTES] = 'Z';
        cell[MINUTE_BYTES + 1] = '\0';
    }
    return cell;
}

static void listing_add(struct listing *listing, const ProtobufCMessage *message)
{
    bool csv = listing->cli->csv != CSV_OFF;
    if (!csv && !listing->table) {
        json_line(listing, message);
        return;
    }
    char *cells[CSV_COLUMNS_MAX];
    for (size_t i = 0; i < listing->field_count; i++)
        cells[i] = csv ? message_path_cell(message, listing->paths[i])
                       : table_cell(listing, message, i);
    if (csv)
        csv_line(listing, (const char *const *)cells);
    else
        table_add(listing->table, (const char *const *)cells);
    for (size_t i = 0; i < listing->field_count; i++)
        g_free(cells[i]);
}

static void listing_close(struct listing *listing)
{
    if (listing->table)
        table_destroy(listing->table);
    for (size_t i = 0; i < listing->field_count; i++)
        g_free(listing->paths[i]);
}

/* Sets page_size and page_token for the next page of at most `left` (0: no bound). */
static void page_ask(ProtobufCMessage *request, uint64_t left, const char *page_token)
{
    g_autoptr(GString) error = g_string_new(NULL);
    g_autofree char *size =
        g_strdup_printf("%u", left > 0 && left < PAGE_SIZE ? (unsigned)left : PAGE_SIZE);
    bool set = message_set(request, "page_size", size, error) &&
               message_set(request, "page_token", page_token, error);
    assert(set);
}

/* Asks for every page and shows it. */
static enum cli_exit pages_show(struct listing *listing, const struct verb *verb,
                                ProtobufCMessage *request)
{
    struct cli *cli = listing->cli;
    g_autofree char *page_token = g_strdup("");
    uint64_t shown = 0;
    bool opened = false;
    do {
        ProtobufCMessage *reply = NULL;
        page_ask(request, cli->limit > 0 ? cli->limit - shown : 0, page_token);
        enum cli_exit end = call_once(cli, verb, request, &reply);
        if (end != CLI_OK)
            return end;
        if (!opened)
            listing_open(listing);
        opened = true;
        size_t count = 0;
        ProtobufCMessage **elements =
            message_elements(reply, message_field(reply->descriptor, verb->shows), &count);
        for (size_t i = 0; i < count; i++, shown++)
            listing_add(listing, elements[i]);
        if (listing->table)
            table_flush(listing->table);
        g_free(page_token);
        page_token = g_strdup(message_string(reply, "next_page_token"));
        protobuf_c_message_free_unpacked(reply, NULL);
    } while (page_token[0] != '\0' && (cli->limit == 0 || shown < cli->limit) &&
             !pager_left(cli));
    if (shown == 0 && listing->table && cli->out_is_terminal)
        fputs(cli->chinese ? "（无）\n" : "(none)\n", cli->out);
    return CLI_OK;
}

enum cli_exit verb_list(struct cli *cli, const struct verb *verb, const struct values *values)
{
    struct listing listing = {.cli = cli};
    const char *csv = values_get(values, "csv");
    cli->columns = values_get(values, "columns");
    cli->csv = !csv ? CSV_OFF : csv[0] == '\0' ? CSV_PLAIN : CSV_EXCEL;
    if (csv && cli->json_asked) {
        output_complaint(cli, "--csv and --json can't both be had");
        return CLI_USAGE;
    }
    ProtobufCMessage *request = NULL;
    enum cli_exit end = columns_choose(&listing, verb) ? CLI_OK : CLI_USAGE;
    if (end == CLI_OK)
        end = request_make(cli, verb, values, &request);
    if (end != CLI_OK) {
        listing_close(&listing);
        return end;
    }
    end = pages_show(&listing, verb, request);
    listing_close(&listing);
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}
