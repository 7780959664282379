/* Long work in portions: each reads in a short snapshot of its own, so that the engine can use
 * freed pages again meanwhile. */
#ifndef BECKON_SERVICE_COMMAND_BACK_TEST_SNAPSHOT_H
#define BECKON_SERVICE_COMMAND_BACK_TEST_SNAPSHOT_H

#include "service/command/command.h"

/* Reads and works; run again from its beginning after OUTCOME_AGAIN. */
typedef enum outcome back_test_work(struct reader *reader, void *context);

/* Opens a snapshot, fetches what the engine asks for, closes it. */
enum outcome back_test_snapshot(struct store *store, uint32_t merchant, back_test_work *work,
                                void *context) OUTCOME_CHECKED;

#endif
