#include "clients/cli/scoreboard_watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include "clients/cli/output.h"
#include "clients/cli/scoreboard.h"

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 2000, GONE_MAX_MS = 60000 };

struct watching {
    struct cli *cli;
    Beckon__V1__WatchScoreboardRequest request;
    uint8_t token[64];  /* of the last response; the request points here */
    bool heard;         /* since the last call */
    bool output_ended;
};

static bool watch_receive(void *context, const ProtobufCMessage *message)
{
    struct watching *watching = context;
    struct cli *cli = watching->cli;
    const Beckon__V1__WatchScoreboardResponse *response =
        (const Beckon__V1__WatchScoreboardResponse *)message;
    watching->heard = true;
    if (response->resume_token.len <= sizeof watching->token) {
        memcpy(watching->token, response->resume_token.data, response->resume_token.len);
        watching->request.resume_token =
            (ProtobufCBinaryData){response->resume_token.len, watching->token};
    }
    if (response->scoreboard) {
        if (cli->json) {
            output_json(cli, &response->scoreboard->base);
        } else {
            fputs("\033[H\033[J", cli->out); /* from the top, and clear what was below */
            scoreboard_show(cli, response->scoreboard);
        }
    }
    watching->output_ended = fflush(cli->out) != 0;
    return !watching->output_ended;
}

/* Is it worth calling again? */
static bool service_is_gone(const struct channel_error *error)
{
    return error->code == CHANNEL_UNAVAILABLE || error->code == CHANNEL_RESOURCE_EXHAUSTED;
}

static void wait_ms(uint32_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

enum cli_exit scoreboard_watch(struct cli *cli, const Beckon__V1__GetScoreboardRequest *request)
{
    struct watching watching = {.cli = cli, .request = BECKON__V1__WATCH_SCOREBOARD_REQUEST__INIT};
    watching.request.guide_number = request->guide_number;
    watching.request.span = request->span;
    watching.request.date = request->date;
    struct channel_method method;
    channel_method_find(&beckon__v1__scoreboard_service__descriptor, "WatchScoreboard", &method);
    struct channel *channel = cli_channel(cli, 0);
    if (!channel)
        return CLI_USAGE;
    bool ever = false;
    for (uint32_t gone_ms = 0, delay_ms = RETRY_FIRST_MS;;) {
        struct channel_error error;
        watching.heard = false;
        bool good = channel_stream(channel, &method, &watching.request.base, watch_receive,
                                   &watching, &error);
        if (good || watching.output_ended)
            return CLI_OK;
        ever = ever || watching.heard;
        if (watching.heard)
            gone_ms = 0, delay_ms = RETRY_FIRST_MS;
        if (!ever || !service_is_gone(&error) || gone_ms >= GONE_MAX_MS)
            return output_error(cli, &error);
        wait_ms(delay_ms);
        gone_ms += delay_ms;
        delay_ms = 2 * delay_ms < RETRY_MAX_MS ? 2 * delay_ms : RETRY_MAX_MS;
    }
}
