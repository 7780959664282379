#include "service/command/handing.h"

#include <assert.h>

#include "service/command/event.h"
#include "service/command/objects.h"
#include "store/accounts.h"
#include "store/debts.h"
#include "store/guides.h"
#include "store/programs.h"

static business_date later(business_date a, business_date b)
{
    return a > b ? a : b;
}

/* What can be said without moving her: NONE when she is to be moved from `from` on. */
static enum outcome find_binding(struct reader *reader, const struct handover *handover,
                                 business_date on, struct handing *handing)
{
    struct handover_row *row = &handing->row;
    struct binding *before = &handing->before;

    row->from = on;
    enum store_result found = bindings_on(reader, handing->member, on, before);
    if (found != STORE_OK && found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    row->guide = found == STORE_OK ? before->guide : 0;
    handing->cuts = found == STORE_OK;
    if (row->guide == handover->from_guide) return OUTCOME_OK;
    if (row->guide == 0) row->outcome = HANDOVER_NOT_BOUND;
    else if (row->guide == handover->to_guide) row->outcome = HANDOVER_ALREADY_BOUND_TO_THIS;
    else row->outcome = HANDOVER_BOUND_TO_OTHER;
    return OUTCOME_OK;
}

/* From when on: not on the day her binding began. One that lasts no longer than that day has a
 * follower, or none: what holds then is looked at. */
static enum outcome find_day(struct reader *reader, const struct handover *handover,
                             business_date today, struct handing *handing)
{
    struct handover_row *row = &handing->row;
    business_date on = later(handover->from, today);

    enum outcome outcome = find_binding(reader, handover, on, handing);
    if (outcome != OUTCOME_OK || row->outcome != HANDOVER_NONE) return outcome;
    if (!handing->cuts) return OUTCOME_OK;
    row->from = later(handover->from, handing->before.from + 1);
    if (row->from < handing->before.until) return OUTCOME_OK;
    outcome = find_binding(reader, handover, row->from, handing);
    if (outcome == OUTCOME_OK && row->outcome == HANDOVER_NONE)
        row->outcome = HANDOVER_BOUND_TO_OTHER; /* bound anew the day after: one day each */
    return outcome;
}

static enum outcome check_guide(struct reader *reader, const struct handover *handover,
                                struct handing *handing)
{
    struct party party = {PARTY_GUIDE, handover->to_guide};
    struct account account;
    struct guide_on_date on_date;

    if (handover->to_guide == 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, &account), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = object_guide_on(reader, party.number, &account, handing->row.from, &on_date);
    if (outcome == OUTCOME_OK && !on_date.employed)
        handing->row.outcome = HANDOVER_GUIDE_INACTIVE;
    return outcome;
}

/* A new binding, with protection and validity of its own, but never into one that is planned. */
static enum outcome make_binding(struct batch *batch, const struct handover *handover,
                                 business_date follower, struct handing *handing)
{
    struct binding *next = &handing->next;
    const struct binding *before = &handing->before;
    const struct program *program = NULL;
    business_date from = handing->row.from, limit = follower;

    enum store_result found = programs_in_force_cached(batch, from, &program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    *next = (struct binding){
        .from = from, .until = DATE_NEVER, .state = BINDING_ACTIVE, .guide = handover->to_guide,
        .inherited = handing->cuts && before->inherited, .protected_until = from,
        .handover = handover->number};
    if (found == STORE_OK) {
        next->protected_until += program->binding_protection_days;
        if (program->binding_validity_days > 0)
            next->until = from + program->binding_validity_days;
    }
    bool planned = handing->cuts && before->state != BINDING_ACTIVE;
    if (planned && before->until < limit) limit = before->until;
    if (limit == DATE_NEVER || next->until < limit) return OUTCOME_OK;
    next->until = limit;
    next->state = planned && limit == before->until ? before->state : BINDING_TRANSFERRED;
    return OUTCOME_OK;
}

/* Does the binding end in another's favour, or in nobody's? */
static bool given_on(const struct binding *binding)
{
    return binding->state == BINDING_TRANSFERRED || binding->state == BINDING_RELEASED;
}

/* The days on which a guide is given members and gives them away. */
static enum store_result count_hand(struct reader *reader, struct counting *counting,
                                    uint32_t guide, business_date day, int over, int on)
{
    struct kpi_day *counts;

    if (guide == 0) return STORE_OK;
    enum store_result result = kpi_edit_day(&counting->kpi, reader, guide, day, &counts);
    if (result != STORE_OK) return result;
    bool below = (over < 0 && counts->handed_over_members == 0) ||
                 (on < 0 && counts->handed_on_members == 0);
    if (below) return counting->kpi.counts ? STORE_DAMAGED : STORE_OK;
    counts->handed_over_members += (uint32_t)over;
    counts->handed_on_members += (uint32_t)on;
    return STORE_OK;
}

static enum store_result count_hands(struct reader *reader, const struct handover *handover,
                                     struct handing *handing)
{
    const struct binding *before = &handing->before, *next = &handing->next;
    business_date from = handing->row.from;

    enum store_result result =
        count_hand(reader, &handing->counting, handover->from_guide, from, 0, 1);
    if (result == STORE_OK && handing->cuts && given_on(before))
        result = count_hand(reader, &handing->counting, before->guide, before->until, 0, -1);
    if (result == STORE_OK && handing->binds)
        result = count_hand(reader, &handing->counting, next->guide, from, 1, 0);
    if (result == STORE_OK && handing->binds && given_on(next))
        result = count_hand(reader, &handing->counting, next->guide, next->until, 0, 1);
    return result;
}

/* The hot record: what has begun is in force, what begins later turns then. */
static enum outcome turn_account(struct reader *reader, const struct handover *handover,
                                 business_date today, business_date follower,
                                 struct handing *handing)
{
    struct account *account = &handing->account;
    const struct binding *next = &handing->next;
    business_date from = handing->row.from;

    bool in_force = handing->cuts ? account->binding_from == handing->before.from
                                  : account->serving_guide == 0;
    if (from > today) {
        if (in_force && from < account->binding_until) account->binding_until = from;
        return OUTCOME_OK;
    }
    if (!in_force || account->serving_guide != handover->from_guide) return OUTCOME_STORE_DAMAGED;
    enum store_result result =
        count_serving(reader, &handing->counting, account, from, handover->to_guide);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    account->serving_guide = handover->to_guide;
    account->serving_inherited = handing->binds && next->inherited;
    account->binding_from = handing->binds ? from : DATE_NEVER;
    account->binding_until = handing->binds ? next->until : follower;
    account->protected_until = handing->binds ? next->protected_until : DATE_NEVER;
    return OUTCOME_OK;
}

static enum outcome move(struct batch *batch, const struct handover *handover,
                         business_date today, struct handing *handing)
{
    struct reader *reader = &batch->reader;
    struct binding follower = {.from = DATE_NEVER};

    enum store_result found =
        bindings_from(reader, handing->member, handing->row.from, &follower);
    if (found != STORE_OK && found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    handing->binds = handover->to_guide != 0;
    if (handing->binds) {
        enum outcome outcome = make_binding(batch, handover, follower.from, handing);
        if (outcome != OUTCOME_OK) return outcome;
    }
    enum outcome outcome =
        command_outcome(count_hands(reader, handover, handing), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = turn_account(reader, handover, today, follower.from, handing);
    if (outcome != OUTCOME_OK) return outcome;
    handing->before.until = handing->row.from;
    handing->before.state = handing->binds ? BINDING_TRANSFERRED : BINDING_RELEASED;
    handing->row.outcome = handing->binds ? HANDOVER_BOUND : HANDOVER_RELEASED;
    return OUTCOME_OK;
}

enum outcome handing_decide(struct batch *batch, const struct handover *handover, uint32_t member,
                            business_date today, struct handing *ret)
{
    ret->member = member;
    ret->row = (struct handover_row){.outcome = HANDOVER_NONE, .from = handover->from};
    ret->due = ret->cuts = ret->binds = false;
    count_begin(&ret->counting, member);
    enum outcome outcome = command_outcome(
        accounts_get(&batch->reader, (struct party){PARTY_MEMBER, member}, &ret->account),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    ret->due = count_turn_due(&ret->account, today);
    if (ret->due) return OUTCOME_OK;
    outcome = find_day(&batch->reader, handover, today, ret);
    if (outcome == OUTCOME_OK && ret->row.outcome == HANDOVER_NONE)
        outcome = check_guide(&batch->reader, handover, ret);
    if (outcome == OUTCOME_OK && ret->row.outcome == HANDOVER_NONE &&
        (ret->cuts || handover->to_guide != 0))
        outcome = move(batch, handover, today, ret);
    return outcome;
}

void handing_put(struct batch *batch, const struct handover *handover, struct handing *handing)
{
    struct party party = {PARTY_MEMBER, handing->member};
    bool moves = handing->row.outcome == HANDOVER_BOUND ||
                 handing->row.outcome == HANDOVER_RELEASED;

    assert(!handing->due && handing->row.outcome != HANDOVER_NONE);
    assert(moves || !handing->binds);
    if (handover->number != 0)
        handover_rows_put(batch, handover->number, handing->member, &handing->row);
    if (!moves) return;
    assert(!handing->cuts || handing->before.until > handing->before.from);
    if (handing->cuts) bindings_put(batch, handing->member, &handing->before);
    if (handing->binds) {
        assert(handing->next.until > handing->next.from);
        bindings_put(batch, handing->member, &handing->next);
        members_of_guide_put(batch, handing->next.guide, handing->member);
    }
    count_put(batch, &handing->counting);
    due_lower(batch, party, &handing->account, handing->account.binding_until);
    accounts_put(batch, party, &handing->account);
    events_tell(batch, &(struct told_event){
        .kind = TOLD_MEMBER_ASSIGNED, .party = party, .object = handover->number,
        .guide = handing->binds ? handing->next.guide : 0, .date = handing->row.from});
}
