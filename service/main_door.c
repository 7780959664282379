#include "service/main_door.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/main_data.h"
#include "service/ops/log.h"

enum { CERTIFICATE_SOON_DAYS = 21 };
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

bool main_door_certify(struct door *door, const struct options *options)
{
    if (options->tls_certificate == NULL)
        return true;
    char message[DOOR_MESSAGE_BYTES], quoted[LOG_VALUE_BYTES];
    const struct tls_files files = {
        .certificate = options->tls_certificate, .key = options->tls_key,
        .client_ca = options->tls_client_ca,
        .client_required = options->tls_client == OPTIONS_CLIENT_REQUIRED};
    if (!door_certify(door, &files, message)) {
        log_event("error", "certificate not read", "cause=%s", log_quote(message, quoted));
        return false;
    }
    struct door_stats stats;
    door_stats(door, &stats);
    log_event(stats.certificate_days < CERTIFICATE_SOON_DAYS ? "warn" : "info",
              "certificate read", "days_left=%d", stats.certificate_days);
    return true;
}

int main_door_listen(struct door *door, const struct options *options)
{
    if (!main_door_certify(door, options))
        return EXIT_LISTEN;
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
        char quoted[LOG_VALUE_BYTES];
        log_event("error", "port file not written", "path=%s",
                  log_quote(options->port_file, quoted));
        return EXIT_FAILED;
    }
    return EXIT_OK;
}
