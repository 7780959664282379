/* beckon audit verify: proves an exported trail, without a service.
 *
 * Each entry's hash is made anew of what the file says; each names the hash of the one before; the
 * last is what the first line states, and what somebody kept elsewhere. What does not fit is told
 * with the entry's number. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "clients/cli/audit_file.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/message/csv.h"

const struct option_spec AUDIT_VERIFY_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true, .help = "an export, JSON lines or CSV"},
    {.name = "head", .value = "HASH",
     .help = "the last entry's hash as it was kept elsewhere: without it whoever has the file can "
             "make another that fits in itself"},
    {.name = "after", .value = "HASH",
     .help = "of an export that begins later: the hash of the entry before its first"},
    {.name = NULL},
};
const char *const AUDIT_VERIFY_EXAMPLES[] = {
    "beckon audit verify audit-2026.jsonl --head 5f3a...",
    NULL,
};
const char AUDIT_VERIFY_DETAILS[] =
    "Needs no service. Ends with 4 where something does not fit, and says which entry it is.";

enum { FINDINGS_MAX = 20, LINE_BYTES_MAX = 16 * 1024 };

struct proving {
    struct cli *cli;
    FILE *file;
    struct csv *csv;         /* NULL: JSON lines */
    uint64_t line, findings, entries;
    struct audit_statement statement;
    uint64_t expected;       /* the next entry's number */
    char before[AUDIT_HASH_DIGITS + 1]; /* the hash of the one before; empty: not known */
    uint64_t suspect;        /* says it was changed unless the next one knows its hash; 0: none */
    char suspect_hash[AUDIT_HASH_DIGITS + 1]; /* what comes of what it says */
};

