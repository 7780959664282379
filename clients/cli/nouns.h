/* Every noun of the command line; each is defined at the end of its file in this folder. */
#ifndef BECKON_CLIENTS_CLI_NOUNS_H
#define BECKON_CLIENTS_CLI_NOUNS_H

#include "clients/cli/cli.h"

extern const struct noun NOUN_MERCHANT, NOUN_SHOP, NOUN_GUIDE, NOUN_CODE, NOUN_MEMBER,
    NOUN_PURCHASE, NOUN_PROGRAM, NOUN_BALANCE, NOUN_ENTRY, NOUN_CREDIT, NOUN_ADJUSTMENT,
    NOUN_REDEMPTION, NOUN_REVIEW, NOUN_TOKEN, NOUN_VERIFY, NOUN_BACKUP, NOUN_IMPORT,
    NOUN_HEALTH, NOUN_PERIOD;
extern const struct noun NOUN_EXPLAIN, NOUN_QUOTE;
extern const struct noun NOUN_REFUND, NOUN_DEBT;

#endif
