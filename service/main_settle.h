/* The settlement ticker: does the work that people order for settlement runs, in portions of the
 * slow lane, run by run. Each portion's place is in the run's record, so that a start goes on where
 * the process before was stopped.
 *
 * It does not wait for the clock to be accepted, as the due ticker does: a person asked for it. */
#ifndef BECKON_SERVICE_MAIN_SETTLE_H
#define BECKON_SERVICE_MAIN_SETTLE_H

#include "service/executor/executor.h"

struct settle_ticker;

/* Start-up only: aborts when it can't. Logs work that can't go on, once. */
struct settle_ticker *settle_ticker_start(struct executor *executor, struct store *store);
/* Before the executor is stopped; waits for the portion under way. */
void settle_ticker_stop(struct settle_ticker *ticker);

#endif
