/* A thread that does one thing again and again: housekeeping that nobody waits for. */
#ifndef BECKON_SERVICE_OPS_TICKER_H
#define BECKON_SERVICE_OPS_TICKER_H

struct ticker;

/* Calls run(context) every period_ms, first after one period, on a thread of its own. Start-up
 * only: aborts when it can't. */
struct ticker *ticker_start(unsigned period_ms, void (*run)(void *context), void *context);
/* Waits for a run under way, joins, frees. */
void ticker_stop(struct ticker *ticker);

#endif
