/* beckon code: referral codes and their QR images. */
#include "clients/cli/nouns.h"

#include <string.h>

#include <glib.h>

#include "beckon/v1/code_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/message/message.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

/* The format a file's name asks for; false: neither .png nor .svg. */
static bool format_of_file(const char *path, Beckon__V1__ImageFormat *ret_format)
{
    if (g_str_has_suffix(path, ".png"))
        *ret_format = BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_PNG;
    else if (g_str_has_suffix(path, ".svg"))
        *ret_format = BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_SVG;
    else
        return false;
    return true;
}

static enum cli_exit format_choose(struct cli *cli, const struct values *values,
                                   Beckon__V1__RenderCodeRequest *request)
{
    const char *path = values_get(values, "output");
    const char *format = values_get(values, "format");
    if (path && !format && !format_of_file(path, &request->format)) {
        output_complaint(cli, "--output must end with .png or .svg, or --format must say which");
        return CLI_USAGE;
    }
    if (!path && !format)
        request->format = BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_TERMINAL;
    if (!path && cli->out_is_terminal && !cli->json_asked &&
        request->format == BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_PNG) {
        output_complaint(cli, "a PNG is no text for a terminal: give --output FILE.png");
        return CLI_USAGE;
    }
    return CLI_OK;
}

static enum cli_exit image_write(struct cli *cli, const char *path,
                                 const Beckon__V1__RenderCodeResponse *image)
{
    g_autoptr(GError) error = NULL;
    if (path && !g_file_set_contents(path, (const char *)image->image.data,
                                     (gssize)image->image.len, &error)) {
        output_complaint(cli, "the image can't be written: %s", error->message);
        return CLI_LOCAL;
    }
    if (path)
        fprintf(cli->err, "%s  %s\n", path, image->link);
    else if (cli->json_asked)
        output_json(cli, &image->base);
    else
        fwrite(image->image.data, 1, image->image.len, cli->out);
    if (!path && cli->out_is_terminal && !cli->json_asked)
        fprintf(cli->out, "%s\n", image->link);
    return CLI_OK;
}

static enum cli_exit code_render(struct cli *cli, const struct verb *verb,
                                 const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = format_choose(cli, values, (Beckon__V1__RenderCodeRequest *)request);
    if (end == CLI_OK)
        end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    end = image_write(cli, values_get(values, "output"), (Beckon__V1__RenderCodeResponse *)reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return end;
}

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "OWNER", .argument = true, .required = true, .field = "code.owner",
     .help = "guide:EMPLOYEE_NO, guide:NUMBER, member:NUMBER, phone:PHONE, shop:ID"},
    {.name = "channel", .value = "CHANNEL", .field = "code.channel",
     .help = "where it is shown"},
    {.name = "campaign", .value = "TEXT", .field = "code.campaign",
     .help = "at most 40 bytes"},
    {.name = "starts-at", .value = "TIME", .field = "code.starts_at",
     .help = "RFC 3339; else at once"},
    {.name = "ends-at", .value = "TIME", .field = "code.ends_at",
     .help = "RFC 3339; else no end"},
    {.name = "usage-limit", .value = "N", .field = "code.usage_limit",
     .help = "registrations it is good for; else any number"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon code create guide:G01 --channel badge",
    "beckon code create member:17",
    "beckon code create shop:S01 --channel poster --usage-limit 500",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "CODE", .argument = true, .required = true, .field = "code",
     .help = "in any way of writing"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon code get 7K3Q9F2MX",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "owner", .value = "PARTY", .field = "owner",
     .help = "guide:EMPLOYEE_NO, guide:NUMBER, member:NUMBER, phone:PHONE, shop:ID"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon code list --owner guide:G01",
    NULL,
};

