/* beckon merchant: brands that share nothing with each other. */
#include "clients/cli/nouns.h"

#include "beckon/v1/merchant_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "name", .value = "TEXT", .field = "merchant.name",
     .help = "1 to 120 bytes"},
    {.name = "currency", .value = "CODE", .field = "merchant.currency",
     .help = "ISO 4217, e.g. CNY"},
    {.name = "time-zone", .value = "ZONE", .field = "merchant.time_zone",
     .help = "IANA name, e.g. Asia/Shanghai"},
    {.name = "day-cutoff-minutes", .value = "N", .field = "merchant.day_cutoff_minutes",
     .help = "the business day begins N minutes after midnight, 0 to 720"},
    {.name = "country-code", .value = "N", .field = "merchant.country_code",
     .help = "added to phones without one, e.g. 86"},
    {.name = "link-host", .value = "HOST", .field = "merchant.link_host",
     .help = "host in the links of QR codes"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon merchant create --name \"North Lane\" --link-host go.example.cn",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .field = "merchant_number",
     .help = "the merchant's number"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon merchant get",
    "beckon merchant get 2",
    NULL,
};

static const char *const LIST_EXAMPLES[] = {
    "beckon merchant list",
    "beckon merchant list --json | jq .name",
    NULL,
};

static const struct option_spec UPDATE_OPTIONS[] = {
    {.name = "merchant", .value = "NUMBER", .field = "merchant.merchant_number",
     .help = "which merchant; operators only"},
    {.name = "name", .value = "TEXT", .field = "merchant.name",
     .help = "1 to 120 bytes"},
    {.name = "currency", .value = "CODE", .field = "merchant.currency",
     .help = "ISO 4217, e.g. CNY"},
    {.name = "time-zone", .value = "ZONE", .field = "merchant.time_zone",
     .help = "IANA name, e.g. Asia/Shanghai"},
    {.name = "day-cutoff-minutes", .value = "N", .field = "merchant.day_cutoff_minutes",
     .help = "the business day begins N minutes after midnight, 0 to 720"},
    {.name = "country-code", .value = "N", .field = "merchant.country_code",
     .help = "added to phones without one, e.g. 86"},
    {.name = "link-host", .value = "HOST", .field = "merchant.link_host",
     .help = "host in the links of QR codes"},
    {.name = NULL},
};
static const char *const UPDATE_EXAMPLES[] = {
    "beckon merchant update --link-host go.example.cn",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Makes a merchant.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__merchant_service__descriptor,
        .method = "CreateMerchant",
        .shows = "merchant",
    },
    {
        .name = "get",
        .help = "Shows a merchant; without a number, your own.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__merchant_service__descriptor,
        .method = "GetMerchant",
        .shows = "merchant",
    },
    {
        .name = "list",
        .help = "Lists merchants by number.",
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__merchant_service__descriptor,
        .method = "ListMerchants",
        .shows = "merchants",
        .columns = "merchant_number,name,currency,time_zone,day_cutoff_minutes,link_host,fixed",
    },
    {
        .name = "update",
        .help = "Changes what is given.",
        .details = "Currency, time zone and day cut-off are fixed with the first event.",
        .options = UPDATE_OPTIONS,
        .examples = UPDATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__merchant_service__descriptor,
        .method = "UpdateMerchant",
        .shows = "merchant",
    },
};

const struct noun NOUN_MERCHANT = {
    .name = "merchant",
    .help = "brands that share nothing with each other",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
