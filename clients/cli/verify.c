/* beckon verify: proves the ledger on the live service. */
#include "clients/cli/nouns.h"

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/output.h"

struct verification {
    struct cli *cli;
    bool done, clean;
};

static bool verify_receive(void *context, const ProtobufCMessage *message)
{
    struct verification *verification = context;
    struct cli *cli = verification->cli;
    const Beckon__V1__VerifyStoreResponse *report =
        (const Beckon__V1__VerifyStoreResponse *)message;
    if (cli->err_is_terminal)
        fprintf(cli->err, "\rverified %llu entries, %llu accounts",
                (unsigned long long)report->entries, (unsigned long long)report->accounts);
    if (!report->done)
        return true;
    if (cli->err_is_terminal)
        fputc('\n', cli->err);
    verification->done = true;
    verification->clean = report->finding_count == 0;
    output_message(cli, message);
    return true;
}

static enum cli_exit verify(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    struct verification verification = {.cli = cli};
    end = stream_once(cli, verb, request, verify_receive, &verification);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    if (!verification.done) {
        struct channel_error error;
        channel_error_set(&error, CHANNEL_INTERNAL, "The service ended without a result.",
                          "服务未给出结果即结束。");
        return output_error(cli, &error);
    }
    return verification.clean ? CLI_OK : CLI_DIFFERENCES;
}

static const struct option_spec VERIFY_OPTIONS[] = {
    {.name = "merchant", .value = "NUMBER", .field = "merchant_number",
     .help = "which merchant; operators only"},
    {.name = NULL},
};
static const char *const VERIFY_EXAMPLES[] = {
    "beckon verify",
    "beckon verify --merchant 1 --json",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Re-adds the whole ledger and compares everything kept beside it.",
        .details = "Exit code 0: clean. 4: differences were found.",
        .options = VERIFY_OPTIONS,
        .examples = VERIFY_EXAMPLES,
        .run = verify,
        .service = &beckon__v1__store_service__descriptor,
        .method = "VerifyStore",
    },
};

const struct noun NOUN_VERIFY = {
    .name = "verify",
    .help = "proves the ledger on the live service",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
