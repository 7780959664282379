/* Connections that are adopted, and who is at their other ends.
 *
 * gRPC names an adopted connection by its descriptor ("fd:7"), so the descriptor finds the peer. A
 * number is given again once gRPC has closed it; a call that has outlived its connection until then
 * may be taken for a call of the next one, which at worst counts a guess for somebody else. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>

#include "service/limits.h"
#include "service/rpc/call.h"

void peers_init(struct rpc *rpc)
{
    rpc->peers = calloc(LIMIT_DESCRIPTORS, sizeof *rpc->peers);
    if (rpc->peers == NULL)
        abort(); /* start-up */
    rpc->credentials = grpc_insecure_server_credentials_create();
    pthread_mutex_init(&rpc->adopt_lock, NULL);
}

void peers_free(struct rpc *rpc)
{
    pthread_mutex_destroy(&rpc->adopt_lock);
    grpc_server_credentials_release(rpc->credentials);
    free(rpc->peers);
}

void rpc_adopt(struct rpc *rpc, int fd, const struct rpc_peer *peer)
{
    assert(fd >= 0);
    pthread_mutex_lock(&rpc->adopt_lock);
    if (rpc->adopt_ended || fd >= LIMIT_DESCRIPTORS) {
        close(fd);
    } else {
        rpc->peers[fd] = *peer;
        grpc_server_add_channel_from_fd(rpc->server, fd, rpc->credentials);
    }
    pthread_mutex_unlock(&rpc->adopt_lock);
}

bool peer_of(const struct call *call, struct rpc_peer *ret_peer)
{
    struct rpc *rpc = call->rpc;
    char *name = grpc_call_get_peer(call->grpc);
    long fd = -1;
    if (name != NULL && strncmp(name, "fd:", strlen("fd:")) == 0) {
        char *end;
        errno = 0;
        fd = strtol(name + strlen("fd:"), &end, 10);
        if (errno != 0 || *end != '\0' || end == name + strlen("fd:"))
            fd = -1;
    }
    gpr_free(name);
    if (fd < 0 || fd >= LIMIT_DESCRIPTORS)
        return false;
    pthread_mutex_lock(&rpc->adopt_lock);
    *ret_peer = rpc->peers[fd];
    pthread_mutex_unlock(&rpc->adopt_lock);
    return true;
}
