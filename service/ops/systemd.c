#include "service/ops/systemd.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void systemd_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@')
        || strlen(path) >= sizeof name.sun_path)
        return;
    size_t size = strlen(path);
    memcpy(name.sun_path, path, size);
    if (path[0] == '@')
        name.sun_path[0] = '\0'; /* abstract */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&name,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
    (void)sent; /* systemd has its own time-outs */
    close(fd);
}

void systemd_notify_reloading(void)
{
    struct timespec now;
    char state[64];
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
             (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    systemd_notify(state);
}

void systemd_notify_patience(uint64_t ms)
{
    char state[64];
    if (getenv("WATCHDOG_USEC") == NULL)
        return;
    snprintf(state, sizeof state, "WATCHDOG_USEC=%" PRIu64, ms * 1000);
    systemd_notify(state);
}
