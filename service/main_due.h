/* The due ticker: posts what time has made due, merchant by merchant, in portions of the slow lane.
 *
 * It trusts the clock that makes things expire only while the system's two clocks agree: when they
 * part by more than an hour, or the store was last written more than 30 days before the start, it
 * waits until an operator accepts the clock (`beckon clock accept`). Reads and commands go on; what
 * they touch, they post themselves. */
#ifndef BECKON_SERVICE_MAIN_DUE_H
#define BECKON_SERVICE_MAIN_DUE_H

#include "service/executor/executor.h"

struct due_ticker;

/* Start-up only: aborts when it can't. Logs when it waits, and when it goes on. */
struct due_ticker *due_ticker_start(struct executor *executor, struct store *store,
                                    struct executor_clock clock);
/* Does it wait for the clock to be accepted? Any thread. */
bool due_ticker_waits(const struct due_ticker *ticker);
/* Before the executor is stopped; waits for the portion under way. */
void due_ticker_stop(struct due_ticker *ticker);

#endif
