/* The watchdog over the door's sockets and the writer behind them: too many bad rounds in a row
 * end the process (exit code EXIT_WATCHDOG), so that whoever keeps it starts it again. Main's
 * thread. */
#ifndef BECKON_SERVICE_MAIN_WATCHDOG_H
#define BECKON_SERVICE_MAIN_WATCHDOG_H

#include "service/door/door.h"
#include "service/main_options.h"
#include "service/rpc/rpc.h"

struct main_watchdog;

/* NULL: switched off. The door must listen. systemd's own patience (WatchdogSec) is set to what
 * this one needs, so that it never ends a process that this one would spare. */
struct main_watchdog *main_watchdog_start(struct door *door, struct rpc *rpc,
                                          const struct options *options);
/* Before the drain. NULL is fine. */
void main_watchdog_stop(struct main_watchdog *watchdog);

#endif