static const struct option_spec RENDER_OPTIONS[] = {
    {.name = "CODE", .argument = true, .required = true, .field = "code",
     .help = "in any way of writing"},
    {.name = "output", .value = "FILE",
     .help = "a file that ends with .png or .svg"},
    {.name = "format", .value = "FORMAT", .field = "format",
     .help = "of standard output; else terminal"},
    {.name = "error-correction", .value = "LEVEL", .field = "error_correction",
     .help = "else m"},
    {.name = "module-pixels", .value = "N", .field = "module_pixels",
     .help = "1 to 40; else 8"},
    {.name = "quiet-modules", .value = "N", .field = "quiet_modules",
     .help = "4 to 40; else 4"},
    {.name = "link-base", .value = "URL", .field = "link_base",
     .help = "HTTP://HOST:PORT before /R/CODE; else HTTPS and the merchant's host"},
    {.name = NULL},
};
static const char *const RENDER_EXAMPLES[] = {
    "beckon code render 7K3Q9F2MX",
    "beckon code render 7K3Q9F2MX --output badge.png --module-pixels 12",
    NULL,
};

static const struct option_spec REASSIGN_OPTIONS[] = {
    {.name = "CODE", .argument = true, .required = true, .field = "code",
     .help = "in any way of writing"},
    {.name = "owner", .value = "PARTY", .required = true, .field = "owner",
     .help = "guide:EMPLOYEE_NO, guide:NUMBER, member:NUMBER, phone:PHONE, shop:ID"},
    {.name = "from", .value = "DATE", .required = true, .field = "from_date",
     .help = "YYYY-MM-DD, today or later"},
    {.name = NULL},
};
static const char *const REASSIGN_EXAMPLES[] = {
    "beckon code reassign 7K3Q9F2MX --owner guide:G02 --from 2026-03-01",
    NULL,
};

static const struct option_spec REVOKE_OPTIONS[] = {
    {.name = "CODE", .argument = true, .required = true, .field = "code",
     .help = "in any way of writing"},
    {.name = NULL},
};
static const char *const REVOKE_EXAMPLES[] = {
    "beckon code revoke 7K3Q9F2MX",
    NULL,
};

static const struct option_spec RESOLVE_OPTIONS[] = {
    {.name = "CODE", .argument = true, .required = true, .field = "code",
     .help = "as scanned or typed"},
    {.name = NULL},
};
static const char *const RESOLVE_EXAMPLES[] = {
    "beckon code resolve 7K3Q9F2MX",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Draws a fresh code for an owner.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__code_service__descriptor,
        .method = "CreateCode",
        .shows = "code",
    },
    {
        .name = "get",
        .help = "Shows a code with its owners.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__code_service__descriptor,
        .method = "GetCode",
        .shows = "code",
    },
    {
        .name = "list",
        .help = "Lists codes, all or those of an owner.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__code_service__descriptor,
        .method = "ListCodes",
        .shows = "codes",
        .columns = "code,owner,channel,campaign,usage_count,usage_limit,created_at,revoked_at",
    },
    {
        .name = "render",
        .help = "Draws the QR image: on the terminal, or into a file.",
        .options = RENDER_OPTIONS,
        .examples = RENDER_EXAMPLES,
        .run = code_render,
        .service = &beckon__v1__code_service__descriptor,
        .method = "RenderCode",
    },
    {
        .name = "reassign",
        .help = "Gives a code another owner from a date on.",
        .options = REASSIGN_OPTIONS,
        .examples = REASSIGN_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__code_service__descriptor,
        .method = "ReassignCode",
        .shows = "code",
    },
    {
        .name = "revoke",
        .help = "Ends a code for ever.",
        .options = REVOKE_OPTIONS,
        .examples = REVOKE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__code_service__descriptor,
        .method = "RevokeCode",
        .typed = "CODE",
        .loss = "The code will end for ever: whatever it is printed on is void.",
        .loss_zh = "该推荐码将永久失效，已印制的物料也随之作废。",
        .shows = "code",
    },
    {
        .name = "resolve",
        .help = "Shows what a person who scanned it may know.",
        .options = RESOLVE_OPTIONS,
        .examples = RESOLVE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__code_service__descriptor,
        .method = "ResolveCode",
    },
};

const struct noun NOUN_CODE = {
    .name = "code",
    .help = "referral codes and their QR images",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
