#include "service/door/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512 };

/* A socket file left behind by a process that is gone may go; a living one's may not. */
static bool unix_path_free(const struct address *address)
{
    const struct sockaddr_un *name = (const struct sockaddr_un *)&address->socket;
    struct stat status;
    if (lstat(name->sun_path, &status) != 0)
        return errno == ENOENT;
    if (!S_ISSOCK(status.st_mode)) {
        errno = EEXIST;
        return false;
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return false;
    bool alive = connect(probe, (const struct sockaddr *)name, sizeof *name) == 0
                 || errno != ECONNREFUSED;
    close(probe);
    if (alive) {
        errno = EADDRINUSE;
        return false;
    }
    return unlink(name->sun_path) == 0;
}

int socket_listen(const struct address *address)
{
    int family = address->socket.ss_family;
    if (family == AF_UNIX && !unix_path_free(address))
        return -1;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    /* REUSEADDR restarts at once after kill -9; never REUSEPORT, with which two would share. */
    bool ok = family == AF_UNIX
              || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    if (ok && family == AF_INET6)
        ok = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
    mode_t mask = umask(0177); /* start-up: no other thread makes files */
    ok = ok && bind(fd, (const struct sockaddr *)&address->socket, address->size) == 0;
    int error = errno;
    umask(mask);
    errno = error;
    if (ok && listen(fd, BACKLOG) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

bool socket_address(int fd, struct address *ret_address)
{
    struct address address = {.size = sizeof address.socket};
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0
        || getsockname(fd, (struct sockaddr *)&address.socket, &address.size) != 0)
        return false;
    *ret_address = address;
    return true;
}

unsigned socket_port(int fd)
{
    struct address bound;
    if (!socket_address(fd, &bound))
        return 0;
    if (bound.socket.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&bound.socket)->sin_port);
    return bound.socket.ss_family == AF_INET6
               ? ntohs(((struct sockaddr_in6 *)&bound.socket)->sin6_port) : 0;
}

void socket_peer(const struct sockaddr_storage *peer, uint8_t ret_key[SOCKET_PEER_BYTES])
{
    memset(ret_key, 0, SOCKET_PEER_BYTES);
    if (peer->ss_family == AF_INET) {
        ret_key[10] = ret_key[11] = 0xFF;
        memcpy(ret_key + 12, &((const struct sockaddr_in *)peer)->sin_addr, 4);
    } else if (peer->ss_family == AF_INET6) {
        memcpy(ret_key, &((const struct sockaddr_in6 *)peer)->sin6_addr, SOCKET_PEER_BYTES);
    }
}

static bool is_four(const uint8_t peer[SOCKET_PEER_BYTES])
{
    static const uint8_t four[12] = {[10] = 0xFF, [11] = 0xFF}; /* IPv4 in IPv6 form */
    return memcmp(peer, four, sizeof four) == 0;
}

bool socket_is_near(const uint8_t peer[SOCKET_PEER_BYTES])
{
    static const uint8_t none[SOCKET_PEER_BYTES], six[SOCKET_PEER_BYTES] = {[15] = 1};
    return is_four(peer) ? peer[12] == 127
                         : memcmp(peer, none, sizeof none) == 0
                               || memcmp(peer, six, sizeof six) == 0;
}

size_t socket_network_bytes(const uint8_t peer[SOCKET_PEER_BYTES])
{
    return is_four(peer) || socket_is_near(peer) ? SOCKET_PEER_BYTES : SOCKET_PEER_BYTES / 2;
}
