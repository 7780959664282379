/* What commands tell as events, held against what they put and post: run for every write of every
 * play. */
#ifndef BECKON_TESTS_SERVICE_COMMAND_PLAY_TOLD_H
#define BECKON_TESTS_SERVICE_COMMAND_PLAY_TOLD_H

#include <stddef.h>

#include "service/command/command.h"

enum telling_rule { TELLS, TELLS_SOMETIMES, TELLS_NOTHING };
struct telling_row {
    const char *method;      /* or a ticker's own name */
    const struct command *command;
    enum telling_rule rule;  /* TELLS: whenever it puts something */
    const char *reason;      /* unless TELLS */
};
/* Every write there is. */
extern const struct telling_row TELLING_ROWS[];
extern const size_t TELLING_ROW_COUNT;

/* Where a merchant's ledger and events end before a write. */
struct told_before {
    uint64_t entry, event;
};
struct told_before told_before(struct batch *batch);
/* After it, uncommitted: does it tell, as its row says, and do the events of credits and debts say
 * what the entries since say, kind by kind and party by party? Fails the test when not. */
void told_check(struct batch *batch, const struct command *command, struct told_before before,
                bool put);

#endif
