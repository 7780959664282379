/* beckon webhook: addresses that are told of events. */
#include "clients/cli/nouns.h"

#include <string.h>
#include <time.h>

#include <glib.h>

#include "beckon/v1/webhook_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/message/message.h"

#define NUMBER {.name = "NUMBER", .argument = true, .required = true, .help = "its number",        \
                .field = "webhook_number"}
#define REQUEST_ID {.name = "request-id", .value = "ID", .field = "request_id",                    \
                    .help = "names this request: repeated, it is answered the same; else random"}

enum {
    TEST_WAIT_MS = 200,
    TEST_WAIT_COUNT = 40 * 1000 / TEST_WAIT_MS, /* what is under way takes 15 s, so does it */
};

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "URL", .argument = true, .required = true, .field = "webhook.url",
     .help = "https://HOST[:PORT]/PATH"},
    {.name = "kind", .value = "KIND", .field = "webhook.kinds",
     .help = "only events of this kind, e.g. purchase-recorded; may be repeated; else all"},
    {.name = "description", .value = "TEXT", .field = "webhook.description",
     .help = "for people, at most 120 bytes"},
    REQUEST_ID,
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon webhook create https://crm.example/beckon --description CRM",
    "beckon webhook create https://sms.example/in --kind member-registered --kind tier-changed",
    NULL,
};

static const char *const LIST_EXAMPLES[] = {
    "beckon webhook list",
    NULL,
};

static const struct option_spec NUMBER_OPTIONS[] = {NUMBER, {.name = NULL}};
static const char *const GET_EXAMPLES[] = {
    "beckon webhook get 1",
    NULL,
};

static const struct option_spec UPDATE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .help = "its number",
     .field = "webhook.webhook_number"},
    {.name = "url", .value = "URL", .field = "webhook.url", .help = "another address"},
    {.name = "kind", .value = "KIND", .field = "webhook.kinds",
     .help = "only events of this kind; may be repeated"},
    {.name = "all-kinds", .help = "events of all kinds"},
    {.name = "description", .value = "TEXT", .field = "webhook.description",
     .help = "for people, at most 120 bytes"},
    {.name = "on", .field = "webhook.enabled", .help = "switches it on"},
    {.name = "off", .help = "switches it off"},
    {.name = "resume", .value = "FROM", .field = "resume",
     .help = "NEWEST: with what happens from now on; EVENT: with --event; else where it stopped"},
    {.name = "event", .value = "N", .field = "resume_event",
     .help = "with --resume EVENT: the first event to be delivered"},
    {.name = NULL},
};
static const char *const UPDATE_EXAMPLES[] = {
    "beckon webhook update 1 --on",
    "beckon webhook update 1 --on --resume NEWEST",
    "beckon webhook update 1 --url https://crm.example/in --all-kinds",
    NULL,
};

static const char *const DELETE_EXAMPLES[] = {
    "beckon webhook delete 1",
    NULL,
};

static const struct option_spec ROTATE_OPTIONS[] = {NUMBER, REQUEST_ID, {.name = NULL}};
static const char *const ROTATE_EXAMPLES[] = {
    "beckon webhook rotate-secret 1",
    NULL,
};

static const char *const TEST_EXAMPLES[] = {
    "beckon webhook test 1",
    NULL,
};

/* ---- update ---------------------------------------------------------------------------------- */

/* Which fields are changed follows from what was given. */
static enum cli_exit name_fields(struct cli *cli, const struct values *values,
                                 ProtobufCMessage *request)
{
    static const struct { const char *option, *field; } FIELDS[] = {
        {"url", "url"}, {"kind", "kinds"}, {"all-kinds", "kinds"}, {"on", "enabled"},
        {"off", "enabled"}, {"description", "description"},
    };
    g_autoptr(GString) error = g_string_new(NULL);
    bool any = values_get(values, "resume") != NULL;

    if ((values_get(values, "on") && values_get(values, "off")) ||
        (values_get(values, "kind") && values_get(values, "all-kinds"))) {
        output_complaint(cli, "--on and --off, or --kind and --all-kinds, contradict each other");
        return CLI_USAGE;
    }
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        if (values_get(values, FIELDS[i].option))
            any |= message_set(request, "update_fields", FIELDS[i].field, error);
    if (any)
        return CLI_OK;
    output_complaint(cli, "nothing to change: give --on, --off, --resume, --url, --kind, "
                          "--all-kinds or --description");
    return CLI_USAGE;
}

