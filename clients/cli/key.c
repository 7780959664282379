/* beckon key: the wrapping key, under which everybody's own key is kept. */
#include "clients/cli/nouns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

typedef Beckon__V1__GetKeyStatusResponse key_status;

enum { ASK_AGAIN_MS = 500 };

enum { ROTATE, STATUS, VERB_COUNT };
static const struct verb VERBS[VERB_COUNT];

/* Freed by the caller with protobuf_c_message_free_unpacked. */
static enum cli_exit status_get(struct cli *cli, key_status **ret_status)
{
    Beckon__V1__GetKeyStatusRequest request = BECKON__V1__GET_KEY_STATUS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, &VERBS[STATUS], &request.base, &reply);
    if (end == CLI_OK)
        *ret_status = (key_status *)reply;
    return end;
}

static void pause_ms(unsigned ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

/* Until it ended; shows how it stands then. */
static enum cli_exit wait_for_end(struct cli *cli)
{
    for (;;) {
        key_status *status;
        enum cli_exit end = status_get(cli, &status);
        if (end != CLI_OK)
            return end;
        bool running = status->running;
        if (running && cli->err_is_terminal)
            fprintf(cli->err, "\rwrapped %" PRIu64 " of %" PRIu64, status->rewrapped_count,
                    status->slot_count);
        if (!running && cli->err_is_terminal)
            fprintf(cli->err, "\r\033[K");
        if (!running)
            output_message(cli, &status->base);
        protobuf_c_message_free_unpacked(&status->base, NULL);
        if (!running)
            return CLI_OK;
        pause_ms(ASK_AGAIN_MS);
    }
}

static enum cli_exit rotate(struct cli *cli, const struct verb *verb, const struct values *values)
{
    Beckon__V1__RotateKeysRequest request = BECKON__V1__ROTATE_KEYS_REQUEST__INIT;
    key_status *status;
    enum cli_exit end = status_get(cli, &status);
    if (end != CLI_OK)
        return end;
    /* One that runs already is the one that is meant: a rotation that was asked for twice. */
    request.generation = status->running ? status->from_generation : status->generation;
    protobuf_c_message_free_unpacked(&status->base, NULL);
    ProtobufCMessage *reply = NULL;
    end = call_once(cli, verb, &request.base, &reply);
    if (end != CLI_OK)
        return end;
    bool waits = values_get(values, "wait") != NULL;
    if (!waits)
        output_message(cli, reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return waits ? wait_for_end(cli) : CLI_OK;
}

static const struct option_spec ROTATE_OPTIONS[] = {
    {.name = "wait", .help = "waits until all keys are under the new one"},
    {.name = NULL},
};
static const char *const ROTATE_EXAMPLES[] = {
    "beckon key rotate",
    "beckon key rotate --wait",
    NULL,
};
static const char *const STATUS_EXAMPLES[] = {
    "beckon key status",
    NULL,
};

static const struct verb VERBS[VERB_COUNT] = {
    [ROTATE] = {
        .name = "rotate",
        .help = "Makes a new wrapping key, wraps all keys under it and destroys the old one.",
        .details = "The service serves meanwhile, and goes on after a restart. Keep a copy of "
                   "DATA/wrapping.keys beside that of master.key afterwards: backups need it.",
        .options = ROTATE_OPTIONS,
        .examples = ROTATE_EXAMPLES,
        .run = rotate,
        .service = &beckon__v1__store_service__descriptor,
        .method = "RotateKeys",
        .typed = "rotate",
        .loss = "The wrapping key of today will be destroyed; older backups need its copy.",
        .loss_zh = "当前的包裹密钥将被销毁；旧备份仍需要它的副本。",
    },
    [STATUS] = {
        .name = "status",
        .help = "Shows which wrapping key is in use, and how far a rotation is.",
        .examples = STATUS_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__store_service__descriptor,
        .method = "GetKeyStatus",
    },
};

const struct noun NOUN_KEY = {
    .name = "key",
    .help = "the wrapping key, under which everybody's own key is kept",
    .verbs = VERBS,
    .verb_count = VERB_COUNT,
};
