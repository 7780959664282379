/* beckon health: is the service there. */
#include "clients/cli/nouns.h"

#include "clients/cli/call.h"
#include "clients/cli/output.h"

static enum cli_exit health(struct cli *cli, const struct verb *verb,
                            const struct values *values)
{
    (void)verb;
    (void)values;
    struct channel *channel = cli_channel(cli, CALL_RETRY_MS);
    if (!channel)
        return CLI_USAGE;
    bool serving = false;
    struct channel_error error;
    if (!channel_health(channel, "", &serving, &error))
        return output_error(cli, &error);
    const char *word = serving ? "serving" : "not serving";
    if (cli->json)
        fprintf(cli->out, "{\"status\":\"%s\"}\n", serving ? "serving" : "not_serving");
    else
        fprintf(cli->out, "%s at %s\n", word, cli->address);
    return serving ? CLI_OK : CLI_UNREACHABLE;
}

static const char *const HEALTH_EXAMPLES[] = {
    "beckon health",
    "beckon health --address unix:/run/beckon/beckond.sock",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Asks whether the service serves.",
        .details = "Exit code 0: it does. 3: it does not, or is not there.",
        .examples = HEALTH_EXAMPLES,
        .run = health,
    },
};

const struct noun NOUN_HEALTH = {
    .name = "health",
    .help = "is the service there",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
