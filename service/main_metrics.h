/* What operators' graphs and alarms see: the parts' own counters, written as GET /metrics asks for
 * them (service/ops/metrics_http). Nothing personal, no label whose values are not names of ours:
 * a merchant's figures are added up. */
#ifndef BECKON_SERVICE_MAIN_METRICS_H
#define BECKON_SERVICE_MAIN_METRICS_H

#include <stdio.h>

#include "service/door/door.h"
#include "service/executor/executor.h"
#include "service/main_hooks.h"
#include "service/main_options.h"
#include "service/ops/sender.h"
#include "service/rpc/rpc.h"
#include "store/store.h"

/* Whose counters; all of them outlive the metrics. */
struct metrics_parts {
    const char *data;            /* the data folder */
    struct rpc *rpc;
    struct executor *executor;
    struct executor_clock clock;
    struct store *store;
    struct door *door;
    struct hooks *hooks;
    struct sender *sender;       /* NULL: messages can't be sent */
};

struct metrics;

/* Starts serving them where the settings say; *ret stays NULL where they say nowhere. False: the
 * log says why not, EXIT_LISTEN. */
bool metrics_start(const struct options *options, const struct metrics_parts *parts,
                   struct metrics **ret_metrics);
/* Before any of the parts ends; NULL is allowed. */
void metrics_stop(struct metrics *metrics);

/* main_metrics_store.c: what the store holds; reads a snapshot. */
void metrics_write_store(struct store *store, const char *data, FILE *out);

#endif
