#include "clients/cli/member_privacy.h"

#include <glib.h>

#include "beckon/v1/privacy_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/output.h"
#include "clients/message/message.h"

const struct option_spec MEMBER_CONSENT_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .field = "member_number",
     .help = "the member's number; members may leave it out"},
    {.name = "version", .value = "VERSION", .field = "policy_version",
     .help = "policy version she agrees to"},
    {.name = "withdraw", .field = "withdraw",
     .help = "she takes her consent back"},
    {.name = NULL},
};
const char *const MEMBER_CONSENT_EXAMPLES[] = {
    "beckon member consent 17 --version v2",
    "beckon member consent 17 --withdraw",
    NULL,
};

const struct option_spec MEMBER_DATA_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .field = "member_number",
     .help = "the member's number; members may leave it out"},
    {.name = NULL},
};
const char *const MEMBER_DATA_EXAMPLES[] = {
    "beckon member data 17 > member-17.jsonl",
    NULL,
};

const struct option_spec MEMBER_ERASE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "member_number",
     .help = "the member's number"},
    {.name = "reason", .value = "REASON", .field = "reason",
     .help = "REQUEST, CONSENT, INACTIVE or UNLAWFUL; admins have to say"},
    {.name = NULL},
};
const char *const MEMBER_ERASE_EXAMPLES[] = {
    "beckon member erase 17 --reason REQUEST",
    "beckon member erase 17 --reason INACTIVE --yes",
    NULL,
};

const struct option_spec GUIDE_ERASE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "guide_number",
     .help = "the guide's number"},
    {.name = "reason", .value = "REASON", .required = true, .field = "reason",
     .help = "REQUEST, CONSENT, INACTIVE or UNLAWFUL"},
    {.name = NULL},
};
const char *const GUIDE_ERASE_EXAMPLES[] = {
    "beckon guide erase 3 --reason REQUEST",
    NULL,
};

const struct option_spec ERASURES_OPTIONS[] = {
    {.name = "kind", .value = "KIND", .field = "kind",
     .help = "MEMBER or GUIDE; else members"},
    {.name = NULL},
};
const char *const MEMBER_ERASURES_EXAMPLES[] = {
    "beckon member erasures",
    "beckon member erasures --kind GUIDE",
    NULL,
};

enum cli_exit member_data(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    g_autoptr(GString) error = g_string_new(NULL);
    bool more = true;

    while (end == CLI_OK && more) {
        end = call_once(cli, verb, request, &reply);
        if (end != CLI_OK)
            break;
        Beckon__V1__GetMemberDataResponse *page = (Beckon__V1__GetMemberDataResponse *)reply;
        more = page->next_page_token[0] != '\0' &&
               message_set(request, "page_token", page->next_page_token, error);
        output_message(cli, reply);
        protobuf_c_message_free_unpacked(reply, NULL);
    }
    if (request)
        protobuf_c_message_free_unpacked(request, NULL);
    return end;
}