static enum cli_exit webhook_update(struct cli *cli, const struct verb *verb,
                                    const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = name_fields(cli, values, request);
    if (end == CLI_OK)
        end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Webhook *webhook = ((Beckon__V1__UpdateWebhookResponse *)reply)->webhook;
    if (webhook)
        output_message(cli, &webhook->base);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

/* ---- test ------------------------------------------------------------------------------------ */

/* Asks until the test is answered; shows what came of it. */
static enum cli_exit await_test(struct cli *cli, uint32_t webhook, uint32_t test)
{
    static const struct verb get = {.service = &beckon__v1__webhook_service__descriptor,
                                    .method = "GetWebhook"};
    static const struct timespec pause = {.tv_nsec = TEST_WAIT_MS * 1000 * 1000};
    Beckon__V1__GetWebhookRequest request = BECKON__V1__GET_WEBHOOK_REQUEST__INIT;

    request.webhook_number = webhook;
    for (unsigned i = 0; i < TEST_WAIT_COUNT; i++) {
        ProtobufCMessage *reply = NULL;
        enum cli_exit end = call_once(cli, &get, &request.base, &reply);
        if (end != CLI_OK)
            return end;
        const Beckon__V1__Webhook *shown = ((Beckon__V1__GetWebhookResponse *)reply)->webhook;
        const Beckon__V1__WebhookTest *last = shown ? shown->last_test : NULL;
        bool answered = last && last->test_number >= test;
        bool good = answered &&
                    last->answer == BECKON__V1__WEBHOOK_ANSWER__WEBHOOK_ANSWER_DELIVERED;
        if (answered)
            output_message(cli, &last->base);
        protobuf_c_message_free_unpacked(reply, NULL);
        if (answered)
            return good ? CLI_OK : CLI_REFUSED;
        nanosleep(&pause, NULL);
    }
    output_complaint(cli, "the test is not answered yet; `beckon webhook get %u` shows it later",
                     webhook);
    return CLI_UNREACHABLE;
}

static enum cli_exit webhook_test(struct cli *cli, const struct verb *verb,
                                  const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = call_once(cli, verb, request, &reply);
    uint32_t number = ((Beckon__V1__TestWebhookRequest *)request)->webhook_number;
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    uint32_t test = ((Beckon__V1__TestWebhookResponse *)reply)->test_number;
    protobuf_c_message_free_unpacked(reply, NULL);
    return await_test(cli, number, test);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Registers an address; its secret is shown now and never again.",
        .details = "Each event is a signed POST of its own, in order, as Standard Webhooks 1.0 "
                   "says: any library for that checks webhook-signature with the secret. What is "
                   "not answered with 200 to 299 is tried again for three days.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "CreateWebhook",
    },
    {
        .name = "list",
        .help = "Lists hooks, how far each is and how it fares.",
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "ListWebhooks",
        .shows = "webhooks",
        .columns = "webhook_number,url,enabled,off,waiting_count,delivered_at,answer,status,"
                   "attempt_count,next_attempt_at",
    },
    {
        .name = "get",
        .help = "Shows a hook.",
        .options = NUMBER_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "GetWebhook",
        .shows = "webhook",
    },
    {
        .name = "update",
        .help = "Changes a hook, switches it on or off, goes on from elsewhere.",
        .options = UPDATE_OPTIONS,
        .examples = UPDATE_EXAMPLES,
        .run = webhook_update,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "UpdateWebhook",
        .shows = "webhook",
    },
    {
        .name = "delete",
        .help = "Forgets a hook for ever.",
        .options = NUMBER_OPTIONS,
        .examples = DELETE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "DeleteWebhook",
        .typed = "NUMBER",
        .loss = "Its secret and how far it was are gone for ever; it hears of nothing any more.",
        .loss_zh = "该回调地址的密钥和进度将被永久删除，不再收到任何事件。",
    },
    {
        .name = "rotate-secret",
        .help = "Makes a new secret, shown now and never again.",
        .details = "For 24 hours messages are signed with both.",
        .options = ROTATE_OPTIONS,
        .examples = ROTATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "RotateWebhookSecret",
    },
    {
        .name = "test",
        .help = "Sends a webhook.test now and shows what came of it.",
        .options = NUMBER_OPTIONS,
        .examples = TEST_EXAMPLES,
        .run = webhook_test,
        .service = &beckon__v1__webhook_service__descriptor,
        .method = "TestWebhook",
    },
};

const struct noun NOUN_WEBHOOK = {
    .name = "webhook",
    .help = "addresses that are told of events",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
