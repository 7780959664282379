#include "service/main_events.h"

#include <assert.h>
#include <inttypes.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/birthday.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/limits.h"
#include "service/ops/log.h"
#include "store/events.h"
#include "store/merchants.h"

enum {
    TRIMS_MAX = 8,   /* commits of one run that delete events */
    LOOK_MAX = 500,  /* members of one snapshot: some 4 ms */
};

/* Runs a command of the ticker's; what it refuses is logged once, until another outcome. */
static bool run_logged(struct event_work *work, struct asker *asker, uint32_t merchant,
                       const struct command *command, const ProtobufCMessage *request,
                       ProtobufCMessage **ret_reply)
{
    enum outcome outcome = asker_run(asker, command, merchant, request, ret_reply);
    if (asker_refused_anew(outcome, &work->refusal))
        log_event("warn", "events are not kept as they should be",
                  "merchant=%" PRIu32 " outcome=%s", merchant, outcome_info(outcome)->reason);
    return outcome == OUTCOME_OK;
}

/* ---- trimming -------------------------------------------------------------------------------- */

struct oldest {
    uint32_t merchant;
    uint64_t recorded_at; /* 0: there is none, or only the newest */
};

static enum store_result read_oldest(struct reader *reader, void *context)
{
    struct oldest *oldest = context;
    struct event_head head;
    struct told_event event;
    size_t count;

    reader->merchant = oldest->merchant;
    oldest->recorded_at = 0;
    enum store_result result = events_head_get(reader, &head);
    if (result != STORE_OK || head.count - head.trimmed < 2) return result;
    result = events_after(reader, head.trimmed, &event, 1, &count);
    if (result == STORE_OK && count == 1) oldest->recorded_at = event.recorded_at;
    return result;
}

static void trim(struct event_work *work, struct asker *asker, uint32_t merchant, uint64_t now_ms,
                 atomic_bool *stopping)
{
    Beckon__Internal__TickEventsRequest request = BECKON__INTERNAL__TICK_EVENTS_REQUEST__INIT;
    struct oldest oldest = {.merchant = merchant};
    ProtobufCMessage *reply = NULL;

    if (asker_read(asker, read_oldest, &oldest) != STORE_OK || oldest.recorded_at == 0) return;
    if (now_ms < LIMIT_EVENT_MS || oldest.recorded_at >= now_ms - LIMIT_EVENT_MS) return;
    for (int i = 0; i < TRIMS_MAX && !atomic_load(stopping); i++) {
        if (!run_logged(work, asker, merchant, &tick_events, &request.base, &reply)) return;
        if (!((const Beckon__Internal__TickEventsResponse *)reply)->more) return;
    }
}

/* ---- birthdays ------------------------------------------------------------------------------- */

struct look {
    uint32_t merchant;
    uint64_t now_ms;
    bool begun;                     /* `birthdays` is where the walk has come to */
    bool due;
    uint32_t told;                  /* the member the stored mark names */
    struct birthdays birthdays;
    struct birthday_portion portion;
};
static_assert(LIMIT_BIRTHDAY_WALK % LOOK_MAX == 0, "the last look of a run moves the mark");

/* May run several times: what it moves is a copy. */
static enum store_result read_portion(struct reader *reader, void *context)
{
    struct look *look = context;
    struct birthdays birthdays = look->birthdays;
    uint32_t told = look->told;
    struct merchant merchant;
    bool due = true;

    reader->merchant = look->merchant;
    enum store_result result = merchants_get(reader, &merchant);
    if (result == STORE_OK && !look->begun)
        result = birthdays_begin(reader, business_date_at(&merchant, look->now_ms), &birthdays,
                                 &due);
    if (result == STORE_OK && !look->begun) told = birthdays.member;
    if (result == STORE_OK && due)
        result = birthdays_look(reader, &birthdays, LOOK_MAX, &look->portion);
    if (result != STORE_OK) return result;
    look->due = due;
    look->begun = true;
    look->told = told;
    look->birthdays = birthdays;
    return STORE_OK;
}

/* Tells what the walk has found since the mark was put. */
static bool tell(struct event_work *work, struct asker *asker, const struct look *look)
{
    Beckon__Internal__TickBirthdaysRequest request =
        BECKON__INTERNAL__TICK_BIRTHDAYS_REQUEST__INIT;
    uint32_t members[BIRTHDAYS_TOLD_MAX];
    ProtobufCMessage *reply = NULL;

    for (size_t i = 0; i < look->portion.count; i++) members[i] = look->portion.members[i];
    request.through = look->birthdays.through;
    request.until = look->birthdays.until;
    request.after_member = look->told;
    request.member = look->birthdays.member;
    request.members = members;
    request.n_members = look->portion.count;
    request.done = look->portion.done;
    return run_logged(work, asker, look->merchant, &tick_birthdays, &request.base, &reply);
}

/* Nobody's birthday needs no commit but the last of a run, which remembers how far it came. */
static void tell_birthdays(struct event_work *work, struct asker *asker, uint32_t merchant,
                           uint64_t now_ms, atomic_bool *stopping)
{
    struct look look = {.merchant = merchant, .now_ms = now_ms};

    for (int looked = LOOK_MAX; looked <= LIMIT_BIRTHDAY_WALK; looked += LOOK_MAX) {
        if (atomic_load(stopping) || asker_read(asker, read_portion, &look) != STORE_OK) return;
        if (!look.due) return;
        bool last = look.portion.done || looked == LIMIT_BIRTHDAY_WALK;
        if (look.portion.count == 0 && !last) continue;
        if (!tell(work, asker, &look) || last) return;
        look.told = look.birthdays.member;
    }
}

void event_work_run(struct event_work *work, struct asker *asker, uint32_t merchant,
                    uint64_t now_ms, atomic_bool *stopping)
{
    trim(work, asker, merchant, now_ms, stopping);
    if (!atomic_load(stopping)) tell_birthdays(work, asker, merchant, now_ms, stopping);
}
