/* Happy path: options -> request -> channel -> reply -> lines or JSON. */
#include "clients/cli/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include <glib.h>

#include "beckon/v1/common.pb-c.h"
#include "clients/message/message.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/table.h"

enum { PAGE_SIZE = 500, REQUEST_ID_RANDOM_BYTES = 12 };

static const ProtobufCMessageDescriptor *request_type(const struct verb *verb)
{
    return protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method)->input;
}

static enum cli_exit option_apply(struct cli *cli, const struct option_spec *option,
                                  const char *text, ProtobufCMessage *request)
{
    const ProtobufCFieldDescriptor *field = message_field(request->descriptor, option->field);
    assert(field);
    g_autofree char *party = NULL;
    if (field->descriptor == &beckon__v1__party__descriptor) {
        enum cli_exit found = party_look_up(cli, text, &party);
        if (found != CLI_OK)
            return found;
    }
    g_autoptr(GString) error = g_string_new(NULL);
    if (message_set(request, option->field, party ? party : text, error))
        return CLI_OK;
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

/* A list being shown: a table on a terminal, else a line of JSON each. */
struct listing {
    struct cli *cli;
    const ProtobufCFieldDescriptor *fields[TABLE_COLUMNS_MAX];
    size_t field_count;
    struct table *table; /* made with the first page, so that a refusal shows no titles */
};

static void listing_open(struct listing *listing, const ProtobufCMessageDescriptor *type,
                         const char *columns)
{
    g_auto(GStrv) names = g_strsplit(columns, ",", TABLE_COLUMNS_MAX);
    bool right[TABLE_COLUMNS_MAX];
    for (size_t i = 0; names[i]; i++) {
        const ProtobufCFieldDescriptor *field = message_field(type, names[i]);
        assert(field);
        right[i] = field->label != PROTOBUF_C_LABEL_REPEATED &&
                   field->type < PROTOBUF_C_TYPE_BOOL;
        listing->fields[listing->field_count++] = field;
    }
    listing->table =
        table_new(listing->cli->out, listing->field_count, (const char *const *)names, right);
}

static void listing_add(struct listing *listing, const ProtobufCMessage *message)
{
    if (!listing->table) {
        output_json(listing->cli, message);
        return;
    }
    char *cells[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < listing->field_count; i++)
        cells[i] = message_cell(message, listing->fields[i]);
    table_add(listing->table, (const char *const *)cells);
    for (size_t i = 0; i < listing->field_count; i++)
        g_free(cells[i]);
}

/* Sets page_size and page_token for the next page of at most `left` (0: no bound). */
static void page_ask(ProtobufCMessage *request, uint64_t left, const char *page_token)
{
    g_autoptr(GString) error = g_string_new(NULL);
    g_autofree char *size =
        g_strdup_printf("%u", left > 0 && left < PAGE_SIZE ? (unsigned)left : PAGE_SIZE);
    bool set = message_set(request, "page_size", size, error) &&
               message_set(request, "page_token", page_token, error);
    assert(set);
}

enum cli_exit verb_list(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    const ProtobufCMessageDescriptor *reply_type =
        protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method)->output;
    const ProtobufCFieldDescriptor *items = message_field(reply_type, verb->shows);
    assert(items);
    struct listing listing = {.cli = cli};
    g_autofree char *page_token = g_strdup("");
    uint64_t shown = 0;
    do {
        ProtobufCMessage *reply = NULL;
        page_ask(request, cli->limit > 0 ? cli->limit - shown : 0, page_token);
        end = call_once(cli, verb, request, &reply);
        if (end != CLI_OK)
            break;
        if (!cli->json && !listing.table)
            listing_open(&listing, items->descriptor, verb->columns);
        size_t count = 0;
        ProtobufCMessage **elements = message_elements(reply, items, &count);
        for (size_t i = 0; i < count; i++, shown++)
            listing_add(&listing, elements[i]);
        if (listing.table)
            table_flush(listing.table);
        g_free(page_token);
        page_token = g_strdup(message_string(reply, "next_page_token"));
        protobuf_c_message_free_unpacked(reply, NULL);
    } while (page_token[0] != '\0' && (cli->limit == 0 || shown < cli->limit));
    if (listing.table)
        table_destroy(listing.table);
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}
