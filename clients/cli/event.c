/* beckon event: what happened, for other systems. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include "beckon/v1/event_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/nouns.h"
#include "clients/cli/output.h"
#include "clients/message/text.h"

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 2000, GONE_MAX_MS = 60000 };

/* ---- watch ----------------------------------------------------------------------------------- */

struct watching {
    struct cli *cli;
    Beckon__V1__WatchEventsRequest *request; /* from_number moves on with what was heard */
    uint64_t shown;
    bool heard;                              /* since the last call */
    bool ended;                              /* nobody reads, or --limit is reached */
};

static void show_party(FILE *out, const char *name, const Beckon__V1__Party *party)
{
    if (!party)
        return;
    g_autofree char *kind = text_of_enum(&beckon__v1__party_kind__descriptor, (int)party->kind);
    fprintf(out, " %s=%s:%" PRIu32, name, kind, party->number);
}

static void show_line(FILE *out, const Beckon__V1__Event *event)
{
    g_autofree char *time =
        event->recorded_at ? text_of_time(event->recorded_at) : g_strdup("");
    fprintf(out, "%8" PRIu64 "  %-24s  %-20s ", event->event_number, time, event->type);
    show_party(out, "party", event->party);
    show_party(out, "other", event->other);
    if (event->shop_id[0] != '\0')
        fprintf(out, " shop=%s", event->shop_id);
    if (event->receipt_number[0] != '\0')
        fprintf(out, " receipt=%s", event->receipt_number);
    if (event->refund_number[0] != '\0')
        fprintf(out, " refund=%s", event->refund_number);
    if (event->amount != 0) {
        g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, (int)event->unit);
        fprintf(out, " %s=%" PRId64, unit, event->amount);
    }
    if (event->object_number != 0)
        fprintf(out, " number=%" PRIu64, event->object_number);
    if (event->text[0] != '\0')
        fprintf(out, " text=%s", event->text);
    if (event->date[0] != '\0')
        fprintf(out, " date=%s", event->date);
    fputs("\n", out);
}

static bool watch_receive(void *context, const ProtobufCMessage *message)
{
    struct watching *watching = context;
    struct cli *cli = watching->cli;
    const Beckon__V1__WatchEventsResponse *response =
        (const Beckon__V1__WatchEventsResponse *)message;
    watching->heard = true;
    for (size_t i = 0; i < response->n_events && !watching->ended; i++) {
        if (cli->json)
            output_json(cli, &response->events[i]->base);
        else
            show_line(cli->out, response->events[i]);
        watching->shown++;
        watching->ended = cli->limit > 0 && watching->shown == cli->limit;
    }
    watching->request->from_number = response->last_number + 1;
    if (fflush(cli->out) != 0)
        watching->ended = true;
    return !watching->ended;
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

/* Once it has been heard, a service that goes away is waited for: nothing is lost, the number is
 * where the next call begins. */
static enum cli_exit watch(struct watching *watching, struct channel *channel,
                           const struct channel_method *method)
{
    bool ever = false;
    for (uint32_t gone_ms = 0, delay_ms = RETRY_FIRST_MS;;) {
        struct channel_error error;
        watching->heard = false;
        bool good = channel_stream(channel, method, &watching->request->base, watch_receive,
                                   watching, &error);
        if (good || watching->ended)
            return CLI_OK;
        ever = ever || watching->heard;
        if (watching->heard)
            gone_ms = 0, delay_ms = RETRY_FIRST_MS;
        if (!ever || !service_is_gone(&error) || gone_ms >= GONE_MAX_MS)
            return output_error(watching->cli, &error);
        wait_ms(delay_ms);
        gone_ms += delay_ms;
        delay_ms = 2 * delay_ms < RETRY_MAX_MS ? 2 * delay_ms : RETRY_MAX_MS;
    }
}

static enum cli_exit event_watch(struct cli *cli, const struct verb *verb,
                                 const struct values *values)
{
    ProtobufCMessage *request = NULL;
    struct channel_method method;

    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    channel_method_find(verb->service, verb->method, &method);
    struct channel *channel = cli_channel(cli, 0);
    struct watching watching = {.cli = cli,
                                .request = (Beckon__V1__WatchEventsRequest *)request};
    end = channel ? watch(&watching, channel, &method) : CLI_USAGE;
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}

/* ---- the verbs ------------------------------------------------------------------------------- */

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "from", .value = "N", .field = "from_number",
     .help = "the first number; else the oldest that is kept"},
    {.name = "kind", .value = "KIND", .field = "kinds",
     .help = "only this, e.g. purchase-recorded; may be repeated"},
    {.name = NULL},
};
static const struct option_spec WATCH_OPTIONS[] = {
    {.name = "from", .value = "N", .field = "from_number",
     .help = "the first number: the last one you have seen plus 1; else what is new from now on"},
    {.name = "kind", .value = "KIND", .field = "kinds",
     .help = "only this, e.g. member-registered; may be repeated"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon event list --limit 20",
    "beckon event list --from 1 --kind member-birthday",
    NULL,
};
static const char *const WATCH_EXAMPLES[] = {
    "beckon event watch",
    "beckon event watch --from 1 --kind purchase-recorded --kind refund-recorded --json",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "list",
        .help = "Lists events, oldest first.",
        .details = "They are kept for 90 days and numbered without gaps.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__event_service__descriptor,
        .method = "ListEvents",
        .shows = "events",
        .columns = "event_number,recorded_at,type,party,shop_id,receipt_number,unit,amount,"
                   "object_number,date",
    },
    {
        .name = "watch",
        .help = "Shows events as they happen, until interrupted.",
        .details = "A line each; with --json, or into a pipe, a line of JSON. --limit ends after "
                   "so many. When the service restarts it goes on where it stopped.",
        .options = WATCH_OPTIONS,
        .examples = WATCH_EXAMPLES,
        .run = event_watch,
        .service = &beckon__v1__event_service__descriptor,
        .method = "WatchEvents",
    },
};

const struct noun NOUN_EVENT = {
    .name = "event",
    .help = "what happened, for other systems",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
