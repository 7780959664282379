#include "clients/web/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 1024,
    /* Calls to beckond, files under way, lingering sockets (linger.h), the process itself. */
    OTHER_DESCRIPTORS = 1024,
};

/* "ADDRESS:PORT" or "[ADDRESS]:PORT" into two texts. */
static bool split(const char *where, char *host, size_t host_size, const char **ret_port)
{
    const char *colon = strrchr(where, ':');
    if (colon == NULL || colon == where || colon[1] == '\0') {
        return false;
    }
    const char *begin = where, *end = colon;
    if (where[0] == '[') {
        if (end[-1] != ']') {
            return false;
        }
        begin++;
        end--;
    }
    size_t size = (size_t)(end - begin);
    if (size == 0 || size >= host_size) {
        return false;
    }
    memcpy(host, begin, size);
    host[size] = '\0';
    *ret_port = colon + 1;
    return true;
}

static int open_at(const struct addrinfo *at)
{
    int descriptor = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return -1;
    }
    int on = 1, off = 0;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->ai_family == AF_INET6) {
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    if (bind(descriptor, at->ai_addr, at->ai_addrlen) != 0 || listen(descriptor, BACKLOG) != 0) {
        int why = errno;
        close(descriptor);
        errno = why;
        return -1;
    }
    return descriptor;
}

static uint16_t port_of(int descriptor)
{
    struct sockaddr_storage bound = { 0 };
    socklen_t size = sizeof(bound);
    if (getsockname(descriptor, (struct sockaddr *)&bound, &size) != 0) {
        return 0;
    }
    return ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                             : ((struct sockaddr_in *)&bound)->sin_port);
}

int listen_open(const char *where, char *error, size_t size, uint16_t *ret_port)
{
    char host[128];
    const char *port;
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found;
    if (!split(where, host, sizeof(host), &port) || getaddrinfo(host, port, &hints, &found) != 0) {
        snprintf(error, size, "\"%s\" is no address to listen on; such as 127.0.0.1:7780 is.",
                 where);
        return -1;
    }
    int descriptor = open_at(found);
    int why = errno;
    freeaddrinfo(found);
    if (descriptor < 0) {
        const char *hint = why == EADDRINUSE ? "another program listens there"
                           : why == EADDRNOTAVAIL ? "this machine has no such address"
                           : why == EACCES ? "ports below 1024 are root's"
                                           : strerror(why);
        snprintf(error, size, "Can't listen on %s: %s.", where, hint);
        return -1;
    }
    *ret_port = port_of(descriptor);
    return descriptor;
}

unsigned listen_raise_descriptors(unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return wanted;
    }
    rlim_t needed = (rlim_t)wanted + wanted / 8 + OTHER_DESCRIPTORS;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= needed
                             ? needed
                             : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) {
        return wanted;
    }
    rlim_t left = limit.rlim_cur > OTHER_DESCRIPTORS ? limit.rlim_cur - OTHER_DESCRIPTORS : 0;
    return (unsigned)(left * 8 / 9);
}
