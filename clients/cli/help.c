#include "clients/cli/help.h"

#include <string.h>

#include <glib.h>

#include "clients/cli/options.h"
#include "clients/cli/pager.h"
#include "clients/cli/wrap.h"

/* Lines longer than this are hard to read, however wide the terminal. */
enum { WIDTH_MOST = 100, WIDTH_ELSEWHERE = 80, LEFT_COLUMNS = 28, NOUN_COLUMNS = 10 };

const struct help_section HELP_SECTIONS[] = {
    {"Output",
     "Lists and objects are tables on a terminal and JSON elsewhere: one object per line. Lists "
     "are CSV with --csv. Amounts are whole minor units (fen) or points everywhere.\n"
     " \n"
     "On a terminal long output goes through $PAGER, else less; PAGER= means none. NO_COLOR=1 "
     "means no colours."},
    {"People",
     "Where a guide's or a member's number is wanted, his employee number and her phone do too: "
     "G01, guide:G01, employee:1001, 13712345678, phone:+85291234567."},
    {"What can't be taken back",
     "is asked for once more: the number or name is typed again. --yes answers beforehand; where "
     "nobody can be asked (standard input or standard error is no terminal) the command is "
     "refused without it."},
    {"Environment",
     "  BECKON_ADDRESS     where the service is\n"
     "  BECKON_TLS_CA, BECKON_TLS_CERTIFICATE, BECKON_TLS_KEY\n"
     "                     as --tls-ca, --tls-certificate, --tls-key\n"
     "  BECKON_TOKEN_FILE  file with the token\n"
     "  BECKON_TOKEN       the token itself\n"
     "  LANG               zh...: errors in Chinese\n"
     "  PAGER, NO_COLOR    as above"},
    {"Exit codes",
     "  0  done\n"
     "  1  the service refused; the sentence says why (import: rows were rejected)\n"
     "  2  the command line is wrong, or what was to be typed was not\n"
     "  3  the service can't be reached, or did not answer in time\n"
     "  4  verify found differences; doctor found something that fails\n"
     "  5  a file on this machine can't be read or written"},
    {"Examples",
     "  beckon doctor\n"
     "  beckon guide list\n"
     "  beckon code create guide:G01 --channel badge\n"
     "  beckon member list --csv --columns member_number,phone > members.csv\n"
     "  beckon purchase record --help\n"
     "  source <(beckon completion bash)"},
    {NULL, NULL},
};

static size_t width_of(const struct cli *cli)
{
    if (cli->width == 0)
        return WIDTH_ELSEWHERE;
    return cli->width < WIDTH_MOST ? cli->width : WIDTH_MOST;
}

static void title(const struct cli *cli, const char *text)
{
    fprintf(cli->out, "\n%s%s:%s\n", colour_begin(cli->colour, COLOUR_TITLE), text,
            colour_end(cli->colour, COLOUR_TITLE));
}

void help_synopsis(FILE *out, const struct noun *noun, const struct verb *verb)
{
    fprintf(out, "beckon %s%s%s", noun->name, verb->name ? " " : "", verb->name ? verb->name : "");
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (spec->argument)
            fprintf(out, spec->required ? " %s" : " [%s]", spec->name);
        else if (spec->required)
            fprintf(out, " --%s %s", spec->name, spec->value);
    }
    fputs(" [OPTION]...\n", out);
}

char *help_option_name(const struct option_spec *option)
{
    if (option->value_optional)
        return g_strdup_printf("--%s[=%s]", option->name, option->value);
    return g_strdup_printf("%s%s%s%s", option->argument ? "" : "--", option->name,
                           option->value ? " " : "", option->value ? option->value : "");
}

/* Does the help's own sentence name every choice already? */
static bool names_all(const char *help, const char *choices)
{
    g_autofree char *lower = g_ascii_strdown(help, -1);
    g_auto(GStrv) words = g_strsplit(choices, ", ", -1);
    for (size_t i = 0; words[i]; i++) {
        if (!strstr(lower, words[i]))
            return false;
    }
    return true;
}

