/* Happy path: options -> request -> channel -> reply -> lines or JSON. */
#include "clients/cli/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include <glib.h>

#include "beckon/v1/common.pb-c.h"
#include "clients/message/message.h"
#include "clients/message/text.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/suggest.h"

enum { REQUEST_ID_RANDOM_BYTES = 12 };

static const ProtobufCMessageDescriptor *request_type(const struct verb *verb)
{
    return protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method)->input;
}

/* Turns what names somebody into what the field takes: a party, or a guide's or member's number,
 * which people say as "G01", "guide:G01", "13712345678" or "member:17". NULL: the text as it is. */
static enum cli_exit somebody_look_up(struct cli *cli, const ProtobufCFieldDescriptor *field,
                                      const char *text, char **ret_text)
{
    if (field->descriptor == &beckon__v1__party__descriptor)
        return party_look_up(cli, text, ret_text);
    bool guide = strstr(field->name, "guide_number") != NULL;
    bool member = strstr(field->name, "member_number") != NULL;
    guint64 number = 0;
    if (field->type != PROTOBUF_C_TYPE_UINT32 || (!guide && !member) ||
        g_ascii_string_to_unsigned(text, 10, 0, UINT32_MAX, &number, NULL))
        return CLI_OK;
    g_autofree char *named = strchr(text, ':')
                                 ? g_strdup(text)
                                 : g_strconcat(guide ? "guide:" : "phone:", text, NULL);
    g_autofree char *party = NULL;
    enum cli_exit end = party_look_up(cli, named, &party);
    if (end != CLI_OK)
        return end;
    const char *kind = guide ? "guide:" : "member:";
    if (!g_str_has_prefix(party, kind)) {
        output_complaint(cli, "%s is no %s", text, guide ? "guide" : "member");
        return CLI_USAGE;
    }
    *ret_text = g_strdup(party + strlen(kind));
    return CLI_OK;
}

static enum cli_exit option_apply(struct cli *cli, const struct option_spec *option,
                                  const char *text, ProtobufCMessage *request)
{
    const ProtobufCFieldDescriptor *field = message_field(request->descriptor, option->field);
    assert(field);
    g_autofree char *party = NULL;
    enum cli_exit found = somebody_look_up(cli, field, text, &party);
    if (found != CLI_OK)
        return found;
    g_autoptr(GString) error = g_string_new(NULL);
    if (message_set(request, option->field, party ? party : text, error))
        return CLI_OK;
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        g_autofree char *names = text_enum_names(field->descriptor);
        g_autofree char *nearest = suggest_from_list(text, names);
        if (nearest)
            g_string_append_printf(error, "; did you mean %s?", nearest);
    }
    output_complaint(cli, "%s%s %s", option->argument ? "" : "--", option->name, error->str);
    return CLI_USAGE;
}

static void request_id_draw(ProtobufCMessage *request)
{
    if (!message_field(request->descriptor, "request_id") ||
        message_string(request, "request_id")[0] != '\0')
        return;
    unsigned char bytes[REQUEST_ID_RANDOM_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort();
    g_autoptr(GString) id = g_string_new("cli-");
    for (size_t i = 0; i < sizeof bytes; i++)
        g_string_append_printf(id, "%02x", bytes[i]);
    g_autoptr(GString) error = g_string_new(NULL);
    bool set = message_set(request, "request_id", id->str, error);
    assert(set);
}

enum cli_exit request_make(struct cli *cli, const struct verb *verb, const struct values *values,
                           ProtobufCMessage **ret_request)
{
    ProtobufCMessage *request = message_new(request_type(verb));
    for (size_t i = 0; i < values->count; i++) {
        const struct option_spec *option = values->given[i].option;
        if (!option->field)
            continue;
        const char *text = option->value || option->argument ? values->given[i].text : "true";
        enum cli_exit applied = option_apply(cli, option, text, request);
        if (applied != CLI_OK) {
            protobuf_c_message_free_unpacked(request, NULL);
            return applied;
        }
    }
    request_id_draw(request);
    *ret_request = request;
    return CLI_OK;
}

/* The option or argument that fills the field a refusal names. */
static void option_tell(struct cli *cli, const struct verb *verb, const char *field)
{
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (field[0] == '\0' || !spec->field || strcmp(spec->field, field) != 0)
            continue;
        fprintf(cli->err, "  %s %s%s: %s\n", cli->chinese ? "参数：" : "say:",
                spec->argument ? "" : "--", spec->name, spec->help);
        return;
    }
}

enum cli_exit call_once(struct cli *cli, const struct verb *verb,
                        const ProtobufCMessage *request, ProtobufCMessage **ret_reply)
{
    struct channel *channel = cli_channel(cli, CALL_RETRY_MS);
    if (!channel)
        return CLI_USAGE;
    struct channel_method method;
    channel_method_find(verb->service, verb->method, &method);
    struct channel_error error;
    if (channel_call(channel, &method, request, ret_reply, &error))
        return CLI_OK;
    enum cli_exit told = output_error(cli, &error);
    if (told == CLI_REFUSED && !cli->json_asked)
        option_tell(cli, verb, error.field);
    if (message_field(request->descriptor, "request_id"))
        fprintf(cli->err, "  %s --request-id %s\n",
                cli->chinese ? "可用相同编号重复：" : "to repeat it:",
                message_string(request, "request_id"));
    return told;
}

enum cli_exit stream_once(struct cli *cli, const struct verb *verb,
                          const ProtobufCMessage *request, channel_receive *receive,
                          void *context)
{
    struct channel *channel = cli_channel(cli, CALL_RETRY_MS);
    if (!channel)
        return CLI_USAGE;
    struct channel_method method;
    channel_method_find(verb->service, verb->method, &method);
    struct channel_error error;
    if (channel_stream(channel, &method, request, receive, context, &error))
        return CLI_OK;
    return output_error(cli, &error);
}

enum cli_exit verb_call(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const ProtobufCMessage *shown = reply;
    if (verb->shows) {
        const ProtobufCFieldDescriptor *field = message_field(reply->descriptor, verb->shows);
        assert(field);
        shown = message_sub(reply, field);
    }
    if (shown)
        output_message(cli, shown);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}
