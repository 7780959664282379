/* A visitor with a raw socket: sends what it is told, reads whole answers. Fails the test (cmocka)
 * when something takes longer than PEER_WAIT_MS. */
#ifndef BECKON_TESTS_CLIENTS_WEB_HTTP_PEER_H
#define BECKON_TESTS_CLIENTS_WEB_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEER_WAIT_MS = 20 * 1000 };

struct peer {
    int descriptor;
    char *bytes;          /* read and not yet taken */
    size_t size, capacity;
};

struct answer {
    unsigned status;
    char *head;           /* terminated; header lines end with "\r\n" */
    char *body;           /* terminated; chunks joined */
    size_t body_size;
};

void peer_open(struct peer *peer, uint16_t port);
void peer_close(struct peer *peer);
/* As much as the other side takes; false: it has closed. */
bool peer_send(struct peer *peer, const char *bytes, size_t size);
void peer_say(struct peer *peer, const char *text);
/* The next whole answer; `bodiless`: to HEAD. false: closed before it was whole. */
bool peer_hear(struct peer *peer, bool bodiless, struct answer *ret_answer);
void answer_free(struct answer *answer);
/* The value of a header, "" without; good until the next call. */
const char *answer_header(const struct answer *answer, const char *name);
/* Reads until these bytes have come; false: closed before. They and all before are taken. */
bool peer_await(struct peer *peer, const char *text);
/* Has the server closed (without sending more)? Waits for it up to `wait_ms`. */
bool peer_is_closed(struct peer *peer, int wait_ms);

/* One request on a connection of its own. */
void peer_ask(uint16_t port, const char *request, struct answer *ret_answer);

#endif
