/* The real clock, for main. Everybody else is given one (struct executor_clock). */
#ifndef BECKON_SERVICE_OPS_CLOCK_H
#define BECKON_SERVICE_OPS_CLOCK_H

#include "service/executor/executor.h"

/* Wall clock and monotonic clock of the system; any thread. */
struct executor_clock clock_system(void);

#endif
