/* GET /metrics for a Prometheus on this machine: HTTP on loopback, nothing else is served and
 * nobody from elsewhere. A thread of its own, a few connections at once, each ended after seconds
 * of silence.
 *
 * Happy path: metrics_http_start -> (scrapes) -> metrics_http_stop. */
#ifndef BECKON_SERVICE_OPS_METRICS_HTTP_H
#define BECKON_SERVICE_OPS_METRICS_HTTP_H

#include <stdio.h>

enum { METRICS_MESSAGE_BYTES = 256 };

struct metrics_http;

/* Writes one answer; on the thread of metrics_http, one at a time. */
typedef void metrics_write(void *context, FILE *out);

/* address: "127.0.0.1:PORT" or "[::1]:PORT", port 0 takes a free one. NULL: ret_message says in one
 * sentence what is wrong and what to do. */
struct metrics_http *metrics_http_start(const char *address, metrics_write *write, void *context,
                                        unsigned *ret_port,
                                        char ret_message[METRICS_MESSAGE_BYTES]);
/* Waits for an answer under way, joins, frees. */
void metrics_http_stop(struct metrics_http *http);

#endif
