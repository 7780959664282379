/* Period closes in a back-test: what its PERIOD_CLOSE rules gave, and what the draft's would have.
 *
 * The draft's rules close every period whose last business date lies in the time asked for and
 * whose wait is over, or that was closed before that; a guide's figures are counted by the code
 * that closes (period_close.h), from the records as they stand. Comes behind the events: in one
 * program, no rule of theirs shares a counter with one of a period. */
#ifndef BECKON_SERVICE_COMMAND_BACK_TEST_CLOSES_H
#define BECKON_SERVICE_COMMAND_BACK_TEST_CLOSES_H

#include <stdbool.h>

#include "service/command/back_test_replay.h"

/* Adds all of it to the totals, in short snapshots. Of closes before the first date only the
 * counters are kept. `alive` is asked between snapshots; false: the client has gone, OUTCOME_OK
 * with *ret_gone. BACK_TEST_TOO_LARGE, BUSY (no memory), or a store outcome. */
enum outcome replay_closes(struct store *store, struct replay *replay,
                           bool (*alive)(void *context), void *context,
                           bool *ret_gone) OUTCOME_CHECKED;

#endif
