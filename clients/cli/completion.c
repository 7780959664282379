#include "clients/cli/completion.h"

#include <assert.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/completion_scripts.h"
#include "clients/cli/nouns.h"
#include "clients/cli/options.h"
#include "clients/cli/table.h"

enum { HELP_COLUMNS = 70 }; /* a shell shows it beside the word */

/* One word to be completed. */
struct typing {
    FILE *out;
    const char *word;   /* so far */
    const char *before; /* "--format=": stands before every value; "" */
};

static void offer(const struct typing *typing, const char *candidate, const char *help)
{
    if (!g_str_has_prefix(candidate, typing->word))
        return;
    g_auto(GStrv) lines = g_strsplit(help, "\n", 2);
    g_autofree char *cut = table_cut(lines[0] ? lines[0] : "", HELP_COLUMNS);
    fprintf(typing->out, "%s%s\t%s\n", typing->before, candidate, cut);
}

static void offer_nouns(const struct typing *typing)
{
    for (size_t i = 0; i < NOUN_COUNT; i++)
        offer(typing, NOUNS[i]->name, NOUNS[i]->help);
}

static bool names_a_file(const struct option_spec *option)
{
    const char *value = option->argument ? option->name : option->value;
    return value && (strstr(value, "FILE") || strcmp(value, "FOLDER") == 0 ||
                     strcmp(value, "PATH") == 0 || strcmp(value, "BACKUP") == 0);
}

static void offer_values(const struct typing *typing, const struct verb *verb,
                         const struct option_spec *option)
{
    if (names_a_file(option)) {
        fputs(":files\n", typing->out);
        return;
    }
    if (strcmp(option->name, "NOUN") == 0) {
        offer_nouns(typing);
        return;
    }
    g_autofree char *choices = option_choices(verb, option);
    g_auto(GStrv) words = g_strsplit(choices ? choices : "", ", ", -1);
    for (size_t i = 0; words[i]; i++)
        offer(typing, words[i], option->help);
}

static const struct option_spec *option_find(const struct verb *verb, const char *name,
                                             size_t size)
{
    const struct option_spec *sets[CLI_OPTION_SETS_MAX];
    size_t set_count = options_sets(verb, sets);
    for (size_t i = 0; i < set_count; i++) {
        for (const struct option_spec *spec = sets[i]; spec->name; spec++) {
            bool same = strlen(spec->name) == size && memcmp(spec->name, name, size) == 0;
            if (same && !spec->argument)
                return spec;
        }
    }
    return NULL;
}

static void offer_options(const struct typing *typing, const struct verb *verb)
{
    const struct option_spec *sets[CLI_OPTION_SETS_MAX];
    size_t set_count = options_sets(verb, sets);
    for (size_t i = 0; i < set_count; i++) {
        for (const struct option_spec *spec = sets[i]; spec->name; spec++) {
            g_autofree char *dashed = g_strconcat("--", spec->name, NULL);
            if (!spec->argument)
                offer(typing, dashed, spec->help);
        }
    }
}

static const struct option_spec *argument_find(const struct verb *verb, size_t index)
{
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (spec->argument && index-- == 0)
            return spec;
    }
    return NULL;
}

/* Completes the last of a verb's words: an option, an option's value, or an argument. */
static void verb_words(struct typing typing, const struct verb *verb, int count, char *const *words)
{
    const struct option_spec *waiting = NULL; /* for its value */
    size_t arguments = 0;
    bool ended = false; /* after "--" all are arguments */
    for (int i = 0; i + 1 < count; i++) {
        bool dashed = !ended && !waiting && words[i][0] == '-' && words[i][1] != '\0';
        if (dashed && strcmp(words[i], "--") == 0) {
            ended = true;
        } else if (dashed) {
            size_t size = strlen(words[i]) - 1;
            const struct option_spec *option = option_find(verb, words[i] + 2, size - 1);
            waiting = option && option->value && !option->value_optional ? option : NULL;
        } else {
            arguments += waiting ? 0 : 1;
            waiting = NULL;
        }
    }
    const char *equals = strchr(typing.word, '=');
    if (waiting) {
        offer_values(&typing, verb, waiting);
    } else if (!ended && equals && g_str_has_prefix(typing.word, "--")) {
        const struct option_spec *option =
            option_find(verb, typing.word + 2, (size_t)(equals - typing.word) - 2);
        g_autofree char *before = g_strndup(typing.word, (size_t)(equals + 1 - typing.word));
        struct typing value = {.out = typing.out, .word = equals + 1, .before = before};
        if (option && option->value)
            offer_values(&value, verb, option);
    } else if (!ended && typing.word[0] == '-') {
        offer_options(&typing, verb);
    } else {
        const struct option_spec *argument = argument_find(verb, arguments);
        if (argument)
            offer_values(&typing, verb, argument);
    }
}

void completion_words(FILE *out, int count, char *const *words)
{
    if (count < 1)
        return;
    struct typing typing = {.out = out, .word = words[count - 1], .before = ""};
    if (count == 1) {
        offer_nouns(&typing);
        offer(&typing, "--help", "what there is");
        offer(&typing, "--version", "which beckon this is");
        return;
    }
    if (strcmp(words[0], "help") == 0) {
        words++;
        if (--count == 1) {
            offer_nouns(&typing);
            return;
        }
    }
    const struct noun *noun = noun_find(words[0]);
    if (!noun)
        return;
    if (!noun->verbs[0].name) {
        verb_words(typing, &noun->verbs[0], count - 1, words + 1);
        return;
    }
    if (count == 2) {
        for (size_t i = 0; i < noun->verb_count; i++)
            offer(&typing, noun->verbs[i].name, noun->verbs[i].help);
        offer(&typing, "--help", "its verbs");
        return;
    }
    const struct verb *verb = verb_find(noun, words[1]);
    if (verb)
        verb_words(typing, verb, count - 2, words + 2);
}

/* ---- beckon completion ----------------------------------------------------------------------- */

static enum cli_exit completion(struct cli *cli, const struct verb *verb,
                                const struct values *values)
{
    (void)verb;
    for (const struct completion_script *script = COMPLETION_SCRIPTS; script->shell; script++) {
        if (strcmp(script->shell, values_get(values, "SHELL")) != 0)
            continue;
        fputs(script->text, cli->out);
        return CLI_OK;
    }
    assert(false); /* options_parse looks at the choices */
    return CLI_USAGE;
}

static const struct option_spec COMPLETION_OPTIONS[] = {
    {.name = "SHELL", .argument = true, .required = true, .choices = "bash, zsh, fish",
     .help = "for which shell"},
    {.name = NULL},
};
static const char *const COMPLETION_EXAMPLES[] = {
    "beckon completion bash > /etc/bash_completion.d/beckon",
    "beckon completion zsh > /usr/local/share/zsh/site-functions/_beckon",
    "beckon completion fish > ~/.config/fish/completions/beckon.fish",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Writes a shell's function that completes beckon's command lines.",
        .details = "To try it: source <(beckon completion bash). It completes nouns, verbs, "
                   "options, their values and files, and asks beckon itself for them.",
        .options = COMPLETION_OPTIONS,
        .examples = COMPLETION_EXAMPLES,
        .run = completion,
    },
};

const struct noun NOUN_COMPLETION = {
    .name = "completion",
    .help = "completion of these commands in bash, zsh and fish",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
