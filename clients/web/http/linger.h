/* Sockets we have answered while the visitor still sends.
 *
 * Closing one then resets the connection, and what he has not read of our answer is lost: he would
 * see "connection reset" in place of "this is too large". So his bytes are read and dropped until
 * he is done, for LINGER_MS at most. One thread but for linger_add. */
#ifndef BECKON_CLIENTS_WEB_HTTP_LINGER_H
#define BECKON_CLIENTS_WEB_HTTP_LINGER_H

#include <stdint.h>

enum {
    LINGER_MAX = 256,              /* more: reset */
    LINGER_MS = 10 * 1000,
    LINGER_SILENCE_MS = 2 * 1000,  /* without a byte */
    LINGER_BYTES = 8 * 1024 * 1024, /* a photograph somebody put into a form */
};

struct lingerers;

/* NULL: no memory, no descriptors. */
struct lingerers *linger_new(void);
/* Closes what is left. */
void linger_free(struct lingerers *linger);
/* Takes a duplicate of the socket, whose sending side is shut; any thread. */
void linger_add(struct lingerers *linger, int descriptor, uint64_t now_ms);
/* Wakes linger_wait; any thread. */
void linger_wake(struct lingerers *linger);
/* Waits up to `wait_ms` for bytes to drop, drops them, closes what is done. */
void linger_wait(struct lingerers *linger, int wait_ms);

#endif
