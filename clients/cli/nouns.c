/* The one table of commands, in the order help shows them. */
#include "clients/cli/nouns.h"

const struct noun *const NOUNS[] = {
    &NOUN_MERCHANT,
    &NOUN_SHOP,
    &NOUN_GUIDE,
    &NOUN_TARGET,
    &NOUN_CODE,
    &NOUN_MEMBER,
    &NOUN_BENEFIT,
    &NOUN_PURCHASE,
    &NOUN_REFUND,
    &NOUN_DEBT,
    &NOUN_PROGRAM,
    &NOUN_BALANCE,
    &NOUN_ENTRY,
    &NOUN_CREDIT,
    &NOUN_ADJUSTMENT,
    &NOUN_REDEMPTION,
    &NOUN_REVIEW,
    &NOUN_PERIOD,
    &NOUN_SETTLEMENT,
    &NOUN_TOKEN,
    &NOUN_IMPORT,
    &NOUN_VERIFY,
    &NOUN_BACKUP,
    &NOUN_CLOCK,
    &NOUN_HEALTH,
    &NOUN_EXPLAIN,
    &NOUN_QUOTE,
};
const size_t NOUN_COUNT = sizeof NOUNS / sizeof NOUNS[0];
