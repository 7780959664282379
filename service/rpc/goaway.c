/* GOAWAY to every client, while the server goes on serving.
 *
 * grpc_server_shutdown_and_notify sends GOAWAY too, but has failed every armed request before:
 * calls that cross it on the wire are lost or cancelled, and clients may not repeat such a call by
 * themselves. What is needed is the first half alone. gRPC 1.51 has it as
 * grpc_core::Server::SendGoaways(), which its library exports but no C header names; a grpc_server
 * is that object. Where another version lacks it the symbol is null: then draining is as abrupt as
 * shutdown_and_notify. */
#include <grpc/grpc_security.h>

#include "service/rpc/call.h"

extern void server_send_goaways(grpc_server *server)
    __asm__("_ZN9grpc_core6Server11SendGoawaysEv") __attribute__((weak));

static void send_goaways(void *server)
{
    server_send_goaways(server);
}

/* It must run inside one of gRPC's execution contexts, which functions of its C surface open and
 * close. grpc_server_credentials_release does, and calls there what credentials are given to be
 * destroyed with them. */
void goaway_send(struct rpc *rpc)
{
    if (server_send_goaways == NULL)
        return;
    grpc_server_credentials *carrier = grpc_insecure_server_credentials_create();
    grpc_server_credentials_set_auth_metadata_processor(
        carrier, (grpc_auth_metadata_processor){.destroy = send_goaways, .state = rpc->server});
    grpc_server_credentials_release(carrier);
}
