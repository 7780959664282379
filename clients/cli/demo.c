/* beckon demo: nothing there yet? -> the files -> name, charter, then each file as `beckon import`
 * takes it. Cut off, it leaves a part: the merchant then has data, and is refused. */
#include "clients/cli/demo.h"

#include <errno.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/merchant_service.pb-c.h"
#include "beckon/v1/program_service.pb-c.h"
#include "beckon/v1/shop_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/charter.h"
#include "clients/cli/import.h"
#include "clients/cli/nouns.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/program_file.h"
#include "clients/message/message.h"

#define DEMO_CURRENCY "CNY"

static const char *const KINDS[] = {"shops", "guides", "members", "purchases"};
static const char *const FILES[] = {"program.yaml", "shops.csv", "guides.csv", "members.csv",
                                    "purchases.csv"};

/* One page of one element: does the merchant have any? */
static enum cli_exit any_get(struct cli *cli, const struct verb *list, bool *ret_any)
{
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(list->service, list->method);
    ProtobufCMessage *request = message_new(method->input), *reply = NULL;
    g_autoptr(GString) error = g_string_new(NULL);
    enum cli_exit end = message_set(request, "page_size", "1", error)
                            ? call_once(cli, list, request, &reply)
                            : CLI_USAGE;
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    *ret_any = message_count(reply, message_field(reply->descriptor, list->shows)) > 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

/* A demo is never mixed with what is real. */
static enum cli_exit emptiness_check(struct cli *cli)
{
    static const struct verb lists[] = {
        {.service = &beckon__v1__shop_service__descriptor, .method = "ListShops",
         .shows = "shops"},
        {.service = &beckon__v1__guide_service__descriptor, .method = "ListGuides",
         .shows = "guides"},
        {.service = &beckon__v1__member_service__descriptor, .method = "ListMembers",
         .shows = "members"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        bool any = false;
        enum cli_exit end = any_get(cli, &lists[i], &any);
        if (end != CLI_OK)
            return end;
        if (!any)
            continue;
        output_complaint(cli, cli->chinese ? "该商户已有数据（%s），演示数据只能填入空商户"
                                           : "this merchant has data already (%s): the demo fills "
                                             "an empty one only", lists[i].shows);
        return CLI_REFUSED;
    }
    g_autofree char *currency = NULL;
    enum cli_exit end = program_currency(cli, &currency);
    if (end == CLI_OK && strcmp(currency, DEMO_CURRENCY) != 0) {
        output_complaint(cli, "this merchant's currency is %s; the demo is in " DEMO_CURRENCY,
                         currency);
        return CLI_REFUSED;
    }
    return end;
}

static enum cli_exit call_and_forget(struct cli *cli, const struct verb *verb,
                                     const ProtobufCMessage *request)
{
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, verb, request, &reply);
    if (end == CLI_OK)
        protobuf_c_message_free_unpacked(reply, NULL);
    return end;
}

static enum cli_exit merchant_name(struct cli *cli)
{
    static const struct verb update = {.service = &beckon__v1__merchant_service__descriptor,
                                       .method = "UpdateMerchant"};
    Beckon__V1__Merchant merchant = BECKON__V1__MERCHANT__INIT;
    Beckon__V1__UpdateMerchantRequest request = BECKON__V1__UPDATE_MERCHANT_REQUEST__INIT;
    merchant.name = (char *)"Beckon Demo 示范店";
    request.merchant = &merchant;
    return call_and_forget(cli, &update, &request.base);
}

static enum cli_exit charter_publish(struct cli *cli)
{
    static const struct verb publish = {.service = &beckon__v1__program_service__descriptor,
                                        .method = "PublishProgram"};
    Beckon__V1__PublishProgramRequest request = BECKON__V1__PUBLISH_PROGRAM_REQUEST__INIT;
    g_autoptr(GString) errors = g_string_new(NULL);
    struct charter *charter =
        charter_read("demo.yaml", DEMO_CHARTER, strlen(DEMO_CHARTER), errors);
    if (!charter) {
        fputs(errors->str, cli->err);
        return CLI_LOCAL;
    }
    request.program = charter->program;
    request.request_id = (char *)"demo";
    enum cli_exit end = call_and_forget(cli, &publish, &request.base);
    charter_free(charter);
    return end;
}

static enum cli_exit fill(struct cli *cli, const char *folder)
{
    struct import_state states[G_N_ELEMENTS(KINDS)];
    enum cli_exit end = merchant_name(cli);
    if (end == CLI_OK)
        end = charter_publish(cli);
    for (size_t i = 0; end == CLI_OK && i < G_N_ELEMENTS(KINDS); i++) {
        g_autofree char *name = g_strconcat(KINDS[i], ".csv", NULL);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct import_options options = {.kind = KINDS[i], .path = path, .quiet = true};
        end = import_file(cli, &options, &states[i]);
    }
    if (end != CLI_OK)
        return end;
    json_t *json = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++)
        json_object_set_new(json, KINDS[i], json_integer((json_int_t)states[i].recorded));
    if (cli->json)
        json_dumpf(json, cli->out, JSON_COMPACT);
    else
        fprintf(cli->out, "%llu shops, %llu guides, %llu members, %llu purchases of the last 300 "
                "days. Try: beckon guide scoreboard 1",
                (unsigned long long)states[0].recorded, (unsigned long long)states[1].recorded,
                (unsigned long long)states[2].recorded, (unsigned long long)states[3].recorded);
    fputc('\n', cli->out);
    json_decref(json);
    return CLI_OK;
}

static enum cli_exit files_write(struct cli *cli, const char *folder)
{
    if (demo_write(folder, g_get_real_time() / G_USEC_PER_SEC))
        return CLI_OK;
    output_complaint(cli, "%s can't be written: %s", folder, g_strerror(errno));
    return CLI_LOCAL;
}

static void files_remove(const char *folder)
{
    for (size_t i = 0; i < G_N_ELEMENTS(FILES); i++) {
        g_autofree char *path = g_build_filename(folder, FILES[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

static enum cli_exit demo(struct cli *cli, const struct verb *verb, const struct values *values)
{
    (void)verb;
    const char *output = values_get(values, "output");
    if (output)
        return files_write(cli, output);
    enum cli_exit end = emptiness_check(cli);
    if (end != CLI_OK)
        return end;
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("beckon-demo-XXXXXX", &error);
    if (!folder) {
        output_complaint(cli, "%s", error->message);
        return CLI_LOCAL;
    }
    end = files_write(cli, folder);
    if (end == CLI_OK)
        end = fill(cli, folder);
    files_remove(folder);
    return end;
}

static const struct option_spec DEMO_OPTIONS[] = {
    {.name = "output", .value = "FOLDER",
     .help = "only writes the files that would be imported, as patterns for one's own"},
    {.name = NULL},
};
static const char *const DEMO_EXAMPLES[] = {
    "beckon demo",
    "beckon demo --output patterns",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Fills an empty merchant with invented shops, guides, members and purchases.",
        .details = "With an admin's token. A merchant that has shops, guides or members is "
                   "refused; nothing invented can be taken out again.",
        .options = DEMO_OPTIONS,
        .examples = DEMO_EXAMPLES,
        .run = demo,
    },
};

const struct noun NOUN_DEMO = {
    .name = "demo",
    .help = "an invented merchant, to look around in",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