char *help_option_text(const struct verb *verb, const struct option_spec *option)
{
    g_autofree char *choices =
        verb && !option->value_optional ? option_choices(verb, option) : NULL;
    bool shown = choices && !names_all(option->help, choices);
    return g_strdup_printf("%s%s%s%s%s", option->help, shown ? " (one of: " : "",
                           shown ? choices : "", shown ? ")" : "",
                           option->required ? "; required" : "");
}

/* "  left       text that goes on below itself". */
static void entry(const struct cli *cli, const char *left, const char *text, size_t columns)
{
    size_t indent = 2 + columns + 1, used = 2 + strlen(left);
    fprintf(cli->out, "  %s", left);
    if (used + 1 > indent) {
        fputc('\n', cli->out);
        used = 0;
    }
    wrap_write(cli->out, text, used, indent, width_of(cli));
}

static void help_options(const struct cli *cli, const struct verb *verb,
                         const struct option_spec *specs)
{
    for (; specs && specs->name; specs++) {
        g_autofree char *left = help_option_name(specs);
        g_autofree char *text = help_option_text(verb, specs);
        entry(cli, left, text, LEFT_COLUMNS);
    }
}

void help_verb(const struct cli *cli, const struct noun *noun, const struct verb *verb)
{
    const struct option_spec *sets[CLI_OPTION_SETS_MAX];
    size_t set_count = options_sets(verb, sets);
    fputs("Usage: ", cli->out);
    help_synopsis(cli->out, noun, verb);
    fputc('\n', cli->out);
    wrap_write(cli->out, verb->help, 0, 0, width_of(cli));
    if (verb->details)
        wrap_write(cli->out, verb->details, 0, 0, width_of(cli));
    for (size_t i = 0; i < set_count; i++) {
        bool global = sets[i] == GLOBAL_OPTIONS;
        if (global || (i == 0 && sets[i]->name))
            title(cli, global ? "For every command" : "Options");
        help_options(cli, verb, sets[i]);
    }
    title(cli, "Examples");
    for (const char *const *example = verb->examples; *example; example++)
        fprintf(cli->out, "  %s\n", *example);
}

void help_noun(const struct cli *cli, const struct noun *noun)
{
    size_t columns = NOUN_COLUMNS;
    for (size_t i = 0; i < noun->verb_count; i++)
        columns = MAX(columns, strlen(noun->verbs[i].name));
    fprintf(cli->out, "beckon %s: %s\n\n", noun->name, noun->help);
    for (size_t i = 0; i < noun->verb_count; i++)
        entry(cli, noun->verbs[i].name, noun->verbs[i].help, columns);
    fprintf(cli->out, "\nbeckon %s VERB --help tells its options and shows examples.\n",
            noun->name);
    if (noun->more) {
        fputc('\n', cli->out);
        noun->more(cli->out);
    }
}

void help_program(const struct cli *cli)
{
    fputs("Usage: beckon NOUN VERB [ARGUMENT]... [OPTION]...\n\n"
          "Beckon's command line: codes, members, purchases and what they earn.\n\n", cli->out);
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        g_autoptr(GString) text = g_string_new(NOUNS[i]->help);
        for (size_t k = 0; k < NOUNS[i]->verb_count; k++) {
            if (NOUNS[i]->verbs[k].name)
                g_string_append_printf(text, "%s%s", k == 0 ? ": " : ", ",
                                       NOUNS[i]->verbs[k].name);
        }
        entry(cli, NOUNS[i]->name, text->str, NOUN_COLUMNS);
    }
    title(cli, "For every command");
    help_options(cli, NULL, GLOBAL_OPTIONS);
    for (const struct help_section *section = HELP_SECTIONS; section->title; section++) {
        title(cli, section->title);
        wrap_write(cli->out, section->text, 0, 0, width_of(cli));
    }
}
