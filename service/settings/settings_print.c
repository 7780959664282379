#include "service/settings/settings_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 24, HELP_WIDTH = 94, NAME_BYTES = 200, HELP_BYTES = 1024, SAMPLE_WIDTH = 92 };

/* "--tls-key FILE", "--log-level error|warn|info" */
static void flag_text(const struct settings_row *row, char ret_text[NAME_BYTES])
{
    int used = snprintf(ret_text, NAME_BYTES, "--%s", row->name);
    if (row->type == SETTINGS_CHOICE)
        for (unsigned i = 0; row->choices[i] != NULL; i++)
            used += snprintf(ret_text + used, (size_t)(NAME_BYTES - used), "%c%s",
                             i == 0 ? ' ' : '|', row->choices[i]);
    else if (row->type != SETTINGS_FLAG)
        snprintf(ret_text + used, (size_t)(NAME_BYTES - used), " %s", row->value);
}

/* The row's help with its default, whether it may be repeated, and how it is changed. */
static void help_text(const struct settings_row *row, char ret_text[HELP_BYTES])
{
    int used = snprintf(ret_text, HELP_BYTES, "%s", row->help);
    if (row->type == SETTINGS_LIST)
        used += snprintf(ret_text + used, (size_t)(HELP_BYTES - used),
                         "; may be given several times");
    const char *fallback = row->fallback_words != NULL ? row->fallback_words : row->fallback;
    if (fallback != NULL)
        used += snprintf(ret_text + used, (size_t)(HELP_BYTES - used), "; default %s", fallback);
    if (row->reload)
        snprintf(ret_text + used, (size_t)(HELP_BYTES - used), " (reloaded)");
}

/* Prints words from `column` on, each further line behind `begin`. */
static void wrap(const char *text, size_t column, const char *begin, size_t width, FILE *out)
{
    size_t at = column;
    for (const char *word = text; *word != '\0';) {
        size_t size = strcspn(word, " ");
        if (at + size > width && at > column) {
            fprintf(out, "\n%s", begin);
            at = column;
        }
        fprintf(out, "%s%.*s", at > column ? " " : "", (int)size, word);
        at += size + (at > column);
        word += size;
        word += strspn(word, " ");
    }
    fputc('\n', out);
}

static void print_row(const struct settings_row *row, FILE *out)
{
    static const char INDENT[] = "                        ";
    static_assert(sizeof INDENT == HELP_COLUMN + 1, "help begins in its column");
    char flag[NAME_BYTES], help[HELP_BYTES];
    flag_text(row, flag);
    help_text(row, help);
    size_t size = strlen(flag) + 2;
    fprintf(out, "  %s", flag);
    if (size + 1 > HELP_COLUMN)
        fprintf(out, "\n%s", INDENT);
    else
        fprintf(out, "%*s", (int)(HELP_COLUMN - size), "");
    wrap(help, HELP_COLUMN, INDENT, HELP_WIDTH, out);
}

void settings_print_help(const struct settings_program *program, FILE *out)
{
    fprintf(out, "%s %s, %s.\n\nusage: %s", program->name, program->version, program->summary,
            program->usage);
    for (size_t i = 0; i < program->row_count; i++) {
        const struct settings_row *row = &program->rows[i];
        if (row->group != NULL || i == 0)
            fprintf(out, "\n%s%s", row->group != NULL ? row->group : "",
                    row->group != NULL ? ":\n" : "");
        print_row(row, out);
    }
    fprintf(out, "\nA setting NAME may also stand in the environment, %sNAME with capitals and\n"
            "underscores%s. Flags beat the environment%s.\n",
            program->prefix,
            program->config != NULL ? ", or in the file as \"name = value\"" : "",
            program->config != NULL ? ", which beats the file" : "");
    fprintf(out, "\n%s", program->notes);
}

