/* beckon sign-in: sessions by phone code or one-time link, and who one is. */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/nouns.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/message/message.h"

/* What only strangers may call is called as one. */
static enum cli_exit call_as_stranger(struct cli *cli, const struct verb *verb,
                                      const struct values *values)
{
    cli->token = NULL;
    return verb_call(cli, verb, values);
}

/* ---- whose ----------------------------------------------------------------------------------- */

static const struct {
    const char *word, *field;
} OWNERS[] = {{"token", "token_number"}, {"guide", "guide_number"}, {"member", "member_number"}};

static enum cli_exit set_field(struct cli *cli, ProtobufCMessage *request, const char *field,
                               const char *text)
{
    g_autoptr(GString) error = g_string_new(NULL);
    if (message_field(request->descriptor, field) && message_set(request, field, text, error))
        return CLI_OK;
    output_complaint(cli, "%s", error->len > 0 ? error->str : "nobody of that kind signs in so");
    return CLI_USAGE;
}

/* "token:3", "guide:G01", "member:12" into the request's own field. */
static enum cli_exit owner_set(struct cli *cli, ProtobufCMessage *request, const char *text)
{
    g_autofree char *party = NULL;
    enum cli_exit end = CLI_OK;
    if (g_str_has_prefix(text, "token:")) party = g_strdup(text);
    else end = party_look_up(cli, text, &party);
    if (end != CLI_OK)
        return end;
    for (size_t i = 0; i < sizeof OWNERS / sizeof OWNERS[0]; i++) {
        size_t size = strlen(OWNERS[i].word);
        if (strncmp(party, OWNERS[i].word, size) == 0 && party[size] == ':')
            return set_field(cli, request, OWNERS[i].field, party + size + 1);
    }
    output_complaint(cli, "\"%s\" can't sign in: token:NUMBER, guide:NUMBER, member:NUMBER", text);
    return CLI_USAGE;
}

/* "90m", "2h", "3d" as minutes; 0: it is none of these. */
static unsigned minutes_read(const char *text)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);
    unsigned unit = strcmp(end, "m") == 0   ? 1
                    : strcmp(end, "h") == 0 ? 60
                    : strcmp(end, "d") == 0 ? 24 * 60 : 0;
    bool fits = end != text && text[0] >= '0' && text[0] <= '9' && count <= 100000;
    return fits ? (unsigned)count * unit : 0;
}

static enum cli_exit valid_set(struct cli *cli, ProtobufCMessage *request, const char *text)
{
    unsigned minutes = minutes_read(text);
    if (minutes == 0) {
        output_complaint(cli, "--valid %s: write 30m, 2h or 3d", text);
        return CLI_USAGE;
    }
    g_autofree char *number = g_strdup_printf("%u", minutes);
    return set_field(cli, request, "valid_minutes", number);
}

/* ---- link, revoke ---------------------------------------------------------------------------- */

/* Makes the request, with its owner, and calls. */
static enum cli_exit call_of_owner(struct cli *cli, const struct verb *verb,
                                   const struct values *values, ProtobufCMessage **ret_reply)
{
    ProtobufCMessage *request = NULL;
    const char *valid = values_get(values, "valid");
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    const char *owner = values_get(values, "OWNER");
    if (owner != NULL)
        end = owner_set(cli, request, owner);
    if (end == CLI_OK && valid != NULL)
        end = valid_set(cli, request, valid);
    if (end == CLI_OK)
        end = call_once(cli, verb, request, ret_reply);
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}

