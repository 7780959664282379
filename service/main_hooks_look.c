/* How the deliverer learns of hooks: it looks at their records. */
#include <inttypes.h>
#include <string.h>

#include "service/main_hooks_inner.h"
#include "service/ops/log.h"
#include "store/events.h"
#include "store/merchants.h"

enum { MERCHANTS_PORTION = 16 };

/* A portion of merchants, and their hooks. */
struct looking {
    uint32_t after;
    uint32_t merchants[MERCHANTS_PORTION];
    size_t merchant_count;
    struct event_head heads[MERCHANTS_PORTION];
    struct webhook_state states[MERCHANTS_PORTION][WEBHOOKS_MAX];
    size_t state_counts[MERCHANTS_PORTION];
};

static enum store_result read_merchant(struct reader *reader, struct looking *looking, size_t at)
{
    uint32_t numbers[WEBHOOKS_MAX];
    size_t count;

    reader->merchant = looking->merchants[at];
    looking->state_counts[at] = 0;
    enum store_result result = webhooks_list(reader, numbers, &count);
    if (result == STORE_OK && count > 0) result = events_head_get(reader, &looking->heads[at]);
    for (size_t i = 0; i < count && result == STORE_OK; i++)
        result = webhooks_state_get(reader, numbers[i], &looking->states[at][i]);
    if (result == STORE_OK) looking->state_counts[at] = count;
    return result;
}

/* A damaged record stops its merchant's hooks alone; verify tells which it is. */
static enum store_result read_portion(struct reader *reader, void *context)
{
    struct looking *looking = context;
    enum store_result result = merchants_list(reader, looking->after, looking->merchants,
                                              MERCHANTS_PORTION, &looking->merchant_count);
    for (size_t i = 0; i < looking->merchant_count && result == STORE_OK; i++) {
        result = read_merchant(reader, looking, i);
        if (result == STORE_DAMAGED || result == STORE_ABSENT) result = STORE_OK;
    }
    return result;
}

/* Its slot, or a free one; NULL: all are taken. */
static struct hook *find_slot(struct hooks *hooks, uint32_t merchant, uint32_t number)
{
    struct hook *free_slot = NULL;

    for (size_t i = 0; i < hooks->slot_count; i++) {
        struct hook *hook = &hooks->slots[i];
        if (hook->number == number && hook->merchant == merchant) return hook;
        if (hook->number == 0 && free_slot == NULL) free_slot = hook;
    }
    if (free_slot == NULL && hooks->slot_count < LIMIT_HOOKS)
        free_slot = &hooks->slots[hooks->slot_count++];
    if (free_slot != NULL)
        *free_slot = (struct hook){.merchant = merchant, .number = number};
    return free_slot;
}

/* What is not noted of a hook that was changed meanwhile is nothing any more. */
static void begin_anew(struct hook *hook, const struct webhook_state *state)
{
    hook->revision = state->revision;
    hook->through = state->through;
    hook->dirty = hook->test_number != 0;
    hook->urgent = hook->dirty;
    hook->delivered_count = 0;
    hook->answer = HOOK_NONE;
    hook->trimmed = false;
}

static void take_state(struct hooks *hooks, uint32_t merchant, uint64_t newest,
                       const struct webhook_state *state)
{
    struct hook *hook = find_slot(hooks, merchant, state->number);

    if (hook == NULL) {
        if (!hooks->told_full)
            log_event("warn", "more hooks than are served", "served=%d", LIMIT_HOOKS);
        hooks->told_full = true;
        return;
    }
    if (hook->revision != state->revision) begin_anew(hook, state);
    hook->seen = true;
    hook->on = state->off == WEBHOOK_ON;
    hook->newest = newest;
    hook->next_attempt_at = state->next_attempt_at;
    hook->test_asked = state->test_asked;
    hook->test_answered = state->test_answered;
}

/* Slots whose hooks are deleted go, unless something of theirs is under way; counts the others. */
static void count_and_clean(struct hooks *hooks)
{
    uint32_t count = 0, off = 0, failing = 0, waiting = 0;

    for (size_t i = 0; i < hooks->slot_count; i++) {
        struct hook *hook = &hooks->slots[i];
        if (hook->number == 0) continue;
        if (!hook->seen) {
            hook->on = false;
            hook->test_asked = hook->test_answered;
            if (!hook->busy) *hook = (struct hook){.number = 0};
            continue;
        }
        count++;
        off += !hook->on;
        failing += hook->on && hook->next_attempt_at != 0;
        waiting += hook->on && hook->newest > hook->through;
    }
    atomic_store(&hooks->hook_count, count);
    atomic_store(&hooks->off_count, off);
    atomic_store(&hooks->failing_count, failing);
    atomic_store(&hooks->waiting_count, waiting);
}

bool hooks_look(struct hooks *hooks)
{
    struct looking looking = {.after = 0}; /* 35 KB */

    for (size_t i = 0; i < hooks->slot_count; i++) hooks->slots[i].seen = false;
    do {
        if (asker_read(hooks->asker, read_portion, &looking) != STORE_OK) return false;
        for (size_t m = 0; m < looking.merchant_count; m++) {
            looking.after = looking.merchants[m];
            for (size_t i = 0; i < looking.state_counts[m]; i++)
                take_state(hooks, looking.merchants[m], looking.heads[m].count,
                           &looking.states[m][i]);
        }
    } while (looking.merchant_count == MERCHANTS_PORTION && !atomic_load(&hooks->stopping));
    if (!atomic_load(&hooks->stopping)) count_and_clean(hooks);
    return true;
}
