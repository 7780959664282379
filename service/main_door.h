/* Wires the door to the runtime. Main's thread. */
#ifndef BECKON_SERVICE_MAIN_DOOR_H
#define BECKON_SERVICE_MAIN_DOOR_H

#include "service/door/door.h"
#include "service/main_options.h"
#include "service/rpc/rpc.h"

struct door *main_door_open(struct rpc *rpc, rpc_log *log, void *log_context);

/* Reads the certificate and key, if any: at the start and with SIGHUP. False: the log says why, the
 * former stay in force. */
bool main_door_certify(struct door *door, const struct options *options);

/* Certifies, listens on every address, says where, writes the port file, begins to accept; EXIT_OK,
 * or what to exit with, which is logged. */
int main_door_listen(struct door *door, const struct options *options);

#endif