static void found(struct proving *proving, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void found(struct proving *proving, const char *format, ...)
{
    va_list arguments;
    if (++proving->findings > FINDINGS_MAX)
        return;
    va_start(arguments, format);
    vfprintf(proving->cli->out, format, arguments);
    va_end(arguments);
    fputc('\n', proving->cli->out);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A JSON value as the text it stands for; NULL: it stands for none. The caller frees. */
static char *json_text(const json_t *value, enum audit_column_kind kind)
{
    if (kind == AUDIT_IS_TEXT && json_is_string(value) &&
        strlen(json_string_value(value)) == json_string_length(value))
        return g_strdup(json_string_value(value));
    if (kind == AUDIT_IS_NUMBER && json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (kind == AUDIT_IS_FLAG && json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    return NULL;
}

/* The next line as an object; NULL: there is none, *ret_bad: or it is no object. */
static json_t *next_object(struct proving *proving, bool *ret_bad)
{
    char line[LINE_BYTES_MAX];
    *ret_bad = false;
    if (!fgets(line, sizeof line, proving->file))
        return NULL;
    proving->line++;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    *ret_bad = !json_is_object(object);
    if (!*ret_bad)
        return object;
    json_decref(object);
    return NULL;
}

enum next { NEXT_ROW, NEXT_BAD, NEXT_END };

static enum next next_json_row(struct proving *proving, struct audit_row *ret_row)
{
    bool bad;
    json_t *object = next_object(proving, &bad);
    if (!object)
        return bad ? NEXT_BAD : NEXT_END;
    bool whole = json_object_size(object) == AUDIT_COLUMN_COUNT;
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++) {
        const json_t *value = json_object_get(object, AUDIT_COLUMNS[i].name);
        ret_row->texts[i] = value ? json_text(value, AUDIT_COLUMNS[i].kind) : NULL;
        whole = whole && ret_row->texts[i];
    }
    json_decref(object);
    return whole ? NEXT_ROW : NEXT_BAD;
}

static enum next next_csv_row(struct proving *proving, struct audit_row *ret_row)
{
    struct csv_row row;
    enum csv_result result = csv_next(proving->csv, &row);
    if (result == CSV_END)
        return NEXT_END;
    if (result != CSV_FAULT)
        proving->line = row.line;
    if (result != CSV_ROW || row.field_count != AUDIT_COLUMN_COUNT)
        return NEXT_BAD;
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++)
        ret_row->texts[i] = g_strdup(row.fields[i]);
    return NEXT_ROW;
}

/* ---- the first line -------------------------------------------------------------------------- */

static bool read_json_statement(struct proving *proving)
{
    bool bad;
    json_int_t first = 0, last = 0;
    const char *hash = NULL;
    json_t *object = next_object(proving, &bad);
    bool good = object && json_unpack(object, "{s:I, s:I, s:s !}", "first_number", &first,
                                      "last_number", &last, "head_hash", &hash) == 0;
    if (good)
        proving->statement = (struct audit_statement){(uint64_t)first, (uint64_t)last,
                                                      g_strdup(hash)};
    json_decref(object);
    return good;
}

static bool read_csv_statement(struct proving *proving)
{
    char hash[AUDIT_HASH_DIGITS + 1] = "";
    struct csv_row row;
    struct audit_statement *statement = &proving->statement;
    if (csv_next(proving->csv, &row) != CSV_ROW || row.field_count != 1 ||
        sscanf(row.fields[0], "# first_number=%" SCNu64 " last_number=%" SCNu64
               " head_hash=%64[0-9a-f]", &statement->first_number, &statement->last_number,
               hash) != 3)
        return false;
    statement->head_hash = g_strdup(hash);
    if (csv_next(proving->csv, &row) != CSV_ROW || row.field_count != AUDIT_COLUMN_COUNT)
        return false;
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++)
        if (strcmp(row.fields[i], AUDIT_COLUMNS[i].name) != 0)
            return false;
    return true;
}

/* ---- entries --------------------------------------------------------------------------------- */

/* Whether what it said or its own hash was changed, the entry behind it knows. */
static void tell_suspect(struct proving *proving, const char *named)
{
    if (proving->suspect == 0)
        return;
    bool hash = named && strcmp(named, proving->suspect_hash) == 0;
    found(proving, "entry %" PRIu64 ": %s", proving->suspect,
          hash ? "its hash was changed"
               : "it was changed: its hash is not that of what it says");
    proving->suspect = 0;
}

static void prove_row(struct proving *proving, const struct audit_row *row)
{
    g_autoptr(GString) error = g_string_new(NULL);
    char hash[AUDIT_HASH_DIGITS + 1];
    const char *previous = row->texts[AUDIT_PREVIOUS_HASH];
    uint64_t number = g_ascii_strtoull(row->texts[AUDIT_ENTRY_NUMBER], NULL, 10);

    bool had_suspect = proving->suspect != 0;
    tell_suspect(proving, previous);
    proving->entries++;
    if (number != proving->expected) {
        if (number > proving->expected)
            found(proving, "entries %" PRIu64 " to %" PRIu64 " are missing", proving->expected,
                  number - 1);
        else
            found(proving, "entry %" PRIu64 ": it is not where it belongs", number);
        proving->before[0] = '\0';
    }
    if (!audit_row_hash(row, hash, error)) {
        found(proving, "entry %" PRIu64 " (line %" PRIu64 "): %s", number, proving->line,
              error->str);
        proving->before[0] = '\0';
        proving->expected = number + 1;
        return;
    }
    bool follows = proving->before[0] == '\0' || strcmp(previous, proving->before) == 0;
    bool fits = strcmp(hash, row->texts[AUDIT_HASH]) == 0;
    if (!fits && !follows) {
        found(proving, "entry %" PRIu64 ": its previous_hash was changed", number);
    } else if (!fits) {
        proving->suspect = number;
        g_strlcpy(proving->suspect_hash, hash, sizeof proving->suspect_hash);
    } else if (!follows && !had_suspect) {
        found(proving, "entry %" PRIu64 ": it does not follow the one before: one of them was "
              "replaced", number);
    }
    g_strlcpy(proving->before, row->texts[AUDIT_HASH], sizeof proving->before);
    proving->expected = number + 1;
}

static void prove_entries(struct proving *proving)
{
    enum next next;
    do {
        struct audit_row row = {.texts = {NULL}};
        next = proving->csv ? next_csv_row(proving, &row) : next_json_row(proving, &row);
        if (next == NEXT_ROW)
            prove_row(proving, &row);
        else if (next == NEXT_BAD)
            found(proving, "line %" PRIu64 ": it is no entry", proving->line);
        audit_row_clear(&row);
    } while (next != NEXT_END && proving->findings <= FINDINGS_MAX && !ferror(proving->file));
}

static void prove_end(struct proving *proving, const char *kept)
{
    const struct audit_statement *statement = &proving->statement;
    tell_suspect(proving, statement->head_hash);
    if (proving->expected != statement->last_number + 1) {
        if (proving->expected <= statement->last_number)
            found(proving, "entries %" PRIu64 " to %" PRIu64 " are missing at the end",
                  proving->expected, statement->last_number);
        else
            found(proving, "entries behind %" PRIu64 " are not stated in the first line",
                  statement->last_number);
    } else if (proving->before[0] != '\0' && strcmp(proving->before, statement->head_hash) != 0) {
        found(proving, "the first line states another hash of entry %" PRIu64,
              statement->last_number);
    }
    if (kept && g_ascii_strcasecmp(kept, proving->before) != 0)
        found(proving, "the last entry's hash is not the one that was kept");
}

/* ---- the verb -------------------------------------------------------------------------------- */

/* Where a chain begins: with zeros, behind what --after says, or behind something unknown. */
static void begin_chain(struct proving *proving, const char *after)
{
    proving->expected = proving->statement.first_number;
    if (proving->expected == 1)
        memset(proving->before, '0', AUDIT_HASH_DIGITS);
    else if (after)
        g_strlcpy(proving->before, after, sizeof proving->before);
}

static enum cli_exit prove(struct proving *proving, const char *path, const char *kept,
                           const char *after)
{
    int first = getc(proving->file);
    ungetc(first, proving->file);
    if (first == '#')
        proving->csv = csv_new(proving->file);
    bool stated = proving->csv ? read_csv_statement(proving) : read_json_statement(proving);
    if (!stated || proving->statement.first_number == 0) {
        output_complaint(proving->cli, "%s is no export of an audit trail", path);
        return CLI_LOCAL;
    }
    begin_chain(proving, after);
    prove_entries(proving);
    prove_end(proving, kept);
    if (ferror(proving->file)) {
        output_complaint(proving->cli, "%s can't be read: %s", path, g_strerror(errno));
        return CLI_LOCAL;
    }
    if (proving->findings > 0) {
        fprintf(proving->cli->err, "%s  %" PRIu64 " findings\n", path, proving->findings);
        return CLI_DIFFERENCES;
    }
    fprintf(proving->cli->out, "entries %" PRIu64 " to %" PRIu64 " are whole, head %s%s\n",
            proving->statement.first_number, proving->statement.last_number, proving->before,
            kept ? ", as it was kept" : "");
    return CLI_OK;
}

enum cli_exit audit_verify(struct cli *cli, const struct verb *verb, const struct values *values)
{
    const char *path = values_get(values, "FILE");
    struct proving proving = {.cli = cli};
    (void)verb;
    proving.file = fopen(path, "re");
    if (!proving.file) {
        output_complaint(cli, "%s can't be read: %s", path, g_strerror(errno));
        return CLI_LOCAL;
    }
    enum cli_exit end = prove(&proving, path, values_get(values, "head"),
                              values_get(values, "after"));
    if (proving.csv)
        csv_destroy(proving.csv);
    fclose(proving.file);
    g_free(proving.statement.head_hash);
    return end;
}
