/* What the deliverer's files share. Its thread alone, but for `stopping` and the stats. */
#ifndef BECKON_SERVICE_MAIN_HOOKS_INNER_H
#define BECKON_SERVICE_MAIN_HOOKS_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "service/limits.h"
#include "service/main_ask.h"
#include "service/main_hooks.h"
#include "service/ops/hook_post.h"
#include "service/rpc/arena.h"
#include "service/secret.h"
#include "store/webhooks.h"

enum { HOOK_SIGNATURES_BYTES = 2 * SECRET_SIGNATURE_BYTES };

/* One hook as the deliverer sees it. number 0: the slot is free. */
struct hook {
    uint32_t merchant, number, revision;
    bool seen;                 /* by the look at the store that is under way */
    bool on;
    uint64_t newest;           /* the merchant's newest event, at the last look */
    uint64_t through;          /* how far it is, ahead of the record by what is not noted yet */
    uint64_t next_attempt_at;
    uint32_t test_asked, test_answered;

    bool busy;                 /* something of it is under way */
    uint32_t sent_revision;
    uint64_t sent_event;       /* 0: a test */
    uint32_t sent_test;

    /* what is to be noted */
    bool dirty, urgent;
    uint64_t dirty_since_ms;   /* monotonic */
    uint32_t delivered_count;
    enum hook_answer answer;
    unsigned status;
    uint64_t retry_after_ms;
    bool trimmed;
    uint32_t test_number;      /* 0: none */
    enum hook_answer test_answer;
    unsigned test_status;
};

struct hooks {
    pthread_t thread;
    atomic_bool stopping;
    struct executor_clock clock;
    struct hook_poster *poster;
    struct asker *asker;
    struct arena arena;        /* of a letter in the making */
    struct arena_pool pool;
    uint8_t *first;
    size_t slot_count;         /* slots behind it have never been used */
    size_t turn;               /* whose turn is first: all get theirs */
    bool told_full;
    bool refused;              /* the last note was refused, and that is logged */
    struct hook slots[LIMIT_HOOKS];
    _Atomic uint64_t delivered_count, failed_count;
    _Atomic uint32_t hook_count, off_count, failing_count, waiting_count;
};

/* Looks at every merchant's hooks: new ones get a slot, those deleted lose theirs, changed ones go
 * on as their records say. False: the store could not be read. */
bool hooks_look(struct hooks *hooks);

/* What is sent next. */
struct hook_letter {
    char url[WEBHOOK_URL_BYTES_MAX + 1];
    char id[WEBHOOK_ID_BYTES];
    char signatures[HOOK_SIGNATURES_BYTES];
    uint64_t at_s;
    uint64_t event;            /* its number; 0: a test */
    char *body;                /* the caller frees it */
};
enum hook_next { HOOK_LETTER, HOOK_NOTHING, HOOK_TRIMMED, HOOK_UNREADABLE };
/* Reads the hook's next event, or writes the test it is asked for, and moves hook->through on over
 * what it doesn't want: HOOK_LETTER; HOOK_NOTHING: all was looked at, or enough for once;
 * HOOK_TRIMMED: what it needs is gone; HOOK_UNREADABLE: again later. */
enum hook_next hooks_next(struct hooks *hooks, struct hook *hook, struct hook_letter *ret);

#endif
