/* The threads that run the handler: so many for the work, and one more for refusals, which cost
 * nothing and are answered when all the others wait for the service. */
#ifndef BECKON_CLIENTS_WEB_HTTP_WORKERS_H
#define BECKON_CLIENTS_WEB_HTTP_WORKERS_H

#include <stdbool.h>

#include "clients/web/http/request.h"
#include "clients/web/http/server.h"

struct workers;

/* NULL: no memory, no threads. `options` is copied. */
struct workers *workers_start(const struct server_options *options);
/* Suspends the request's connection and queues the request; from then on it is a worker's until
 * that resumes the connection. A full queue makes it REFUSED_BUSY. On the connection's thread.
 * false: even refusals wait, or workers_stop was called; nothing was done. */
bool workers_submit(struct workers *workers, struct request *request);
/* Lets what runs end, refuses what waits, joins. */
void workers_stop(struct workers *workers);
void workers_free(struct workers *workers);

#endif
