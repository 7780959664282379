/* beckon store: the store as it is now. */
#include "clients/cli/nouns.h"

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"

static const char *const INFO_EXAMPLES[] = {
    "beckon store info",
    "beckon store info --json",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "info",
        .help = "Shows the store and its machine in figures.",
        .details = "Changes are safe in the store's journal first and go into its tree little by "
                   "little:\njournal_commits and buffered_bytes grow and fall under load, and that "
                   "is well. beckon\ndoctor judges the figures.",
        .examples = INFO_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__store_service__descriptor,
        .method = "GetStoreInfo",
    },
};

const struct noun NOUN_STORE = {
    .name = "store",
    .help = "the store as it is now",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
