#include "service/main_door.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/main_data.h"
#include "service/ops/log.h"

static_assert((int)SOCKET_PEER_BYTES == (int)RPC_PEER_BYTES, "one form of an address");

static void adopt(void *context, int fd, const struct door_peer *peer)
{
    struct rpc_peer same = {.forwards = peer->is_local};
    memcpy(same.address, peer->address, sizeof same.address);
    rpc_adopt(context, fd, &same);
}

struct door *main_door_open(struct rpc *rpc, rpc_log *log, void *log_context)
{
    return door_open(&(struct door_options){
        .adopt = adopt, .adopt_context = rpc, .log = log, .log_context = log_context});
}

int main_door_listen(struct door *door, const struct options *options)
{
    char ports[OPTIONS_LISTEN_MAX * 8] = "";
    for (unsigned i = 0; i < options->listen.count; i++) {
        char message[DOOR_MESSAGE_BYTES], quoted[LOG_VALUE_BYTES];
        unsigned port = 0;
        if (!door_listen(door, options->listen.values[i], &port, message)) {
            log_event("error", "cannot listen", "cause=%s", log_quote(message, quoted));
            return EXIT_LISTEN;
        }
        log_event("info", "listening", "address=%s port=%u",
                  log_quote(options->listen.values[i], quoted), port);
        if (port != 0)
            snprintf(ports + strlen(ports), sizeof ports - strlen(ports), "%u\n", port);
    }
    door_start(door);
    if (options->port_file != NULL && !data_write_file(options->port_file, ports, 0644)) {
        log_event("error", "port file not written", "%s", "");
        return EXIT_FAILED;
    }
    return EXIT_OK;
}
