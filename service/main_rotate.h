/* The rotation ticker: wraps the key slots anew, portion by portion, while a rotation runs. It goes
 * on after a start where it was. */
#ifndef BECKON_SERVICE_MAIN_ROTATE_H
#define BECKON_SERVICE_MAIN_ROTATE_H

#include "service/executor/executor.h"
#include "store/store.h"

struct rotate_ticker;

/* Starts its thread; exits the process when it can't. */
struct rotate_ticker *rotate_ticker_start(struct executor *executor, struct store *store);
/* Ends after the portion at hand. Before the executor stops. */
void rotate_ticker_stop(struct rotate_ticker *ticker);

#endif
