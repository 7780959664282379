/* beckon shop: retail locations. */
#include "clients/cli/nouns.h"

#include "beckon/v1/shop_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "SHOP_ID", .argument = true, .required = true, .field = "shop.shop_id",
     .help = "the merchant's own id, e.g. S01"},
    {.name = "name", .value = "TEXT", .field = "shop.name",
     .help = "1 to 120 bytes; else the id"},
    {.name = "pay-entity", .value = "TEXT", .field = "shop.pay_entity",
     .help = "employer of its guides; else \"default\""},
    {.name = "cost-center", .value = "TEXT", .field = "shop.cost_center",
     .help = "for payroll"},
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon shop create S01 --name \"West Lake\"",
    "beckon shop create S02 --pay-entity franchise-7 --cost-center 4711",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "SHOP_ID", .argument = true, .required = true, .field = "shop_id",
     .help = "its id"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon shop get S01",
    NULL,
};

static const char *const LIST_EXAMPLES[] = {
    "beckon shop list",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Makes a shop; the same content again answers the same.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__shop_service__descriptor,
        .method = "CreateShop",
        .shows = "shop",
    },
    {
        .name = "get",
        .help = "Shows a shop.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__shop_service__descriptor,
        .method = "GetShop",
        .shows = "shop",
    },
    {
        .name = "list",
        .help = "Lists shops in the order they were made.",
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__shop_service__descriptor,
        .method = "ListShops",
        .shows = "shops",
        .columns = "shop_id,name,pay_entity,cost_center,shop_number",
    },
};

const struct noun NOUN_SHOP = {
    .name = "shop",
    .help = "retail locations",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
