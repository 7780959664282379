/* The thread that keeps time: it cuts the connections whose deadline has passed, DEADLINE_STEP_MS
 * late at most, and drops what refused visitors still send (linger.h). */
#ifndef BECKON_CLIENTS_WEB_HTTP_DEADLINE_H
#define BECKON_CLIENTS_WEB_HTTP_DEADLINE_H

#include "clients/web/http/connection.h"
#include "clients/web/http/linger.h"

enum { DEADLINE_STEP_MS = 250 };

struct deadline;

/* Borrows both until deadline_stop. NULL: no memory, no thread. */
struct deadline *deadline_start(struct connections *connections, struct lingerers *linger);
void deadline_stop(struct deadline *deadline);

#endif
