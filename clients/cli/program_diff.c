/* beckon program diff and show: versions as the lines of a charter, and two side by side. */
#include <string.h>

#include "beckon/v1/program_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/program_file.h"
#include "clients/cli/table.h"

/* What a terminal may show of a text that others wrote. */
static void tell(struct cli *cli, const char *mark, const char *text)
{
    g_autofree char *clean = table_clean(text);
    fprintf(cli->out, "%s %s\n", mark, clean);
}

static char *line_path(const struct charter_line *line)
{
    return g_strdup_printf("%s%s%s", line->trail, line->trail[0] != '\0' ? " > " : "", line->key);
}

/* Lines by path; mappings too, so that a rule that comes or goes is told as one. */
static GHashTable *lines_by_path(const GPtrArray *lines)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < lines->len; i++) {
        struct charter_line *line = g_ptr_array_index((GPtrArray *)lines, i);
        g_hash_table_insert(table, line_path(line), line);
    }
    return table;
}

static const char *value_of(const struct charter_line *line)
{
    return line->value ? line->value : "";
}

static char *line_text(const char *path, const struct charter_line *line)
{
    return g_strdup_printf("%s:%s%s", path, line->value ? " " : "", value_of(line));
}

/* Tells lines of `from` that `to` has not, with `mark`; with `changes` also those that it has with
 * another value. Returns how many. */
static size_t tell_lines(struct cli *cli, const char *mark, const GPtrArray *from, GHashTable *to,
                         bool changes)
{
    size_t told = 0;
    for (guint i = 0; i < from->len; i++) {
        const struct charter_line *line = g_ptr_array_index((GPtrArray *)from, i);
        g_autofree char *path = line_path(line);
        const struct charter_line *other = g_hash_table_lookup(to, path);
        g_autofree char *text = NULL;
        if (!other)
            text = line_text(path, line);
        else if (changes && strcmp(value_of(line), value_of(other)) != 0)
            text = g_strdup_printf("%s: %s -> %s", path, value_of(line), value_of(other));
        if (!text)
            continue;
        tell(cli, other ? "~" : mark, text);
        told++;
    }
    return told;
}

/* The ids of rules in their order, which is the order they pay in. */
static char *rule_order(const Beckon__V1__Program *program, GHashTable *other)
{
    GString *order = g_string_new(NULL);
    for (size_t i = 0; i < program->n_rules; i++) {
        g_autofree char *path = g_strdup_printf("rules > %s", program->rules[i]->rule_id);
        if (g_hash_table_contains(other, path))
            g_string_append_printf(order, "%s%s", order->len > 0 ? ", " : "",
                                   program->rules[i]->rule_id);
    }
    return g_string_free(order, FALSE);
}

static size_t tell_differences(struct cli *cli, const Beckon__V1__Program *old,
                               const Beckon__V1__Program *new, const char *currency)
{
    g_autoptr(GPtrArray) before = charter_lines(old, currency);
    g_autoptr(GPtrArray) after = charter_lines(new, currency);
    g_autoptr(GHashTable) before_paths = lines_by_path(before);
    g_autoptr(GHashTable) after_paths = lines_by_path(after);
    size_t told = tell_lines(cli, "-", before, after_paths, true);
    told += tell_lines(cli, "+", after, before_paths, false);
    g_autofree char *old_order = rule_order(old, after_paths);
    g_autofree char *new_order = rule_order(new, before_paths);
    if (strcmp(old_order, new_order) == 0)
        return told;
    g_autofree char *text = g_strdup_printf("order of rules: %s -> %s", old_order, new_order);
    tell(cli, "~", text);
    return told + 1;
}

enum cli_exit program_diff(struct cli *cli, const struct verb *verb, const struct values *values)
{
    struct charter *charter = NULL;
    enum cli_exit end = program_file_read(cli, values_get(values, "FILE"), &charter);
    if (end != CLI_OK)
        return end;
    Beckon__V1__GetProgramRequest request = BECKON__V1__GET_PROGRAM_REQUEST__INIT;
    request.on_date = charter->program->from_date;
    ProtobufCMessage *reply = NULL;
    g_autofree char *currency = NULL;
    end = program_currency(cli, &currency);
    if (end == CLI_OK)
        end = call_once(cli, verb, &request.base, &reply);
    if (end == CLI_OK) {
        const Beckon__V1__Program *old = ((Beckon__V1__GetProgramResponse *)reply)->program;
        if (tell_differences(cli, old, charter->program, currency) > 0)
            end = CLI_REFUSED;
        protobuf_c_message_free_unpacked(reply, NULL);
    }
    charter_free(charter);
    return end;
}

enum cli_exit program_show(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    g_autofree char *currency = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = program_currency(cli, &currency);
    if (end == CLI_OK)
        end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Program *program = ((Beckon__V1__GetProgramResponse *)reply)->program;
    if (program) {
        g_autoptr(GPtrArray) lines = charter_lines(program, currency);
        charter_print(cli->out, lines);
    }
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}
