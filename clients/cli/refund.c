/* beckon refund: what tills take back, and what that takes back of credits. */
#include "clients/cli/nouns.h"

#include "beckon/v1/refund_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec RECORD_OPTIONS[] = {
    {.name = "RECEIPT", .argument = true, .required = true, .field = "receipt_number",
     .help = "the purchase's receipt number"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "tills may leave it out"},
    {.name = "number", .value = "NUMBER", .required = true, .field = "refund_number",
     .help = "the refund's own, unique in the shop for ever"},
    {.name = "purchase-shop", .value = "SHOP_ID", .field = "purchase_shop_id",
     .help = "where the purchase was made; else in the same shop"},
    {.name = "amount", .value = "MINOR", .field = "amount_minor",
     .help = "by amount, in minor units, e.g. fen"},
    {.name = "line", .value = "LINE[:AMOUNT]", .field = "lines",
     .help = "instead: a line of the purchase, from 1, or a part of it; may be repeated"},
    {.name = "occurred-at", .value = "TIME", .field = "occurred_at",
     .help = "RFC 3339; else now"},
    {.name = NULL},
};
static const char *const RECORD_EXAMPLES[] = {
    "beckon refund record R-1001 --shop S01 --number B-17 --amount 4000",
    "beckon refund record R-1001 --shop S01 --number B-18 --line 2 --line 3:1500",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "refund_number",
     .help = "the refund number"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "tills may leave it out"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon refund get B-17 --shop S01",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "RECEIPT", .argument = true, .required = true, .field = "receipt_number",
     .help = "the purchase's receipt number"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "the purchase's; tills may leave it out"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon refund list R-1001 --shop S01",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "record",
        .help = "Records a refund and shows what it took back.",
        .details = "Shop and number name it: the same again is answered the same, exactly once. "
                   "One whose purchase is not there yet waits for it.",
        .options = RECORD_OPTIONS,
        .examples = RECORD_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__refund_service__descriptor,
        .method = "RecordRefund",
        .shows = "refund",
    },
    {
        .name = "get",
        .help = "Shows a refund as it stands.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__refund_service__descriptor,
        .method = "GetRefund",
        .shows = "refund",
    },
    {
        .name = "list",
        .help = "Lists the refunds of a purchase, those too that wait for it.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__refund_service__descriptor,
        .method = "ListRefunds",
        .shows = "refunds",
        .columns = "shop_id,refund_number,amount_minor,base_minor,state,reject_reason,full,"
                   "business_date,recorded_at",
    },
};

const struct noun NOUN_REFUND = {
    .name = "refund",
    .help = "what tills take back",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
