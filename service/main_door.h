/* Wires the door to the runtime. Main's thread. */
#ifndef BECKON_SERVICE_MAIN_DOOR_H
#define BECKON_SERVICE_MAIN_DOOR_H

#include "service/door/door.h"
#include "service/main_options.h"
#include "service/rpc/rpc.h"

struct door *main_door_open(struct rpc *rpc, rpc_log *log, void *log_context);

/* Listens on every address, says where, writes the port file, begins to accept; EXIT_OK, or what to
 * exit with, which is logged. */
int main_door_listen(struct door *door, const struct options *options);

#endif
