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

enum { PAGE_SIZE = 500, CSV_COLUMNS_MAX = 64 };

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

static bool column_add(struct listing *listing, const ProtobufCFieldDescriptor *field)
{
    if (listing->field_count == CSV_COLUMNS_MAX)
        return false;
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
            column_add(listing, &type->fields[i]);
    } else {
        g_auto(GStrv) names = g_strsplit(wanted, ",", -1);
        for (size_t i = 0; names[i]; i++) {
            const ProtobufCFieldDescriptor *field =
                protobuf_c_message_descriptor_get_field_by_name(type, g_strstrip(names[i]));
            if (!field || !column_add(listing, field)) {
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
        names[i] = field->name;
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
        json_t *value = json_object_get(whole, listing->fields[i]->name);
        if (value)
            json_object_set(chosen, listing->fields[i]->name, value);
    }
    json_dumpf(chosen, listing->cli->out, JSON_COMPACT);
    fputc('\n', listing->cli->out);
    json_decref(chosen);
    json_decref(whole);
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
        cells[i] = message_cell(message, listing->fields[i]);
    if (csv)
        csv_line(listing, (const char *const *)cells);
    else
        table_add(listing->table, (const char *const *)cells);
    for (size_t i = 0; i < listing->field_count; i++)
        g_free(cells[i]);
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
    if (!columns_choose(&listing, verb))
        return CLI_USAGE;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = pages_show(&listing, verb, request);
    if (listing.table)
        table_destroy(listing.table);
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}
