#include "clients/cli/guide_employment.h"

#include <glib.h>

#include "beckon/v1/guide_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/message/message.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

const struct option_spec GUIDE_UPDATE_OPTIONS[] = {
    {.name = "GUIDE", .argument = true, .required = true, .field = "guide.guide_number",
     .help = "the guide's number"},
    {.name = "name", .value = "TEXT", .field = "guide.name", .help = "legal name"},
    {.name = "phone", .value = "PHONE", .field = "guide.phone", .help = "empty: none any more"},
    {.name = "employee-no", .value = "TEXT", .field = "guide.employee_no",
     .help = "at his employer of today"},
    {.name = "document-type", .value = "TEXT", .field = "guide.document_type",
     .help = "of an identity document"},
    {.name = "document-number", .value = "TEXT", .field = "guide.document_number",
     .help = "its number"},
    {.name = NULL},
};
const char *const GUIDE_UPDATE_EXAMPLES[] = {
    "beckon guide update 3 --phone 13800138001",
    NULL,
};

const struct option_spec GUIDE_TRANSFER_OPTIONS[] = {
    {.name = "GUIDE", .argument = true, .required = true, .field = "guide_number",
     .help = "the guide's number"},
    {.name = "shop", .value = "SHOP_ID", .required = true, .field = "shop_id",
     .help = "where he goes"},
    {.name = "from", .value = "DATE", .required = true, .field = "from_date",
     .help = "his first day there"},
    {.name = "employee-no", .value = "TEXT", .field = "employee_no",
     .help = "where the employer is another one; else the present number"},
    {.name = NULL},
};
const char *const GUIDE_TRANSFER_EXAMPLES[] = {
    "beckon guide transfer 3 --shop S02 --from 2026-04-01",
    NULL,
};

const struct option_spec GUIDE_LEAVE_OPTIONS[] = {
    {.name = "GUIDE", .argument = true, .required = true, .field = "guide_number",
     .help = "the guide's number"},
    {.name = "until", .value = "DATE", .required = true, .field = "until_date",
     .help = "the first day he is not employed"},
    {.name = "to", .value = "N", .field = "handover.to_guide_number",
     .help = "who gets his members; else they are handed over later"},
    {.name = "release", .field = "handover.release", .help = "instead of --to: nobody gets them"},
    {.name = "codes", .field = "handover.codes_follow", .help = "with --to: his codes go too"},
    {.name = "reason", .value = "TEXT", .field = "handover.reason",
     .help = "why, with --to or --release"},
    {.name = "request-id", .value = "ID", .field = "handover.request_id",
     .help = "with --to or --release: the same again gets the same answer"},
    {.name = NULL},
};
const char *const GUIDE_LEAVE_EXAMPLES[] = {
    "beckon guide leave 3 --until 2026-04-01",
    "beckon guide leave 3 --until 2026-04-01 --to 5 --codes --reason retires --request-id hr-79",
    NULL,
};

enum cli_exit guide_update(struct cli *cli, const struct verb *verb, const struct values *values)
{
    static const struct { const char *option, *field; } FIELDS[] = {
        {"name", "name"}, {"phone", "phone"}, {"employee-no", "employee_no"},
        {"document-type", "document_type"}, {"document-number", "document_number"},
    };
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    g_autoptr(GString) error = g_string_new(NULL);
    bool any = false;
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        if (values_get(values, FIELDS[i].option))
            any |= message_set(request, "update_fields", FIELDS[i].field, error);
    }
    if (any) {
        end = call_once(cli, verb, request, &reply);
    } else {
        output_complaint(cli, "nothing to change: give --name, --phone, --employee-no, "
                              "--document-type or --document-number");
        end = CLI_USAGE;
    }
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Guide *guide = ((Beckon__V1__UpdateGuideResponse *)reply)->guide;
    if (guide)
        output_message(cli, &guide->base);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}
