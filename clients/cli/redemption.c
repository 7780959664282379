/* beckon redemption: what members spend at tills. */
#include "clients/cli/nouns.h"

#include "beckon/v1/redemption_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec MAKE_OPTIONS[] = {
    {.name = "UNIT", .argument = true, .required = true, .field = "unit",
     .help = "points or cash"},
    {.name = "AMOUNT", .argument = true, .required = true, .field = "amount",
     .help = "points, or minor units of cash"},
    {.name = "member", .value = "NUMBER", .field = "member_number",
     .help = "her number"},
    {.name = "phone", .value = "PHONE", .field = "phone",
     .help = "instead: her phone"},
    {.name = "code", .value = "CODE", .field = "code",
     .help = "instead: her own code"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "tills may leave it out"},
    {.name = "receipt", .value = "NUMBER", .required = true, .field = "receipt_number",
     .help = "the receipt it helps to pay"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const MAKE_EXAMPLES[] = {
    "beckon redemption make points 500 --member 17 --shop S01 --receipt R-1001",
    NULL,
};

static const struct option_spec CANCEL_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "redemption_number",
     .help = "its number"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const CANCEL_EXAMPLES[] = {
    "beckon redemption cancel 12",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "redemption_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon redemption get 12",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "MEMBER", .argument = true, .field = "member_number",
     .help = "her number; members may leave it out"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon redemption list 17",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "make",
        .help = "Spends a member's points or cash for a receipt.",
        .options = MAKE_OPTIONS,
        .examples = MAKE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__redemption_service__descriptor,
        .method = "Redeem",
        .shows = "redemption",
    },
    {
        .name = "cancel",
        .help = "Gives back what a redemption took.",
        .options = CANCEL_OPTIONS,
        .examples = CANCEL_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__redemption_service__descriptor,
        .method = "CancelRedemption",
    },
    {
        .name = "get",
        .help = "Shows a redemption.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__redemption_service__descriptor,
        .method = "GetRedemption",
        .shows = "redemption",
    },
    {
        .name = "list",
        .help = "Lists a member's redemptions.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__redemption_service__descriptor,
        .method = "ListRedemptions",
        .shows = "redemptions",
        .columns = "redemption_number,unit,amount,value_minor,shop_id,receipt_number,"
                   "business_date,restored",
    },
};

const struct noun NOUN_REDEMPTION = {
    .name = "redemption",
    .help = "what members spend at tills",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
