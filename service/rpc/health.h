/* grpc.health.v1: is this service serving? "" speaks for the process. Watch answers at once and on
 * each change; at shutdown it says NOT_SERVING and ends. Also the benchmark's empty call.
 *
 * A service whose writer hangs serves not: reads would be answered, but no purchase is. */
#ifndef BECKON_SERVICE_RPC_HEALTH_H
#define BECKON_SERVICE_RPC_HEALTH_H

#include <stdbool.h>

struct call;
struct rpc;

void health_check_arrive(struct call *call);
void health_watch_arrive(struct call *call);
/* The client of a stream has gone; ends it if it is a watch. */
void health_watch_closed(struct call *call);
/* Sets the status and tells every watch; false ends them. */
void health_set(struct rpc *rpc, bool serving);
/* Looks at the writer, and tells every watch when it begins to hang or goes on. Any thread. */
void health_look(struct rpc *rpc);

#endif
