/* Who is inside: connections and the descriptors they hold, counted in all and per address.
 *
 * Whoever adopted a connection closes it when he likes. Whether it still is open is told by the
 * descriptor's inode, which no other socket has: looked at only when a cap seems reached. Any
 * thread. */
#ifndef BECKON_SERVICE_DOOR_PLACES_H
#define BECKON_SERVICE_DOOR_PLACES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "service/door/socket.h"
#include "service/limits.h"

enum places_answer { PLACES_ROOM, PLACES_FULL, PLACES_ADDRESS_FULL };

struct places {
    pthread_mutex_t lock;
    unsigned descriptors_max;    /* they may hold together */
    struct {
        int fd;
        dev_t device;
        ino_t inode;
        uint8_t address[SOCKET_PEER_BYTES];
        unsigned descriptors;
    } members[LIMIT_CONNECTIONS];
    unsigned count;
};

/* `descriptors`: what the process may have open; some are kept for itself. */
void places_init(struct places *places, unsigned descriptors);
void places_destroy(struct places *places);

/* Counts a connection that will hold so many descriptors, `fd` first. Addresses other than this
 * machine's have a smaller share; of IPv6 a /64 network counts as one. */
enum places_answer places_enter(struct places *places, int fd,
                              const uint8_t address[SOCKET_PEER_BYTES], unsigned descriptors);
/* Those who are inside now. */
unsigned places_count(struct places *places);

#endif
