/* Every noun of the command line; each is defined at the end of its file in this folder. */
#ifndef BECKON_CLIENTS_CLI_NOUNS_H
#define BECKON_CLIENTS_CLI_NOUNS_H

#include "clients/cli/cli.h"

extern const struct noun NOUN_ADJUSTMENT;
extern const struct noun NOUN_AUDIT;
extern const struct noun NOUN_BACKUP;
extern const struct noun NOUN_BALANCE;
extern const struct noun NOUN_BENEFIT;
extern const struct noun NOUN_CLOCK;
extern const struct noun NOUN_CODE;
extern const struct noun NOUN_COMPLETION;
extern const struct noun NOUN_CREDIT;
extern const struct noun NOUN_DEBT;
extern const struct noun NOUN_DEMO;
extern const struct noun NOUN_DISPUTE;
extern const struct noun NOUN_DOCTOR;
extern const struct noun NOUN_ENTRY;
extern const struct noun NOUN_EVENT;
extern const struct noun NOUN_EXPLAIN;
extern const struct noun NOUN_GUIDE;
extern const struct noun NOUN_HANDOVER;
extern const struct noun NOUN_HEALTH;
extern const struct noun NOUN_IMPORT;
extern const struct noun NOUN_KEY;
extern const struct noun NOUN_MAN;
extern const struct noun NOUN_MEMBER;
extern const struct noun NOUN_MERCHANT;
extern const struct noun NOUN_PAYOUT;
extern const struct noun NOUN_PERIOD;
extern const struct noun NOUN_PROGRAM;
extern const struct noun NOUN_PURCHASE;
extern const struct noun NOUN_QUOTE;
extern const struct noun NOUN_REDEMPTION;
extern const struct noun NOUN_REFUND;
extern const struct noun NOUN_REVIEW;
extern const struct noun NOUN_SETTLEMENT;
extern const struct noun NOUN_SHOP;
extern const struct noun NOUN_SIGN_IN;
extern const struct noun NOUN_STATEMENT;
extern const struct noun NOUN_STORE;
extern const struct noun NOUN_TARGET;
extern const struct noun NOUN_TOKEN;
extern const struct noun NOUN_VERIFY;
extern const struct noun NOUN_WEBHOOK;

#endif
