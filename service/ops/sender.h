/* The sender: takes messages to phones to whoever delivers them, on a thread of its own.
 *
 * Two sinks: a file (development and tests; one JSON line a message, mode 0600) and an HTTP hook
 * (POST of the same JSON). A bounded queue before them: when it is full, or a message has waited
 * longer than anybody looks at a page, the message is dropped and counted in the log; the person
 * asks again. Nothing of a message is ever logged.
 *
 * Happy path: sender_start -> sender_notify ... -> sender_stop. The commits wait for nothing. */
#ifndef BECKON_SERVICE_OPS_SENDER_H
#define BECKON_SERVICE_OPS_SENDER_H

#include "service/notice.h"

enum { SENDER_MESSAGE_BYTES = 256 };

struct sender_options {
    const char *file;             /* NULL: none */
    const char *hook;             /* NULL: none; https, or http on loopback */
    const char *hook_secret_file; /* NULL: no Authorization header */
};

struct sender;

/* Starts the thread; before others that use the network library. NULL: ret_message says in one
 * sentence what is wrong (a path, a URL, the secret) and what to do. */
struct sender *sender_start(const struct sender_options *options,
                            char ret_message[SENDER_MESSAGE_BYTES]);
/* Copies a notice into the queue; any thread, never waits for a sink. `sender` is a struct sender,
 * as an executor_options.notify_context is. */
void sender_notify(void *sender, const struct notice *notice);
/* Sends what is queued, for 2 s at most and without trying again, joins, frees. */
void sender_stop(struct sender *sender);

/* Any thread. */
struct sender_stats {
    uint64_t sent, failed, dropped; /* handed over; not taken by the hook or file; given up */
    unsigned waiting;               /* now */
};
void sender_stats(struct sender *sender, struct sender_stats *ret_stats);

#endif
