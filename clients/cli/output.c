#include "clients/cli/output.h"

#include <stdarg.h>
#include <string.h>

#include <jansson.h>

#include "clients/message/message.h"
#include "clients/cli/table.h"

void output_json(struct cli *cli, const ProtobufCMessage *message)
{
    json_t *json = message_json(message);
    json_dumpf(json, cli->out, JSON_COMPACT);
    fputc('\n', cli->out);
    json_decref(json);
}

static void line_write(struct cli *cli, int width, const char *name, char *cell)
{
    g_autofree char *clean = table_clean(cell);
    fprintf(cli->out, "%-*s  %s\n", width, name, clean);
    g_free(cell);
}

void output_message(struct cli *cli, const ProtobufCMessage *message)
{
    if (cli->json) {
        output_json(cli, message);
        return;
    }
    int width = 0;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        int size = (int)strlen(message->descriptor->fields[i].name);
        width = size > width ? size : width;
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
        if (!list) {
            char *cell = message_cell(message, field);
            if (cell[0] == '\0')
                g_free(cell);
            else
                line_write(cli, width, field->name, cell);
        }
        for (size_t k = 0; list && k < message_count(message, field); k++)
            line_write(cli, width, k == 0 ? field->name : "",
                       message_element_cell(message, field, k));
    }
}

static void error_json(struct cli *cli, const struct channel_error *error, const char *sentence)
{
    json_t *json = json_pack("{s:{s:i,s:s,s:s,s:s,s:s}}", "error", "code", error->code, "reason",
                             error->reason, "field", error->field, "allowed", error->allowed,
                             "message", sentence);
    if (json)
        json_dumpf(json, cli->err, JSON_COMPACT);
    fputc('\n', cli->err);
    json_decref(json);
}

enum cli_exit output_error(struct cli *cli, const struct channel_error *error)
{
    const char *sentence = cli->chinese && error->zh[0] != '\0' ? error->zh : error->en;
    if (cli->json_asked) {
        error_json(cli, error, sentence);
    } else {
        g_autofree char *clean = table_clean(sentence);
        fprintf(cli->err, "beckon: %s\n", clean);
        if (error->field[0] != '\0' && !strstr(sentence, error->field))
            fprintf(cli->err, "  %s %s\n", cli->chinese ? "字段：" : "field:", error->field);
        /* The English sentence says it too; beside a Chinese one it would only be said again. */
        if (error->allowed[0] != '\0' && !strstr(sentence, error->allowed) &&
            !strstr(error->en, error->allowed))
            fprintf(cli->err, "  %s %s\n", cli->chinese ? "允许：" : "allowed:", error->allowed);
        if (error->reason[0] != '\0')
            fprintf(cli->err, "  %s %s\n", cli->chinese ? "原因代码：" : "reason:",
                    error->reason);
        if (error->code == CHANNEL_UNAVAILABLE || error->code == CHANNEL_DEADLINE_EXCEEDED)
            fprintf(cli->err, "  %s %s\n", cli->chinese ? "地址：" : "address:", cli->address);
        /* A fault of the service's: its log has more under this name. */
        if (error->code == CHANNEL_INTERNAL && error->request_id[0] != '\0')
            fprintf(cli->err, "  %s request_id=%s\n", cli->chinese ? "日志：" : "its log:",
                    error->request_id);
    }
    if (error->code == CHANNEL_UNAVAILABLE || error->code == CHANNEL_DEADLINE_EXCEEDED)
        return CLI_UNREACHABLE;
    return CLI_REFUSED;
}

void output_complaint(struct cli *cli, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("beckon: ", cli->err);
    vfprintf(cli->err, format, arguments);
    fputc('\n', cli->err);
    va_end(arguments);
}
