/* What the due ticker does about events, merchant by merchant: tells birthdays, and deletes events
 * that were kept long enough. Behind the ticker's trust in the clock, since both go by dates. */
#ifndef BECKON_SERVICE_MAIN_EVENTS_H
#define BECKON_SERVICE_MAIN_EVENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "service/main_ask.h"

/* The ticker's own; zeroed to begin with. */
struct event_work {
    enum outcome refusal; /* the last one logged */
};

/* One second's share: at most LIMIT_BIRTHDAY_WALK members looked at, and some thousand records
 * deleted. */
void event_work_run(struct event_work *work, struct asker *asker, uint32_t merchant,
                    uint64_t now_ms, atomic_bool *stopping);

#endif
