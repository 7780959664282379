#include "service/main_hooks.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/main_hooks_inner.h"
#include "service/ops/log.h"

enum {
    LOOK_MS = 200,             /* what admins change, and new events, wait so long at most */
    NOTE_MS = 1000,            /* deliveries that are not noted yet are made again after a crash: */
    NOTE_COUNT = 256,          /* so many of one hook at most */
    ARENA_FIRST_BYTES = 16 * 1024,
    ARENA_POOL_BYTES = 256 * 1024,
    RESULTS_MAX = 16,
};

_Static_assert((int)HOOK_DELIVERED == (int)WEBHOOK_DELIVERED &&
                   (int)HOOK_GONE == (int)WEBHOOK_GONE &&
                   (int)HOOK_ADDRESS_REFUSED == (int)WEBHOOK_ADDRESS_REFUSED &&
                   (int)HOOK_BROKEN_OFF == (int)WEBHOOK_BROKEN_OFF, "the records' numbers");

static uint64_t monotonic_ms(const struct hooks *hooks)
{
    return hooks->clock.monotonic_ms(hooks->clock.context);
}

/* ---- notes ----------------------------------------------------------------------------------- */

static void make_dirty(const struct hooks *hooks, struct hook *hook, bool urgent)
{
    if (!hook->dirty) hook->dirty_since_ms = monotonic_ms(hooks);
    hook->dirty = true;
    hook->urgent = hook->urgent || urgent;
}

static bool is_due(const struct hooks *hooks, const struct hook *hook, bool all)
{
    return hook->number != 0 && hook->dirty &&
           (all || hook->urgent || hook->delivered_count >= NOTE_COUNT ||
            monotonic_ms(hooks) - hook->dirty_since_ms >= NOTE_MS);
}

static void fill_row(const struct hook *hook, Beckon__Internal__TickWebhooksRow *row)
{
    beckon__internal__tick_webhooks_row__init(row);
    row->webhook_number = hook->number;
    row->revision = hook->revision;
    row->through = hook->through;
    row->delivered_count = hook->delivered_count;
    row->answer = (uint32_t)hook->answer;
    row->status = hook->status;
    row->retry_after_ms = hook->retry_after_ms;
    row->trimmed = hook->trimmed;
    row->test_number = hook->test_number;
    row->test_answer = (uint32_t)hook->test_answer;
    row->test_status = hook->test_status;
}

static void forget_note(struct hook *hook)
{
    hook->dirty = hook->urgent = hook->trimmed = false;
    hook->delivered_count = hook->test_number = 0;
    hook->answer = HOOK_NONE;
}

/* One command for a merchant's hooks, from `first` on. */
static void note_merchant(struct hooks *hooks, size_t first, bool all)
{
    Beckon__Internal__TickWebhooksRequest request = BECKON__INTERNAL__TICK_WEBHOOKS_REQUEST__INIT;
    Beckon__Internal__TickWebhooksRow rows[WEBHOOKS_MAX], *pointers[WEBHOOKS_MAX];
    struct hook *noted[WEBHOOKS_MAX];
    uint32_t merchant = hooks->slots[first].merchant;
    ProtobufCMessage *reply = NULL;

    for (size_t i = first; i < hooks->slot_count && request.n_rows < WEBHOOKS_MAX; i++) {
        struct hook *hook = &hooks->slots[i];
        if (hook->merchant != merchant || !is_due(hooks, hook, all)) continue;
        noted[request.n_rows] = hook;
        fill_row(hook, &rows[request.n_rows]);
        pointers[request.n_rows] = &rows[request.n_rows];
        request.n_rows++;
    }
    request.rows = pointers;
    enum outcome outcome =
        asker_run(hooks->asker, &tick_webhooks, merchant, &request.base, &reply);
    bool refused = outcome != OUTCOME_OK && outcome != OUTCOME_SHUTTING_DOWN;
    if (refused && !hooks->refused)
        log_event("warn", "how far hooks are can't be noted", "merchant=%" PRIu32 " outcome=%s",
                  merchant, outcome_info(outcome)->reason);
    hooks->refused = refused;
    if (outcome != OUTCOME_OK) return;
    for (size_t i = 0; i < request.n_rows; i++) forget_note(noted[i]);
}

/* True: something was noted that the next attempts depend on. */
static bool note(struct hooks *hooks, bool all)
{
    bool urgent = false;
    for (size_t i = 0; i < hooks->slot_count; i++) {
        if (!is_due(hooks, &hooks->slots[i], all)) continue;
        urgent = urgent || hooks->slots[i].urgent;
        note_merchant(hooks, i, all);
        if (hooks->refused) break; /* the store is in trouble: not at once again */
    }
    return urgent;
}

/* ---- results --------------------------------------------------------------------------------- */

static void take_result(struct hooks *hooks, const struct hook_result *result)
{
    struct hook *hook = result->context;
    assert(hook->busy);
    hook->busy = false;
    if (hook->sent_event == 0) {
        hook->test_number = hook->sent_test;
        hook->test_answer = result->answer;
        hook->test_status = result->status;
        make_dirty(hooks, hook, true);
        return;
    }
    bool delivered = result->answer == HOOK_DELIVERED;
    atomic_fetch_add(delivered ? &hooks->delivered_count : &hooks->failed_count, 1);
    if (hook->sent_revision != hook->revision) return; /* it was another hook, so to say */
    hook->answer = result->answer;
    hook->status = result->status;
    hook->retry_after_ms = result->retry_after_ms;
    if (delivered) {
        hook->through = hook->sent_event;
        hook->delivered_count++;
    }
    make_dirty(hooks, hook, !delivered);
}

