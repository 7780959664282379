/* beckon program publish: a charter to the service; what it refuses is told at its line. */
#include "beckon/v1/program_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/program_file.h"

/* A refusal where the file says what was refused; else as every command tells it. */
static enum cli_exit tell_refusal(struct cli *cli, const char *path,
                                  const struct charter *charter, const struct channel_error *error)
{
    const struct charter_place *place = charter_place_of(charter, error->field);
    if (place && !cli->json_asked)
        fprintf(cli->err, "%s:%zu:%zu: %s:\n", path, place->line, place->column, place->trail);
    return output_error(cli, error);
}

static enum cli_exit publish(struct cli *cli, const struct verb *verb, const char *path,
                             const struct charter *charter,
                             Beckon__V1__PublishProgramRequest *request)
{
    struct channel *channel = cli_channel(cli, CALL_RETRY_MS);
    if (!channel)
        return CLI_USAGE;
    struct channel_method method;
    channel_method_find(verb->service, verb->method, &method);
    struct channel_error error;
    ProtobufCMessage *reply = NULL;
    request->program = charter->program;
    bool done = channel_call(channel, &method, &request->base, &reply, &error);
    request->program = NULL; /* the charter's */
    if (!done) {
        enum cli_exit end = tell_refusal(cli, path, charter, &error);
        if (!request->validate_only)
            fprintf(cli->err, "  %s --request-id %s\n",
                    cli->chinese ? "可用相同编号重复：" : "to repeat it:", request->request_id);
        return end;
    }
    const Beckon__V1__Program *program = ((Beckon__V1__PublishProgramResponse *)reply)->program;
    if (program)
        output_message(cli, &program->base);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

enum cli_exit program_publish(struct cli *cli, const struct verb *verb,
                              const struct values *values)
{
    const char *path = values_get(values, "FILE");
    struct charter *charter = NULL;
    ProtobufCMessage *request = NULL;
    enum cli_exit end = program_file_read(cli, path, &charter);
    if (end != CLI_OK)
        return end;
    end = request_make(cli, verb, values, &request);
    if (end == CLI_OK) {
        end = publish(cli, verb, path, charter, (Beckon__V1__PublishProgramRequest *)request);
        protobuf_c_message_free_unpacked(request, NULL);
    }
    charter_free(charter);
    return end;
}
