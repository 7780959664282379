/* What is done with one connection: handshake, both ways, farewell. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "service/door/relay_inner.h"

uint64_t relay_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Is it only that there is nothing to do now? */
static bool wants(const struct relay *relay, int result)
{
    int error = SSL_get_error(relay->ssl, result);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

enum relay_step relay_shake(struct relay *relay)
{
    ERR_clear_error();
    int result = SSL_accept(relay->ssl);
    if (result != 1)
        return wants(relay, result) ? RELAY_IDLE : RELAY_OVER;
    const unsigned char *protocol;
    unsigned size;
    SSL_get0_alpn_selected(relay->ssl, &protocol, &size);
    return size == 2 && memcmp(protocol, "h2", 2) == 0 ? RELAY_MOVED : RELAY_OVER;
}

static void rest_keep(struct rest *rest, const uint8_t *bytes, size_t size)
{
    assert(rest->bytes == NULL && size <= RELAY_CHUNK_BYTES);
    rest->bytes = malloc(size);
    if (rest->bytes == NULL)
        abort(); /* a page: nothing of the process would work any more */
    memcpy(rest->bytes, bytes, size);
    rest->size = size;
    rest->start = 0;
}

static void rest_clear(struct rest *rest)
{
    free(rest->bytes);
    *rest = (struct rest){0};
}

/* Each writes as much as is taken and answers how much; -1: nobody takes it any more. */
static ssize_t write_pipe(struct relay *relay, const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t sent = send(relay->pipe, bytes + done, size - done, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (sent < 0)
            return -1;
        done += (size_t)sent;
    }
    return (ssize_t)done;
}

static ssize_t write_net(struct relay *relay, const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ERR_clear_error();
        int sent = SSL_write(relay->ssl, bytes + done, (int)(size - done));
        if (sent <= 0) {
            if (!wants(relay, sent))
                return -1;
            break;
        }
        done += (size_t)sent;
    }
    return (ssize_t)done;
}

typedef ssize_t write_way(struct relay *relay, const uint8_t *bytes, size_t size);

/* Writes what waits, else the new bytes, and keeps what is not taken. */
static enum relay_step pass(struct relay *relay, struct rest *rest, write_way *write,
                            const uint8_t *bytes, size_t size)
{
    bool waits = rest->bytes != NULL;
    if (waits)
        bytes = rest->bytes + rest->start, size = rest->size - rest->start;
    ssize_t written = write(relay, bytes, size);
    if (written < 0)
        return RELAY_OVER;
    if ((size_t)written == size)
        rest_clear(rest);
    else if (waits)
        rest->start += (size_t)written;
    else
        rest_keep(rest, bytes + written, size - (size_t)written);
    return written > 0 ? RELAY_MOVED : RELAY_IDLE;
}

static enum relay_step move_up(struct relay *relay, uint8_t *scratch, enum guard_cut *ret_cut)
{
    if (relay->up.bytes != NULL)
        return pass(relay, &relay->up, write_pipe, NULL, 0);
    if (relay->net_ended)
        return RELAY_IDLE;
    ERR_clear_error();
    int size = SSL_read(relay->ssl, scratch, RELAY_CHUNK_BYTES);
    if (size <= 0) {
        if (wants(relay, size))
            return RELAY_IDLE;
        if (!(SSL_get_shutdown(relay->ssl) & SSL_RECEIVED_SHUTDOWN))
            return RELAY_OVER; /* cut off, or no TLS any more */
        relay->net_ended = true;
        shutdown(relay->pipe, SHUT_WR);
        return RELAY_MOVED;
    }
    enum guard_cut cut = guard_in(&relay->guard, scratch, (size_t)size, relay_now_ms());
    if (cut != GUARD_ON) {
        *ret_cut = cut;
        return RELAY_OVER;
    }
    return pass(relay, &relay->up, write_pipe, scratch, (size_t)size) == RELAY_OVER ? RELAY_OVER
                                                                                    : RELAY_MOVED;
}

static enum relay_step move_down(struct relay *relay, uint8_t *scratch, enum guard_cut *ret_cut)
{
    if (relay->down.bytes != NULL) {
        enum relay_step step = pass(relay, &relay->down, write_net, NULL, 0);
        if (step == RELAY_MOVED)
            relay->stuck_ms = relay->down.bytes != NULL ? relay_now_ms() : 0;
        return step;
    }
    if (relay->pipe_ended)
        return RELAY_OVER; /* all is sent */
    ssize_t size = recv(relay->pipe, scratch, RELAY_CHUNK_BYTES, 0);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR ? RELAY_IDLE : RELAY_OVER;
    if (size == 0) {
        relay->pipe_ended = true;
        return RELAY_MOVED;
    }
    enum guard_cut cut = guard_out(&relay->guard, scratch, (size_t)size, relay_now_ms());
    enum relay_step step = pass(relay, &relay->down, write_net, scratch, (size_t)size);
    relay->stuck_ms = relay->down.bytes != NULL ? relay_now_ms() : 0;
    *ret_cut = cut;
    return step == RELAY_OVER || cut != GUARD_ON ? RELAY_OVER : RELAY_MOVED;
}

enum relay_step relay_move(struct relay *relay, uint8_t *scratch, enum guard_cut *ret_cut)
{
    assert(relay->state == RELAY_OPEN && relay->pipe >= 0);
    *ret_cut = GUARD_ON;
    enum relay_step up = move_up(relay, scratch, ret_cut);
    if (up == RELAY_OVER)
        return up;
    enum relay_step down = move_down(relay, scratch, ret_cut);
    return down == RELAY_IDLE ? up : down;
}

void relay_farewell(struct relay *relay, enum guard_cut cut)
{
    uint8_t frame[GUARD_GOAWAY_BYTES];
    if (cut != GUARD_ON && relay->down.bytes == NULL && guard_between_frames(&relay->guard))
        write_net(relay, frame, guard_goaway(&relay->guard, cut, frame));
    if (relay->down.bytes == NULL) {
        ERR_clear_error();
        SSL_shutdown(relay->ssl);
        ERR_clear_error();
    }
    close(relay->pipe);
    relay->pipe = -1;
}

enum relay_step relay_discard(struct relay *relay, uint8_t *scratch)
{
    ssize_t size = recv(relay->net, scratch, RELAY_CHUNK_BYTES, 0);
    if (size > 0)
        return RELAY_MOVED;
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? RELAY_IDLE : RELAY_OVER;
}

void relay_clear(struct relay *relay)
{
    rest_clear(&relay->up);
    rest_clear(&relay->down);
    SSL_free(relay->ssl);
    if (relay->pipe >= 0)
        close(relay->pipe);
    close(relay->net);
    relay->ssl = NULL;
    relay->state = RELAY_FREE;
    relay->generation++;
}
