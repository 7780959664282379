#include "clients/cli/man.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/help.h"
#include "clients/cli/nouns.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/pager.h"

/* One line of text; what roff would read as a request or an escape is masked. */
static void line_put(FILE *out, const char *text, size_t size)
{
    if (size > 0 && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < size; i++) {
        switch (text[i]) {
        case '\\': fputs("\\(rs", out); break;
        case '-':  fputs("\\-", out); break;
        case '\'': fputs("\\(aq", out); break;
        case '`':  fputs("\\(ga", out); break;
        case '^':  fputs("\\(ha", out); break;
        case '~':  fputs("\\(ti", out); break;
        default:   fputc(text[i], out);
        }
    }
}

static void put(FILE *out, const char *text)
{
    line_put(out, text, strlen(text));
}

/* Paragraphs; lines that begin with a space keep their layout. */
static void paragraphs(FILE *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool layout = false;
    for (size_t i = 0; lines[i]; i++) {
        if (lines[i][strspn(lines[i], " ")] == '\0') {
            if (!layout && i > 0 && lines[i + 1])
                fputs(".PP\n", out);
            continue;
        }
        if ((lines[i][0] == ' ') != layout) {
            layout = !layout;
            fputs(layout ? ".EX\n" : ".EE\n", out);
        }
        put(out, lines[i]);
        fputc('\n', out);
    }
    if (layout)
        fputs(".EE\n", out);
}

static void begin(FILE *out, const char *name, const char *help)
{
    g_autofree char *upper = g_ascii_strup(name, -1);
    fputs(".\\\" Made by beckon man from its table of commands.\n.TH \"", out);
    put(out, upper);
    fprintf(out, "\" \"1\" \"\" \"beckon %s\" \"Beckon\"\n.SH NAME\n", BECKON_VERSION);
    put(out, name);
    fputs(" \\- ", out);
    put(out, help);
    fputc('\n', out);
}

static void options(FILE *out, const struct verb *verb, const struct option_spec *specs)
{
    for (; specs && specs->name; specs++) {
        g_autofree char *text = help_option_text(verb, specs);
        fputs(specs->argument ? ".TP\n.I " : ".TP\n\\fB", out);
        if (!specs->argument)
            put(out, "--");
        put(out, specs->name);
        if (!specs->argument)
            fputs("\\fR", out);
        if (specs->value) {
            fputs(specs->value_optional ? "[=\\fI" : " \\fI", out);
            put(out, specs->value);
            fputs(specs->value_optional ? "\\fR]" : "\\fR", out);
        }
        fputc('\n', out);
        put(out, text);
        fputc('\n', out);
    }
}

static void synopsis(FILE *out, const struct noun *noun, const struct verb *verb)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        abort();
    help_synopsis(memory, noun, verb);
    fclose(memory);
    g_strchomp(text);
    fputs(".PP\n.B ", out);
    put(out, text);
    fputc('\n', out);
    free(text);
}

static void examples(FILE *out, const char *const *lines)
{
    fputs(".PP\nExamples:\n.PP\n.EX\n", out);
    for (; *lines; lines++) {
        fputs("    ", out);
        put(out, *lines);
        fputc('\n', out);
    }
    fputs(".EE\n", out);
}

static void verb_section(FILE *out, const struct noun *noun, const struct verb *verb)
{
    const struct option_spec *sets[CLI_OPTION_SETS_MAX];
    size_t set_count = options_sets(verb, sets);
    if (verb->name) {
        fputs(".SS ", out);
        put(out, verb->name);
        fputc('\n', out);
    }
    synopsis(out, noun, verb);
    fputs(".PP\n", out);
    paragraphs(out, verb->help);
    if (verb->details) {
        fputs(".PP\n", out);
        paragraphs(out, verb->details);
    }
    for (size_t i = 0; i < set_count; i++) {
        if (sets[i] != GLOBAL_OPTIONS)
            options(out, verb, sets[i]);
    }
    examples(out, verb->examples);
}

static void more(FILE *out, const struct noun *noun)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        abort();
    noun->more(memory);
    fclose(memory);
    fputs(".SH NOTES\n.EX\n", out);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        put(out, lines[i]);
        fputc('\n', out);
    }
    fputs(".EE\n", out);
    free(text);
}