/* Text for roff: nothing of it is taken for a request. */
static void roff(const char *text, FILE *out)
{
    bool line_begins = true;
    for (; *text != '\0'; text++) {
        if (line_begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        line_begins = *text == '\n';
    }
}

static void roff_row(const struct settings_row *row, FILE *out)
{
    char flag[NAME_BYTES], help[HELP_BYTES];
    flag_text(row, flag);
    help_text(row, help);
    fputs(".TP\n.B ", out);
    roff(flag, out);
    fputc('\n', out);
    roff(help, out);
    fputc('\n', out);
}

void settings_print_man(const struct settings_program *program, FILE *out)
{
    fprintf(out, ".TH \"%s\" 8 \"\" \"beckon %s\" \"Beckon\"\n.SH NAME\n%s \\- ", program->name,
            program->version, program->name);
    roff(program->summary, out);
    fputs("\n.SH SYNOPSIS\n.nf\n", out);
    roff(program->usage, out);
    fputs(".fi\n.SH OPTIONS\n", out);
    for (size_t i = 0; i < program->row_count; i++) {
        const struct settings_row *row = &program->rows[i];
        if (row->group != NULL && i > 0)
            fprintf(out, ".SS %s\n", row->group);
        roff_row(row, out);
    }
    fputs(".SH SOURCES\nA setting NAME may also stand in the environment as ", out);
    fprintf(out, "\\fB%sNAME\\fR with capitals and underscores", program->prefix);
    if (program->config != NULL)
        fprintf(out, ", or in the file named by \\fB\\-\\-%s\\fR below \\fB[%s]\\fR as name = "
                "value", program->config, program->name);
    fputs(". Flags beat the environment, which beats the file.\n.SH NOTES\n.nf\n", out);
    roff(program->notes, out);
    fputs(".fi\n", out);
}

void settings_print_sample(const struct settings_program *program, FILE *out)
{
    fprintf(out, "# Settings of %s. Each stands here with its default, commented out. A line that "
            "is\n# not understood keeps %s from starting, and at a reload the old settings stay.\n"
            "# %s --config THIS_FILE --check-config says what is in force.\n[%s]\n",
            program->name, program->name, program->name, program->name);
    for (size_t i = 0; i < program->row_count; i++) {
        const struct settings_row *row = &program->rows[i];
        if (row->flag_only || (program->config != NULL && strcmp(row->name, program->config) == 0))
            continue;
        char help[HELP_BYTES];
        help_text(row, help);
        fputs("\n# ", out);
        wrap(help, 2, "# ", SAMPLE_WIDTH, out);
        const char *value = row->sample != NULL ? row->sample
                            : row->fallback != NULL ? row->fallback
                            : row->type == SETTINGS_FLAG ? "off"
                            : row->type == SETTINGS_CHOICE ? row->choices[0] : row->value;
        fprintf(out, "%s%s = %s\n", row->sample != NULL ? "" : "#", row->name, value);
    }
}

void settings_print_ignored(const struct settings_program *program, char *const *environment,
                            FILE *out)
{
    for (; environment != NULL && *environment != NULL; environment++) {
        bool known = false;
        size_t size = strcspn(*environment, "=");
        if (strncmp(*environment, program->prefix, strlen(program->prefix)) != 0)
            continue;
        for (size_t i = 0; i < program->row_count && !known; i++) {
            char name[SETTINGS_ENVIRONMENT_BYTES];
            settings_environment_name(program, &program->rows[i], name);
            known = !program->rows[i].flag_only && strlen(name) == size
                    && memcmp(name, *environment, size) == 0;
        }
        if (!known)
            fprintf(out, "%.*s in the environment is no setting\n", (int)size, *environment);
    }
}

void settings_print_values(const struct settings_program *program, const void *values,
                           const struct settings_origins *origins, FILE *out)
{
    static const char *const sources[] = {
        [SETTINGS_DEFAULT] = "default", [SETTINGS_FROM_FILE] = "file",
        [SETTINGS_FROM_ENVIRONMENT] = "environment", [SETTINGS_FROM_FLAG] = "flag"};
    for (size_t i = 0; i < program->row_count; i++) {
        const struct settings_row *row = &program->rows[i];
        char text[SETTINGS_TEXT_BYTES_MAX + 1];
        unsigned item = 0;
        for (; !row->flag_only && settings_format(row, values, item, text, sizeof text); item++)
            fprintf(out, "%s = %s\t(%s)\n", row->name, text, sources[origins->source[i]]);
        if (!row->flag_only && item == 0)
            fprintf(out, "%s is not set\n", row->name);
    }
}
