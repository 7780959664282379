#include "service/door/crowd.h"

#include <string.h>
#include <sys/stat.h>

enum { NETWORK_BYTES = 8 };

static const uint8_t FOUR[12] = {[10] = 0xFF, [11] = 0xFF}; /* IPv4 in IPv6 form */

void crowd_init(struct crowd *crowd, unsigned descriptors)
{
    unsigned kept = descriptors / 4 < LIMIT_DESCRIPTORS_KEPT ? descriptors / 4
                                                             : LIMIT_DESCRIPTORS_KEPT;
    crowd->descriptors_max = descriptors - kept;
    crowd->count = 0;
    pthread_mutex_init(&crowd->lock, NULL);
}

void crowd_destroy(struct crowd *crowd)
{
    pthread_mutex_destroy(&crowd->lock);
}

/* Forgets the connections that are closed. Under the lock. */
static void sweep(struct crowd *crowd)
{
    for (unsigned i = 0; i < crowd->count;) {
        struct stat status;
        if (fstat(crowd->members[i].fd, &status) == 0
            && status.st_ino == crowd->members[i].inode
            && status.st_dev == crowd->members[i].device)
            i++;
        else
            crowd->members[i] = crowd->members[--crowd->count];
    }
}

static unsigned share_of(const uint8_t address[SOCKET_PEER_BYTES], size_t *ret_size)
{
    static const uint8_t none[SOCKET_PEER_BYTES], six[SOCKET_PEER_BYTES] = {[15] = 1};
    bool is_four = memcmp(address, FOUR, sizeof FOUR) == 0;
    bool is_near = is_four ? address[12] == 127
                           : memcmp(address, none, sizeof none) == 0
                                 || memcmp(address, six, sizeof six) == 0;
    *ret_size = is_four || is_near ? SOCKET_PEER_BYTES : NETWORK_BYTES;
    return is_near ? LIMIT_CONNECTIONS_PER_ADDRESS : LIMIT_CONNECTIONS_PER_STRANGER;
}

static enum crowd_answer ask(const struct crowd *crowd, const uint8_t address[SOCKET_PEER_BYTES],
                             unsigned descriptors)
{
    unsigned same = 0, held = descriptors;
    size_t size;
    unsigned share = share_of(address, &size);
    for (unsigned i = 0; i < crowd->count; i++) {
        same += memcmp(crowd->members[i].address, address, size) == 0;
        held += crowd->members[i].descriptors;
    }
    if (crowd->count == LIMIT_CONNECTIONS || held > crowd->descriptors_max)
        return CROWD_FULL;
    return same >= share ? CROWD_ADDRESS_FULL : CROWD_ROOM;
}

enum crowd_answer crowd_enter(struct crowd *crowd, int fd,
                              const uint8_t address[SOCKET_PEER_BYTES], unsigned descriptors)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return CROWD_FULL;
    pthread_mutex_lock(&crowd->lock);
    enum crowd_answer answer = ask(crowd, address, descriptors);
    if (answer != CROWD_ROOM) {
        sweep(crowd);
        answer = ask(crowd, address, descriptors);
    }
    if (answer == CROWD_ROOM) {
        unsigned at = crowd->count++;
        crowd->members[at].fd = fd;
        crowd->members[at].device = status.st_dev;
        crowd->members[at].inode = status.st_ino;
        crowd->members[at].descriptors = descriptors;
        memcpy(crowd->members[at].address, address, SOCKET_PEER_BYTES);
    }
    pthread_mutex_unlock(&crowd->lock);
    return answer;
}

unsigned crowd_count(struct crowd *crowd)
{
    pthread_mutex_lock(&crowd->lock);
    sweep(crowd);
    unsigned count = crowd->count;
    pthread_mutex_unlock(&crowd->lock);
    return count;
}