void man_noun(FILE *out, const struct noun *noun)
{
    g_autofree char *name = g_strdup_printf("beckon-%s", noun->name);
    begin(out, name, noun->help);
    fputs(".SH SYNOPSIS\n.B beckon ", out);
    put(out, noun->name);
    fputs(noun->verbs[0].name ? "\n.I VERB\n[ARGUMENT]... [OPTION]...\n" : "\n[OPTION]...\n", out);
    fputs(".SH DESCRIPTION\n", out);
    for (size_t i = 0; i < noun->verb_count; i++)
        verb_section(out, noun, &noun->verbs[i]);
    if (noun->more)
        more(out, noun);
    fputs(".SH SEE ALSO\n.BR beckon (1)\ntells the options of every command, and exit codes.\n",
          out);
}

void man_program(FILE *out)
{
    begin(out, "beckon", "command line of the referral and incentive service Beckon");
    fputs(".SH SYNOPSIS\n.B beckon\n.I NOUN VERB\n[ARGUMENT]... [OPTION]...\n.SH COMMANDS\n", out);
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        fputs(".TP\n.BR beckon\\-", out);
        put(out, NOUNS[i]->name);
        fputs(" (1)\n", out);
        put(out, NOUNS[i]->help);
        fputs(NOUNS[i]->verbs[0].name ? ":\n" : "\n", out);
        for (size_t k = 0; k < NOUNS[i]->verb_count && NOUNS[i]->verbs[k].name; k++) {
            put(out, NOUNS[i]->verbs[k].name);
            fputs(k + 1 < NOUNS[i]->verb_count ? ",\n" : "\n", out);
        }
    }
    fputs(".SH OPTIONS\nOf every command:\n", out);
    options(out, NULL, GLOBAL_OPTIONS);
    for (const struct help_section *section = HELP_SECTIONS; section->title; section++) {
        g_autofree char *upper = g_ascii_strup(section->title, -1);
        fputs(".SH \"", out);
        put(out, upper);
        fputs("\"\n", out);
        paragraphs(out, section->text);
    }
    fputs(".SH SEE ALSO\n.BR beckond (8)\n", out);
}

/* ---- beckon man ------------------------------------------------------------------------------ */

static bool page_write(struct cli *cli, const char *folder, const struct noun *noun)
{
    g_autofree char *name = noun ? g_strdup_printf("beckon-%s.1", noun->name)
                                 : g_strdup("beckon.1");
    g_autofree char *path = g_build_filename(folder, name, NULL);
    FILE *out = fopen(path, "w");
    if (out && noun)
        man_noun(out, noun);
    else if (out)
        man_program(out);
    bool written = out && ferror(out) == 0;
    if (out && fclose(out) != 0)
        written = false;
    if (!written)
        output_complaint(cli, "%s can't be written", path);
    return written;
}

static enum cli_exit pages_write(struct cli *cli, const char *folder)
{
    bool written = page_write(cli, folder, NULL);
    for (size_t i = 0; written && i < NOUN_COUNT; i++)
        written = page_write(cli, folder, NOUNS[i]);
    return written ? CLI_OK : CLI_LOCAL;
}

static enum cli_exit man(struct cli *cli, const struct verb *verb, const struct values *values)
{
    (void)verb;
    const char *name = values_get(values, "NOUN"), *folder = values_get(values, "output");
    const struct noun *noun = name ? noun_find(name) : NULL;
    if (name && !noun) {
        output_complaint(cli, "there is no \"%s\"; beckon --help lists what there is", name);
        return CLI_USAGE;
    }
    if (folder)
        return pages_write(cli, folder);
    g_autofree char *viewer = g_find_program_in_path("man");
    if (viewer)
        pager_open_with(cli, "man -l -");
    if (noun)
        man_noun(cli->out, noun);
    else
        man_program(cli->out);
    return CLI_OK;
}

static const struct option_spec MAN_OPTIONS[] = {
    {.name = "NOUN", .argument = true, .help = "shop, guide ...; else of beckon itself"},
    {.name = "output", .value = "FOLDER", .help = "writes every page into this folder"},
    {.name = NULL},
};
static const char *const MAN_EXAMPLES[] = {
    "beckon man",
    "beckon man shop > beckon-shop.1",
    "beckon man --output /usr/local/share/man/man1",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Shows a manual page on a terminal; elsewhere writes it as roff.",
        .options = MAN_OPTIONS,
        .examples = MAN_EXAMPLES,
        .run = man,
    },
};

const struct noun NOUN_MAN = {
    .name = "man",
    .help = "manual pages of these commands",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
