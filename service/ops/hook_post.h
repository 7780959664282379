/* POSTs signed messages to hooks: several at a time, each with 15 s, no redirects, certificates
 * checked, and only to addresses that may be asked (hook_network.h): the address really connected
 * to is looked at, whatever its name resolves to by then.
 *
 * One thread owns a poster; hook_poster_wake alone may be called by others. */
#ifndef BECKON_SERVICE_OPS_HOOK_POST_H
#define BECKON_SERVICE_OPS_HOOK_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOOK_POSTS_MAX = 64, HOOK_POSTER_MESSAGE_BYTES = 256, HOOK_NETWORKS_MAX = 16 };

struct hook_poster_options {
    const char *ca_file;         /* trusted instead of the system's; NULL: the system's */
    const char *const *networks; /* besides the internet */
    unsigned network_count;      /* at most HOOK_NETWORKS_MAX */
};

struct hook_message {
    const char *url, *id;
    uint64_t at_s;               /* Unix seconds, as signed */
    const char *signatures;      /* "v1,... v1,..." */
    const char *body;            /* JSON */
    size_t body_size;
};

/* What came of it; the numbers of the store's records. */
enum hook_answer {
    HOOK_NONE = 0, HOOK_DELIVERED, HOOK_BAD_STATUS, HOOK_GONE, HOOK_TIMED_OUT, HOOK_NOT_CONNECTED,
    HOOK_NOT_RESOLVED, HOOK_TLS_FAILED, HOOK_ADDRESS_REFUSED, HOOK_BROKEN_OFF,
};
struct hook_result {
    void *context;               /* as given */
    enum hook_answer answer;
    unsigned status;             /* 0: none came */
    uint64_t retry_after_ms;     /* what a bad status asked for; 0: nothing */
};

struct hook_poster;

/* NULL: ret_message says in a sentence which option is wrong. */
struct hook_poster *hook_poster_new(const struct hook_poster_options *options,
                                    char ret_message[HOOK_POSTER_MESSAGE_BYTES]);
/* Breaks off what is under way. */
void hook_poster_destroy(struct hook_poster *poster);

/* Begins one; everything is copied. False: HOOK_POSTS_MAX are under way, or no memory. */
bool hook_post(struct hook_poster *poster, const struct hook_message *message, void *context);
/* Works until something ends, or wait_ms: how many results it has written, at most count_max. */
size_t hook_poster_run(struct hook_poster *poster, unsigned wait_ms,
                       struct hook_result *ret_results, size_t count_max);
/* Ends a hook_poster_run that waits. Any thread. */
void hook_poster_wake(struct hook_poster *poster);

#endif
