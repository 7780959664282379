/* Tells systemd how the service does (sd_notify(3), Type=notify-reload); nothing happens where
 * nobody listens ($NOTIFY_SOCKET). Any thread. */
#ifndef BECKON_SERVICE_OPS_SYSTEMD_H
#define BECKON_SERVICE_OPS_SYSTEMD_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1". */
void systemd_notify(const char *state);
/* "RELOADING=1" with the time that systemd wants beside it. */
void systemd_notify_reloading(void);

/* Where systemd watches over this process (WatchdogSec): how long it may wait for a WATCHDOG=1;
 * 0: for ever. */
void systemd_notify_patience(uint64_t ms);

#endif
