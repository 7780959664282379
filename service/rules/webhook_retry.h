/* When a hook that failed is tried again: the schedule Standard Webhooks 1.0 suggests, spread by a
 * tenth either way, so that hooks that failed together don't come back together. Pure. */
#ifndef BECKON_SERVICE_RULES_WEBHOOK_RETRY_H
#define BECKON_SERVICE_RULES_WEBHOOK_RETRY_H

#include <stdint.h>

enum { WEBHOOK_ATTEMPTS_MAX = 10 };

/* Milliseconds to wait after so many failed attempts (from 1) at one event; 0: no more are made.
 * `random` is any number. */
uint64_t webhook_retry_ms(unsigned attempts, uint32_t random);

#endif
