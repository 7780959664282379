/* Time of events: the till's clock in, the merchant's business date out.
 *
 * Time zones are the system's (IANA, through GLib, which keeps each zone once). */
#ifndef BECKON_SERVICE_COMMAND_BUSINESS_TIME_H
#define BECKON_SERVICE_COMMAND_BUSINESS_TIME_H

#include <stdbool.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "service/command/command.h"

/* Is this an IANA zone this machine knows? */
bool business_time_zone_exists(const char *name);
/* The date of `at_ms` in the merchant's zone, the day beginning at its cut-off. */
business_date business_date_at(const struct merchant *merchant, uint64_t at_ms);

/* The clock on the wall of its shops: minutes after local midnight, 0 to 1439. */
unsigned business_time_local_minute(const struct merchant *merchant, uint64_t at_ms);

/* Reads occurred_at of a request: absent means call->now_ms. OUTCOME_OK, OUTCOME_TIME_INVALID,
 * OUTCOME_TIME_IN_FUTURE; milliseconds, fractions cut. */
enum outcome business_time_occurred(struct command_call *call,
                                    const Google__Protobuf__Timestamp *time, const char *field,
                                    uint64_t *ret_at_ms) OUTCOME_CHECKED;

#endif
