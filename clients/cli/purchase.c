/* beckon purchase: what tills report and what it earns. */
#include "clients/cli/nouns.h"

#include "beckon/v1/purchase_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec RECORD_OPTIONS[] = {
    {.name = "AMOUNT_MINOR", .argument = true, .required = true, .field = "amount_minor",
     .help = "in minor units, e.g. fen"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "tills may leave it out"},
    {.name = "receipt", .value = "NUMBER", .required = true, .field = "receipt_number",
     .help = "unique in the shop for ever"},
    {.name = "member", .value = "NUMBER", .field = "member_number",
     .help = "the buyer's member number"},
    {.name = "phone", .value = "PHONE", .field = "phone",
     .help = "instead: her phone"},
    {.name = "code", .value = "CODE", .field = "code",
     .help = "instead: her own code"},
    {.name = "tax", .value = "MINOR", .field = "tax_minor", .help = "of it: tax contained"},
    {.name = "freight", .value = "MINOR", .field = "freight_minor",
     .help = "of it: freight contained"},
    {.name = "gift-card", .value = "MINOR", .field = "gift_card_minor",
     .help = "of it: paid with a gift card"},
    {.name = "points", .value = "MINOR", .field = "points_minor",
     .help = "of it: paid with points"},
    {.name = "line", .value = "AMOUNT[:TAX[:CATEGORY[:ARTICLE]]]", .field = "lines",
     .help = "a line of it, may be repeated: all of its lines, or none"},
    {.name = "seller", .value = "GUIDE[:SHARE_BP]", .field = "sellers",
     .help = "who sold it, may be repeated: shares sum to 10000"},
    {.name = "currency", .value = "CODE", .field = "currency",
     .help = "refused when it is not the merchant's"},
    {.name = "occurred-at", .value = "TIME", .field = "occurred_at",
     .help = "RFC 3339; else now"},
    {.name = NULL},
};
static const char *const RECORD_EXAMPLES[] = {
    "beckon purchase record 12300 --shop S01 --receipt R-1001 --phone 13800138001",
    "beckon purchase record 12300 --receipt R-1002 --member 17 --seller 3:6000 --seller 5:4000",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "RECEIPT", .argument = true, .required = true, .field = "receipt_number",
     .help = "the receipt number"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "tills may leave it out"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon purchase get R-1001 --shop S01",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "MEMBER", .argument = true, .field = "member_number",
     .help = "her number; members may leave it out"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon purchase list 17",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "record",
        .help = "Records a purchase and shows what it earned whom.",
        .details = "Shop and receipt name it: the same again is answered the same, exactly once.",
        .options = RECORD_OPTIONS,
        .examples = RECORD_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__purchase_service__descriptor,
        .method = "RecordPurchase",
        .shows = "purchase",
    },
    {
        .name = "get",
        .help = "Shows a purchase with its credits.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__purchase_service__descriptor,
        .method = "GetPurchase",
        .shows = "purchase",
    },
    {
        .name = "list",
        .help = "Lists a member's purchases, last recorded first.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__purchase_service__descriptor,
        .method = "ListPurchases",
        .shows = "purchases",
        .columns = "shop_id,receipt_number,amount_minor,business_date,serving_guide,"
                   "program_version,recorded_at",
    },
};

const struct noun NOUN_PURCHASE = {
    .name = "purchase",
    .help = "what tills report and what it earns",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
