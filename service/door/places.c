#include "service/door/places.h"

#include <string.h>
#include <sys/stat.h>

void places_init(struct places *places, unsigned descriptors)
{
    unsigned kept = descriptors / 4 < LIMIT_DESCRIPTORS_KEPT ? descriptors / 4
                                                             : LIMIT_DESCRIPTORS_KEPT;
    places->descriptors_max = descriptors - kept;
    places->count = 0;
    pthread_mutex_init(&places->lock, NULL);
}

void places_destroy(struct places *places)
{
    pthread_mutex_destroy(&places->lock);
}

/* Forgets the connections that are closed. Under the lock. */
static void sweep(struct places *places)
{
    for (unsigned i = 0; i < places->count;) {
        struct stat status;
        if (fstat(places->members[i].fd, &status) == 0
            && status.st_ino == places->members[i].inode
            && status.st_dev == places->members[i].device)
            i++;
        else
            places->members[i] = places->members[--places->count];
    }
}

static enum places_answer ask(const struct places *places, const uint8_t address[SOCKET_PEER_BYTES],
                             unsigned descriptors)
{
    unsigned same = 0, held = descriptors;
    size_t size = socket_network_bytes(address);
    unsigned share = socket_is_near(address) ? LIMIT_CONNECTIONS_PER_ADDRESS
                                             : LIMIT_CONNECTIONS_PER_STRANGER;
    for (unsigned i = 0; i < places->count; i++) {
        same += memcmp(places->members[i].address, address, size) == 0;
        held += places->members[i].descriptors;
    }
    if (places->count == LIMIT_CONNECTIONS || held > places->descriptors_max)
        return PLACES_FULL;
    return same >= share ? PLACES_ADDRESS_FULL : PLACES_ROOM;
}

enum places_answer places_enter(struct places *places, int fd,
                              const uint8_t address[SOCKET_PEER_BYTES], unsigned descriptors)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return PLACES_FULL;
    pthread_mutex_lock(&places->lock);
    enum places_answer answer = ask(places, address, descriptors);
    if (answer != PLACES_ROOM) {
        sweep(places);
        answer = ask(places, address, descriptors);
    }
    if (answer == PLACES_ROOM) {
        unsigned at = places->count++;
        places->members[at].fd = fd;
        places->members[at].device = status.st_dev;
        places->members[at].inode = status.st_ino;
        places->members[at].descriptors = descriptors;
        memcpy(places->members[at].address, address, SOCKET_PEER_BYTES);
    }
    pthread_mutex_unlock(&places->lock);
    return answer;
}

unsigned places_count(struct places *places)
{
    pthread_mutex_lock(&places->lock);
    sweep(places);
    unsigned count = places->count;
    pthread_mutex_unlock(&places->lock);
    return count;
}