/* ---- sending --------------------------------------------------------------------------------- */

static bool may_send(const struct hooks *hooks, const struct hook *hook)
{
    if (hook->number == 0 || hook->busy || hook->urgent) return false;
    if (hook->delivered_count >= NOTE_COUNT) return false; /* it can't be noted */
    if (hook->test_asked != hook->test_answered && hook->test_number == 0) return true;
    return hook->on && hook->newest > hook->through &&
           hook->next_attempt_at <= hooks->clock.now_ms(hooks->clock.context);
}

/* Leaves a hook alone until the next look. */
static void rest(struct hook *hook)
{
    hook->newest = hook->through;
    hook->test_asked = hook->test_answered;
}

/* False: no more can be under way. */
static bool send_next(struct hooks *hooks, struct hook *hook)
{
    struct hook_letter letter;
    uint64_t before = hook->through;
    enum hook_next next = hooks_next(hooks, hook, &letter);

    if (hook->through != before) make_dirty(hooks, hook, false);
    if (next == HOOK_TRIMMED) {
        hook->trimmed = true;
        make_dirty(hooks, hook, true);
    }
    if (next == HOOK_UNREADABLE) rest(hook);
    if (next != HOOK_LETTER) return true;
    struct hook_message message = {
        .url = letter.url, .id = letter.id, .at_s = letter.at_s,
        .signatures = letter.signatures, .body = letter.body, .body_size = strlen(letter.body),
    };
    hook->busy = hook_post(hooks->poster, &message, hook);
    hook->sent_revision = hook->revision;
    hook->sent_event = letter.event;
    hook->sent_test = hook->test_asked;
    free(letter.body);
    return hook->busy;
}

/* True: a hook has more before it that can be looked at at once. */
static bool send_all(struct hooks *hooks)
{
    size_t count = hooks->slot_count;
    bool more = false;
    for (size_t i = 0; i < count; i++) {
        struct hook *hook = &hooks->slots[(hooks->turn + i) % count];
        if (!may_send(hooks, hook)) continue;
        if (!send_next(hooks, hook)) {
            hooks->turn = (hooks->turn + i) % count;
            return false;
        }
        more = more || may_send(hooks, hook);
    }
    return more;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void *deliver(void *context)
{
    struct hooks *hooks = context;
    struct hook_result results[RESULTS_MAX];
    uint64_t looked_ms = 0;
    bool look = true;

    while (!atomic_load(&hooks->stopping)) {
        if (look || monotonic_ms(hooks) - looked_ms >= LOOK_MS) {
            (void)hooks_look(hooks); /* a store that can't be read is told by others */
            looked_ms = monotonic_ms(hooks);
        }
        unsigned wait_ms = send_all(hooks) ? 0 : LOOK_MS;
        size_t count = hook_poster_run(hooks->poster, wait_ms, results, RESULTS_MAX);
        for (size_t i = 0; i < count; i++) take_result(hooks, &results[i]);
        look = note(hooks, false);
    }
    note(hooks, true);
    return NULL;
}

static struct hook_poster *make_poster(const struct options *options)
{
    struct hook_poster_options settings = {.ca_file = options->webhook_ca,
                                           .networks = options->webhook_allow.values,
                                           .network_count = options->webhook_allow.count};
    char message[HOOK_POSTER_MESSAGE_BYTES], quoted[LOG_VALUE_BYTES];
    struct hook_poster *poster = hook_poster_new(&settings, message);
    if (poster == NULL)
        log_event("error", "hooks not started", "cause=%s", log_quote(message, quoted));
    return poster;
}

struct hooks *hooks_start(const struct options *options, struct executor *executor,
                          struct store *store, struct executor_clock clock)
{
    struct hook_poster *poster = make_poster(options);
    if (poster == NULL) return NULL;
    struct hooks *hooks = calloc(1, sizeof *hooks);
    if (hooks == NULL || (hooks->first = malloc(ARENA_FIRST_BYTES)) == NULL) abort();
    hooks->clock = clock;
    hooks->poster = poster;
    hooks->asker = asker_new(executor, store);
    hooks->pool.limit_bytes = ARENA_POOL_BYTES;
    arena_init(&hooks->arena, &hooks->pool, hooks->first, ARENA_FIRST_BYTES);
    if (pthread_create(&hooks->thread, NULL, deliver, hooks) != 0) abort();
    return hooks;
}

void hooks_stop(struct hooks *hooks)
{
    atomic_store(&hooks->stopping, true);
    hook_poster_wake(hooks->poster);
    pthread_join(hooks->thread, NULL);
    hook_poster_destroy(hooks->poster);
    asker_destroy(hooks->asker);
    arena_reset(&hooks->arena);
    free(hooks->first);
    free(hooks);
}

struct hooks_stats hooks_stats(const struct hooks *hooks)
{
    return (struct hooks_stats){
        .delivered_count = atomic_load(&hooks->delivered_count),
        .failed_count = atomic_load(&hooks->failed_count),
        .hook_count = atomic_load(&hooks->hook_count),
        .off_count = atomic_load(&hooks->off_count),
        .failing_count = atomic_load(&hooks->failing_count),
        .waiting_count = atomic_load(&hooks->waiting_count),
    };
}
