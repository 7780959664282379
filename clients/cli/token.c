/* beckon token: who may call. */
#include "clients/cli/nouns.h"

#include "beckon/v1/token_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "ROLE", .argument = true, .required = true, .field = "token.role",
     .help = "what its bearer may be"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "of a pos or shop_manager"},
    {.name = "principal", .value = "PARTY", .field = "token.principal",
     .help = "of a member or guide: member:NUMBER, guide:EMPLOYEE_NO"},
    {.name = "label", .value = "TEXT", .field = "token.label",
     .help = "for people, at most 40 bytes"},
    {.name = "expires-at", .value = "TIME", .field = "token.expires_at",
     .help = "RFC 3339; else never"},
    {.name = "merchant", .value = "NUMBER", .field = "merchant_number",
     .help = "which merchant; operators only"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon token create pos --shop S01 --label \"till 3\"",
    "beckon token create guide --principal guide:G01",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "merchant", .value = "NUMBER", .field = "merchant_number",
     .help = "which merchant; operators only"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon token list",
    NULL,
};

static const struct option_spec REVOKE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "token_number",
     .help = "its number"},
    {.name = "merchant", .value = "NUMBER", .field = "merchant_number",
     .help = "which merchant; operators only"},
    {.name = NULL},
};
static const char *const REVOKE_EXAMPLES[] = {
    "beckon token revoke 4",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Makes a token; its secret is shown now and never again.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__token_service__descriptor,
        .method = "CreateToken",
    },
    {
        .name = "list",
        .help = "Lists tokens without their secrets.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__token_service__descriptor,
        .method = "ListTokens",
        .shows = "tokens",
        .columns = "token_number,role,principal,label,created_at,expires_at,revoked_at",
    },
    {
        .name = "revoke",
        .help = "Ends a token, at once and for ever.",
        .options = REVOKE_OPTIONS,
        .examples = REVOKE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__token_service__descriptor,
        .method = "RevokeToken",
        .typed = "NUMBER",
        .loss = "Whatever uses this token (a till, a program, a person) is cut off at once.",
        .loss_zh = "使用该令牌的收银台、程序或人员将立即失去访问权限。",
        .shows = "token",
    },
};

const struct noun NOUN_TOKEN = {
    .name = "token",
    .help = "who may call",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
