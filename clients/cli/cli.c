/* From the words of the command line to a verb that runs: noun, verb, options, address, token. */
#include "clients/cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/completion.h"
#include "clients/cli/confirm.h"
#include "clients/cli/help.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/pager.h"
#include "clients/cli/unknown.h"

enum { TOKEN_FILE_BYTES_MAX = 4096, DEADLINE_SECONDS_DEFAULT = 30, DEADLINE_SECONDS_MAX = 3600 };

const struct option_spec GLOBAL_OPTIONS[] = {
    {.name = "address", .value = "ADDRESS",
     .help = "HOST:PORT on loopback or unix:PATH; with --tls-ca any HOST:PORT; else "
             "$BECKON_ADDRESS, else 127.0.0.1:7717"},
    {.name = "tls-ca", .value = "FILE",
     .help = "PEM: who signs the service's certificate; speaks TLS. Else $BECKON_TLS_CA"},
    {.name = "tls-certificate", .value = "FILE",
     .help = "PEM: your certificate, where the service asks for one; else "
             "$BECKON_TLS_CERTIFICATE"},
    {.name = "tls-key", .value = "FILE", .help = "PEM: its key; else $BECKON_TLS_KEY"},
    {.name = "token-file", .value = "FILE",
     .help = "file with the token; else $BECKON_TOKEN_FILE, else the token in $BECKON_TOKEN"},
    {.name = "json", .help = "JSON also on a terminal; errors as JSON"},
    {.name = "limit", .value = "N", .help = "lists: stop after N; else everything"},
    {.name = "deadline", .value = "SECONDS", .help = "wait so long for an answer; else 30"},
    {.name = "help", .help = "this text"},
    {.name = NULL},
};

struct channel *cli_channel(struct cli *cli, uint32_t retry_ms)
{
    if (cli->channel)
        return cli->channel;
    struct channel_options options = {.address = cli->address,
                                      .tls = cli->tls,
                                      .token = cli->token,
                                      .deadline_ms = cli->deadline_ms,
                                      .retry_ms = retry_ms};
    struct channel_error error;
    cli->channel = channel_open(&options, &error);
    if (!cli->channel)
        output_error(cli, &error);
    return cli->channel;
}

/* Reads the token of a file: its first word. */
static char *token_read(struct cli *cli, const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, &error)) {
        output_complaint(cli, "the token file can't be read: %s", error->message);
        return NULL;
    }
    g_strstrip(text);
    if (size > TOKEN_FILE_BYTES_MAX || text[0] == '\0' || strpbrk(text, " \t\r\n")) {
        output_complaint(cli, "%s does not hold one token", path);
        return NULL;
    }
    return g_steal_pointer(&text);
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] != '\0' ? value : NULL;
}

/* What was given, else what the environment says, else NULL. */
static const char *given_or(const struct values *values, const char *option, const char *variable)
{
    const char *value = values_get(values, option);
    return value ? value : environment(variable);
}

static enum cli_exit surroundings(struct cli *cli, const struct values *values, char **ret_token)
{
    const char *address = given_or(values, "address", "BECKON_ADDRESS");
    cli->tls = (struct channel_tls){
        .ca = given_or(values, "tls-ca", "BECKON_TLS_CA"),
        .certificate = given_or(values, "tls-certificate", "BECKON_TLS_CERTIFICATE"),
        .key = given_or(values, "tls-key", "BECKON_TLS_KEY")};
    cli->address = address ? address : "127.0.0.1:7717";
    const char *file = given_or(values, "token-file", "BECKON_TOKEN_FILE");
    if (file) {
        *ret_token = token_read(cli, file);
        if (!*ret_token)
            return CLI_LOCAL;
    } else if (environment("BECKON_TOKEN")) {
        *ret_token = g_strdup(environment("BECKON_TOKEN"));
    }
    cli->token = *ret_token;
    cli->json_asked = values_get(values, "json") != NULL;
    cli->json = cli->json_asked || !cli->out_is_terminal;
    const char *limit = values_get(values, "limit");
    guint64 number = 0;
    if (limit && !g_ascii_string_to_unsigned(limit, 10, 1, UINT32_MAX, &number, NULL)) {
        output_complaint(cli, "--limit must be a whole number from 1");
        return CLI_USAGE;
    }
    cli->limit = number;
    const char *deadline = values_get(values, "deadline");
    number = DEADLINE_SECONDS_DEFAULT;
    if (deadline &&
        !g_ascii_string_to_unsigned(deadline, 10, 1, DEADLINE_SECONDS_MAX, &number, NULL)) {
        output_complaint(cli, "--deadline must be 1 to %d seconds", DEADLINE_SECONDS_MAX);
        return CLI_USAGE;
    }
    cli->deadline_ms = (uint32_t)number * 1000;
    return CLI_OK;
}

