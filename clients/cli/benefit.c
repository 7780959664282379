/* beckon benefit: coupons and gifts of a registration. */
#include "clients/cli/nouns.h"

#include "beckon/v1/benefit_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "MEMBER", .argument = true, .field = "member_number",
     .help = "her number; members may leave it out"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon benefit list 17",
    NULL,
};

static const struct option_spec HAND_OUT_OPTIONS[] = {
    {.name = "MEMBER", .argument = true, .required = true, .field = "member_number",
     .help = "her number"},
    {.name = "BENEFIT", .argument = true, .required = true, .field = "benefit_number",
     .help = "its number in her list"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "tills may leave it out"},
    {.name = "request-id", .value = "ID", .required = true, .field = "request_id",
     .help = "the same again gets the same answer"},
    {.name = NULL},
};
static const char *const HAND_OUT_EXAMPLES[] = {
    "beckon benefit hand-out 17 1 --shop S01 --request-id till4-88",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "list",
        .help = "Lists what a member's registration gave her by name.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__benefit_service__descriptor,
        .method = "ListBenefits",
    },
    {
        .name = "hand-out",
        .help = "Hands one out, once for ever.",
        .options = HAND_OUT_OPTIONS,
        .examples = HAND_OUT_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__benefit_service__descriptor,
        .method = "HandOutBenefit",
        .shows = "benefit",
    },
};

const struct noun NOUN_BENEFIT = {
    .name = "benefit",
    .help = "coupons and gifts of a registration",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
