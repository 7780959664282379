/* The erasure ticker: ends the codes and bindings of those who are erased, in portions of the slow
 * lane. Each portion's place is in the erasure's record, so that a start goes on where the process
 * before was stopped.
 *
 * It does not wait for the clock to be accepted, as the due ticker does: a person asked for it. */
#ifndef BECKON_SERVICE_MAIN_ERASE_H
#define BECKON_SERVICE_MAIN_ERASE_H

#include "service/executor/executor.h"

struct erase_ticker;

/* Start-up only: aborts when it can't. Logs work that can't go on, once. */
struct erase_ticker *erase_ticker_start(struct executor *executor, struct store *store);
/* Before the executor is stopped; waits for the portion under way. */
void erase_ticker_stop(struct erase_ticker *ticker);

#endif
