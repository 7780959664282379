/* The deliverer: tells hooks of events, each in order, several side by side, on a thread of its
 * own.
 *
 * Happy path of one hook: behind what is delivered the next event it wants is read, signed, POSTed
 * (service/ops/hook_post.h); taken, the next follows at once. How far it is, is committed every
 * second or so (tick_webhooks), and with every failure: after a crash what was delivered since then
 * is delivered again, under the same webhook-id. What failed is tried again when the record says
 * so; only the command decides when that is, and when a hook is off. What admins change is seen
 * within a fifth of a second, by the revision of the record. */
#ifndef BECKON_SERVICE_MAIN_HOOKS_H
#define BECKON_SERVICE_MAIN_HOOKS_H

#include <stdint.h>

#include "service/executor/executor.h"
#include "service/main_options.h"

struct hooks;

/* What it has done since it was started, and what it sees now. */
struct hooks_stats {
    uint64_t delivered_count, failed_count;
    uint32_t hook_count;    /* of all merchants */
    uint32_t off_count;     /* those that are off */
    uint32_t failing_count; /* those that are on and wait after a failure */
    uint32_t waiting_count; /* those that are on and have events before them */
};

/* NULL: a setting is wrong, and the log says which. Aborts when there is no memory. */
struct hooks *hooks_start(const struct options *options, struct executor *executor,
                          struct store *store, struct executor_clock clock);
/* Before the executor is stopped: breaks off what is under way, notes how far hooks are, joins. */
void hooks_stop(struct hooks *hooks);
/* Any thread. */
struct hooks_stats hooks_stats(const struct hooks *hooks);

#endif
