/* beckon clock: the service's trust in its machine's clock. */
#include "clients/cli/nouns.h"

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"

static const char *const ACCEPT_EXAMPLES[] = {
    "beckon clock accept",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "accept",
        .help = "Says that the machine's clock is right.",
        .details = "After the clock has jumped, or a store has lain for more than 30 days, nothing "
                   "matures or expires by itself until an operator has looked at the clock.",
        .examples = ACCEPT_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__store_service__descriptor,
        .method = "AcceptClock",
    },
};

const struct noun NOUN_CLOCK = {
    .name = "clock",
    .help = "the service's trust in its machine's clock",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
