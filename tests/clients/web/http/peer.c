#include "tests/clients/web/http/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

void peer_open(struct peer *peer, uint16_t port)
{
    *peer = (struct peer){ .descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    assert_true(peer->descriptor >= 0);
    struct timeval wait = { .tv_sec = PEER_WAIT_MS / 1000 };
    setsockopt(peer->descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(peer->descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    assert_int_equal(connect(peer->descriptor, (struct sockaddr *)&at, sizeof(at)), 0);
}

void peer_close(struct peer *peer)
{
    close(peer->descriptor);
    free(peer->bytes);
    *peer = (struct peer){ .descriptor = -1 };
}

bool peer_send(struct peer *peer, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(peer->descriptor, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            assert_true(errno == EPIPE || errno == ECONNRESET);
            return false;
        }
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

void peer_say(struct peer *peer, const char *text)
{
    assert_true(peer_send(peer, text, strlen(text)));
}

/* Reads more; false: closed or reset. */
static bool read_more(struct peer *peer)
{
    if (peer->capacity - peer->size < 64 * 1024) {
        peer->capacity = 2 * peer->capacity + 128 * 1024;
        peer->bytes = realloc(peer->bytes, peer->capacity);
        assert_non_null(peer->bytes);
    }
    ssize_t size = recv(peer->descriptor, peer->bytes + peer->size,
                        peer->capacity - peer->size - 1, 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        fail_msg("nothing came for %d ms", PEER_WAIT_MS);
    }
    if (size <= 0) {
        return false;
    }
    peer->size += (size_t)size;
    peer->bytes[peer->size] = '\0';
    return true;
}

static void take(struct peer *peer, size_t size)
{
    memmove(peer->bytes, peer->bytes + size, peer->size - size + 1);
    peer->size -= size;
}

/* Where `text` ends in what was read, reading on until it is there; 0: closed. */
static size_t find_end(struct peer *peer, size_t from, const char *text)
{
    size_t size = strlen(text);
    for (;;) {
        char *found = peer->size < from + size
                          ? NULL
                          : memmem(peer->bytes + from, peer->size - from, text, size);
        if (found != NULL) {
            return (size_t)(found - peer->bytes) + size;
        }
        if (!read_more(peer)) {
            return 0;
        }
    }
}

bool peer_await(struct peer *peer, const char *text)
{
    size_t end = find_end(peer, 0, text);
    if (end > 0) {
        take(peer, end);
    }
    return end > 0;
}

static bool read_up_to(struct peer *peer, size_t size)
{
    while (peer->size < size) {
        if (!read_more(peer)) {
            return false;
        }
    }
    return true;
}

const char *answer_header(const struct answer *answer, const char *name)
{
    static _Thread_local char value[1024];
    size_t name_size = strlen(name);
    for (const char *line = answer->head; line != NULL && *line != '\0';) {
        if (strncasecmp(line, name, name_size) == 0 && line[name_size] == ':') {
            size_t size = strcspn(line + name_size + 2, "\r");
            assert_true(size < sizeof(value));
            memcpy(value, line + name_size + 2, size);
            value[size] = '\0';
            return value;
        }
        line = strstr(line, "\r\n");
        line = line == NULL ? NULL : line + 2;
    }
    return "";
}

static bool hear_chunks(struct peer *peer, struct answer *answer)
{
    for (;;) {
        size_t line = find_end(peer, 0, "\r\n");
        if (line == 0) {
            return false;
        }
        size_t size = strtoul(peer->bytes, NULL, 16);
        if (!read_up_to(peer, line + size + 2)) {
            return false;
        }
        answer->body = realloc(answer->body, answer->body_size + size + 1);
        memcpy(answer->body + answer->body_size, peer->bytes + line, size);
        answer->body_size += size;
        answer->body[answer->body_size] = '\0';
        take(peer, line + size + 2);
        if (size == 0) {
            return true;
        }
    }
}

bool peer_hear(struct peer *peer, bool bodiless, struct answer *ret_answer)
{
    struct answer answer = { 0 };
    size_t head = find_end(peer, 0, "\r\n\r\n");
    if (head == 0) {
        return false;
    }
    answer.head = strndup(peer->bytes, head);
    take(peer, head);
    assert_memory_equal(answer.head, "HTTP/1.1 ", 9);
    answer.status = (unsigned)strtoul(answer.head + 9, NULL, 10);
    bodiless = bodiless || answer.status == 304 || answer.status == 204 || answer.status == 100;
    bool whole = true;
    answer.body = calloc(1, 1);
    if (!bodiless && strcmp(answer_header(&answer, "Transfer-Encoding"), "chunked") == 0) {
        whole = hear_chunks(peer, &answer);
    } else if (!bodiless) {
        size_t size = strtoul(answer_header(&answer, "Content-Length"), NULL, 10);
        whole = read_up_to(peer, size);
        if (whole && size > 0) {
            answer.body = realloc(answer.body, size + 1);
            memcpy(answer.body, peer->bytes, size);
            answer.body[size] = '\0';
            answer.body_size = size;
            take(peer, size);
        }
    }
    if (!whole) {
        answer_free(&answer);
        return false;
    }
    *ret_answer = answer;
    return true;
}

void answer_free(struct answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct answer){ 0 };
}

bool peer_is_closed(struct peer *peer, int wait_ms)
{
    struct pollfd polled = { .fd = peer->descriptor, .events = POLLIN };
    if (poll(&polled, 1, wait_ms) <= 0) {
        return false;
    }
    char byte;
    return recv(peer->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

void peer_ask(uint16_t port, const char *request, struct answer *ret_answer)
{
    struct peer peer;
    peer_open(&peer, port);
    peer_say(&peer, request);
    assert_true(peer_hear(&peer, strncmp(request, "HEAD ", 5) == 0, ret_answer));
    peer_close(&peer);
}
