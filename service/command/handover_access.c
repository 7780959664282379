#include "service/command/handover_access.h"

#include <assert.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/guide_access.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/accounts.h"

enum outcome handover_date_allowed(struct command_call *call, const struct merchant *merchant,
                                   business_date date, const char *field)
{
    business_date today = business_date_at(merchant, call->now_ms);
    business_date first = today - LIMIT_STAFF_BACK_DAYS;

    if (merchant->closed_before > first) first = merchant->closed_before;
    if (date >= first && date <= today + LIMIT_STAFF_AHEAD_DAYS) return OUTCOME_OK;
    const char *allowed = date < first ? "not in a closed period, at most 366 days back"
                                       : "at most 366 days ahead";
    return form_refuse(call, OUTCOME_DATE_INVALID, field, allowed);
}

/* A guide the caller may hand over from or to. */
static enum outcome load_guide(struct reader *reader, struct command_call *call, uint32_t guide,
                               const char *field, struct account *ret)
{
    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_GUIDE, guide}, ret), OUTCOME_GUIDE_UNKNOWN);
    if (outcome == OUTCOME_OK && !guide_visible(call, guide, ret)) outcome = OUTCOME_NOT_YOURS;
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, field, NULL);
}

enum outcome handover_check_guides(struct reader *reader, struct command_call *call,
                                   const struct handover *handover, const char *from_field,
                                   const char *to_field)
{
    struct account account;
    struct guide_on_date on_date;

    if (handover->from_guide == 0 && call->principal.role != ROLE_ADMIN)
        return form_refuse(call, OUTCOME_NOT_YOURS, from_field, NULL);
    if (handover->from_guide != 0) {
        enum outcome outcome =
            load_guide(reader, call, handover->from_guide, from_field, &account);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (handover->to_guide == 0) return OUTCOME_OK;
    enum outcome outcome = load_guide(reader, call, handover->to_guide, to_field, &account);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_guide_on(reader, handover->to_guide, &account, handover->from, &on_date);
    if (outcome != OUTCOME_OK || on_date.employed) return outcome;
    return form_refuse(call, OUTCOME_GUIDE_INACTIVE, to_field, NULL);
}

enum outcome handover_begin(struct reader *reader, struct command_call *call,
                            const struct merchant *merchant, struct handover *handover)
{
    uint32_t last;

    enum outcome outcome =
        command_outcome(handovers_last(reader, &last), OUTCOME_STORE_DAMAGED);
    handover->made_by = call->principal.token;
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    handover->number = last + 1;
    handover->made_at = call->now_ms;
    handover->state = HANDOVER_WORKING;
    handover->due_on = business_date_at(merchant, call->now_ms);
    return OUTCOME_OK;
}

enum outcome handover_visible(struct reader *reader, const struct command_call *call,
                              const struct handover *handover, bool *ret_visible)
{
    const uint32_t guides[] = {handover->from_guide, handover->to_guide};

    *ret_visible = call->principal.role != ROLE_SHOP_MANAGER;
    for (size_t i = 0; i < 2 && !*ret_visible; i++) {
        struct account account;
        if (guides[i] == 0) continue;
        enum outcome outcome = command_outcome(
            accounts_get(reader, (struct party){PARTY_GUIDE, guides[i]}, &account),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        *ret_visible = guide_visible(call, guides[i], &account);
    }
    return OUTCOME_OK;
}

enum outcome handover_find(struct reader *reader, struct command_call *call, uint32_t number,
                           struct handover *ret)
{
    struct handover handover;
    bool visible = false;

    if (number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "handover_number", NULL);
    enum outcome outcome =
        command_outcome(handovers_get(reader, number, &handover), OUTCOME_HANDOVER_UNKNOWN);
    if (outcome == OUTCOME_OK) outcome = handover_visible(reader, call, &handover, &visible);
    if (outcome == OUTCOME_OK && !visible) outcome = OUTCOME_NOT_YOURS;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "handover_number", NULL);
    *ret = handover;
    return OUTCOME_OK;
}

/* ---- messages -------------------------------------------------------------------------------- */

static_assert((int)HANDOVER_DONE == (int)BECKON__V1__HANDOVER_STATE__HANDOVER_STATE_DONE,
              "same numbers");
static_assert((int)HANDOVER_NOT_BOUND ==
                  (int)BECKON__V1__HANDOVER_OUTCOME__HANDOVER_OUTCOME_NOT_BOUND,
              "same numbers");

static bool fill_progress(struct command_call *call, const struct handover *handover,
                          Beckon__V1__Handover *message)
{
    message->state = (Beckon__V1__HandoverState)handover->state;
    message->codes_moved = handover->codes_moved;
    message->codes_kept = handover->codes_kept;
    if (handover->done_at != 0) {
        message->done_at = reply_time(call, handover->done_at);
        if (message->done_at == NULL) return false;
    }
    message->counts = reply_alloc(call, HANDOVER_OUTCOME_COUNT * sizeof *message->counts);
    if (message->counts == NULL) return false;
    for (int outcome = 0; outcome < HANDOVER_OUTCOME_COUNT; outcome++) {
        if (handover->counts[outcome] == 0) continue;
        Beckon__V1__HandoverCount *count =
            reply_message(call, &beckon__v1__handover_count__descriptor);
        if (count == NULL) return false;
        count->outcome = (Beckon__V1__HandoverOutcome)outcome;
        count->members = handover->counts[outcome];
        message->counts[message->n_counts++] = count;
    }
    return true;
}

Beckon__V1__Handover *handover_message(struct command_call *call, const struct handover *handover,
                                       bool progress)
{
    Beckon__V1__Handover *message = reply_message(call, &beckon__v1__handover__descriptor);
    if (message == NULL) return NULL;
    message->handover_number = handover->number;
    message->from_guide_number = handover->from_guide;
    message->to_guide_number = handover->to_guide;
    message->from_date = reply_date(call, handover->from);
    message->all_members = handover->all;
    message->codes_follow = handover->codes_follow;
    message->reason = reply_text(call, handover->reason);
    message->made_at = reply_time(call, handover->made_at);
    message->made_by_token = handover->made_by;
    if (message->from_date == NULL || message->reason == NULL || message->made_at == NULL)
        return NULL;
    if (progress && !fill_progress(call, handover, message)) return NULL;
    return message;
}