static enum cli_exit verb_start(struct cli *cli, const struct noun *noun, const struct verb *verb,
                                int argc, char **argv)
{
    struct values values;
    g_autoptr(GString) error = g_string_new(NULL);
    if (!options_parse(verb, argc, argv, &values, error)) {
        output_complaint(cli, "%s", error->str);
        fputs("Usage: ", cli->err);
        help_synopsis(cli->err, noun, verb);
        return CLI_USAGE;
    }
    if (values_get(&values, "help")) {
        pager_open(cli);
        help_verb(cli, noun, verb);
        pager_close(cli);
        return CLI_OK;
    }
    g_autofree char *token = NULL;
    enum cli_exit end = surroundings(cli, &values, &token);
    if (end == CLI_OK && !confirm(cli, verb, &values))
        end = CLI_USAGE;
    if (end == CLI_OK)
        end = verb->run(cli, verb, &values);
    pager_close(cli);
    channel_close(cli->channel);
    cli->channel = NULL;
    return end;
}

const struct noun *noun_find(const char *name)
{
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        if (strcmp(NOUNS[i]->name, name) == 0)
            return NOUNS[i];
    }
    return NULL;
}

const struct verb *verb_find(const struct noun *noun, const char *name)
{
    for (size_t i = 0; i < noun->verb_count; i++) {
        if (noun->verbs[i].name && strcmp(noun->verbs[i].name, name) == 0)
            return &noun->verbs[i];
    }
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* Shows help that was asked for, paged; or, on standard error, help instead of what was meant. */
static enum cli_exit help_show(struct cli *cli, const struct noun *noun, bool asked)
{
    struct cli shown = *cli;
    if (asked)
        pager_open(&shown);
    else
        shown.out = cli->err;
    if (noun)
        help_noun(&shown, noun);
    else
        help_program(&shown);
    pager_close(&shown);
    return asked ? CLI_OK : CLI_USAGE;
}

enum cli_exit cli_main(struct cli *cli, int argc, char **argv)
{
    if (argc < 2)
        return help_show(cli, NULL, false);
    if (is_help(argv[1]) && argc < 3)
        return help_show(cli, NULL, true);
    if (is_help(argv[1])) { /* beckon help shop create */
        char *words[] = {argv[0], argv[2], argc > 3 ? argv[3] : (char *)"--help",
                         argc > 3 ? (char *)"--help" : NULL, NULL};
        return cli_main(cli, argc > 3 ? 4 : 3, words);
    }
    if (strcmp(argv[1], COMPLETION_WORD) == 0) {
        completion_words(cli->out, argc - 2, argv + 2);
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        fprintf(cli->out, "beckon %s\n", BECKON_VERSION);
        return CLI_OK;
    }
    const struct noun *noun = noun_find(argv[1]);
    if (!noun) {
        unknown_noun(cli, argc, argv);
        return CLI_USAGE;
    }
    if (!noun->verbs[0].name)
        return verb_start(cli, noun, &noun->verbs[0], argc - 1, argv + 1);
    if (argc < 3)
        return help_show(cli, noun, false);
    if (is_help(argv[2]))
        return help_show(cli, noun, true);
    const struct verb *verb = verb_find(noun, argv[2]);
    if (!verb) {
        unknown_verb(cli, noun, argv[2]);
        return CLI_USAGE;
    }
    return verb_start(cli, noun, verb, argc - 2, argv + 2);
}