static enum cli_exit link_run(struct cli *cli, const struct verb *verb,
                              const struct values *values)
{
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_of_owner(cli, verb, values, &reply);
    if (end != CLI_OK)
        return end;
    output_message(cli, reply);
    const char *secret = ((Beckon__V1__CreateSignInLinkResponse *)reply)->secret;
    if (!cli->json && secret[0] != '\0')
        fprintf(cli->out, "path  /in/%s\n", secret);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static enum cli_exit revoke_run(struct cli *cli, const struct verb *verb,
                                const struct values *values)
{
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_of_owner(cli, verb, values, &reply);
    if (end != CLI_OK)
        return end;
    output_message(cli, reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

/* ---- the verbs ------------------------------------------------------------------------------- */

static const struct option_spec SEND_OPTIONS[] = {
    {.name = "PHONE", .argument = true, .required = true, .field = "phone", .help = "whose"},
    {.name = "merchant", .value = "NUMBER", .required = true, .field = "merchant_number",
     .help = "of which merchant she is a member"},
    {.name = "language", .value = "LANG", .field = "language", .help = "zh or en; else zh"},
    {.name = NULL},
};
static const char *const SEND_EXAMPLES[] = {"beckon sign-in send 13812345678 --merchant 1", NULL};

static const struct option_spec PROVE_OPTIONS[] = {
    {.name = "PHONE", .argument = true, .required = true, .field = "phone", .help = "whose"},
    {.name = "CODE", .argument = true, .required = true, .field = "code",
     .help = "six digits, as sent"},
    {.name = "merchant", .value = "NUMBER", .required = true, .field = "merchant_number",
     .help = "of which merchant she is a member"},
    {.name = NULL},
};
static const char *const PROVE_EXAMPLES[] = {
    "beckon sign-in prove 13812345678 042137 --merchant 1",
    NULL,
};

static const struct option_spec LINK_OPTIONS[] = {
    {.name = "OWNER", .argument = true, .help = "guide:NUMBER, guide:EMPLOYEE_NO or token:NUMBER"},
    {.name = "token", .value = "NUMBER", .field = "token_number",
     .help = "the same as token:NUMBER"},
    {.name = "valid", .value = "TIME", .help = "how long it may be used: 30m, 2h, 3d; else 1h"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const LINK_EXAMPLES[] = {
    "beckon sign-in link guide:G01 --valid 2h",
    "beckon sign-in link --token 3",
    NULL,
};

static const struct option_spec SECRET_OPTIONS[] = {
    {.name = "SECRET", .argument = true, .required = true, .field = "secret",
     .help = "link_..., as it was told"},
    {.name = NULL},
};
static const char *const SHOW_EXAMPLES[] = {"beckon sign-in show link_1_SECRET", NULL};
static const char *const REDEEM_EXAMPLES[] = {"beckon sign-in redeem link_1_SECRET", NULL};
static const char *const WHO_EXAMPLES[] = {"beckon sign-in who", NULL};
static const char *const END_EXAMPLES[] = {"beckon sign-in end", NULL};

static const struct option_spec REVOKE_OPTIONS[] = {
    {.name = "OWNER", .argument = true,
     .help = "guide:NUMBER, guide:EMPLOYEE_NO, member:NUMBER, member:PHONE or token:NUMBER"},
    {.name = "token", .value = "NUMBER", .field = "token_number",
     .help = "the same as token:NUMBER"},
    {.name = NULL},
};
static const char *const REVOKE_EXAMPLES[] = {"beckon sign-in revoke guide:G01", NULL};

static const struct verb VERBS[] = {
    {.name = "send", .help = "Sends a code to a member's phone.", .options = SEND_OPTIONS,
     .details = "Whether anybody has that phone is not told. Called without a token.",
     .examples = SEND_EXAMPLES, .run = call_as_stranger,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "SendPhoneCode"},
    {.name = "prove", .help = "Proves a phone by its code: a session as its member.",
     .options = PROVE_OPTIONS, .examples = PROVE_EXAMPLES, .run = call_as_stranger,
     .details = "Called without a token.",
     .service = &beckon__v1__sign_in_service__descriptor, .method = "ProvePhone"},
    {.name = "link", .help = "Makes a link that signs in once; told now and never again.",
     .options = LINK_OPTIONS, .examples = LINK_EXAMPLES, .run = link_run,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "CreateSignInLink"},
    {.name = "show", .help = "For whom a link is; does not use it up.",
     .options = SECRET_OPTIONS, .examples = SHOW_EXAMPLES, .run = call_as_stranger,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "GetSignInLink"},
    {.name = "redeem", .help = "Uses a link up: a session.",
     .options = SECRET_OPTIONS, .examples = REDEEM_EXAMPLES, .run = call_as_stranger,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "RedeemSignInLink"},
    {.name = "who", .help = "Who the bearer of this token or session is.",
     .examples = WHO_EXAMPLES, .run = verb_call,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "GetSession"},
    {.name = "end", .help = "Ends the session that calls.",
     .examples = END_EXAMPLES, .run = verb_call,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "EndSession"},
    {.name = "revoke", .help = "Ends all sessions of one guide, member or token, and their links.",
     .options = REVOKE_OPTIONS, .examples = REVOKE_EXAMPLES, .run = revoke_run,
     .service = &beckon__v1__sign_in_service__descriptor, .method = "RevokeSessions"},
};

const struct noun NOUN_SIGN_IN = {
    .name = "sign-in",
    .help = "sessions by phone code or one-time link",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
