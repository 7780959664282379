/* The ticker's command for handovers: each row a step of the first that is due. A step is one code,
 * or one member with all that hangs on her, or the end of a pass; the record holds the place.
 *
 * Codes go first, then members. Of a handover that begins later the first pass writes down what
 * will be; on its day a second one looks for who and what came to the guide since. */
#include <assert.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/handing.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/codes.h"
#include "store/guides.h"

struct stepping {
    struct handover handover;
    business_date today, due_before;
};

static void put_handover(struct batch *batch, const struct stepping *stepping)
{
    handovers_put(batch, &stepping->handover, stepping->due_before);
}

/* ---- codes ----------------------------------------------------------------------------------- */

/* From the day on, or from today where that is past: who owned it on a past day stays. */
static enum outcome step_code(struct batch *batch, struct stepping *stepping,
                              struct code_value value)
{
    struct handover *handover = &stepping->handover;
    struct reader *reader = &batch->reader;
    business_date from =
        handover->from > stepping->today ? handover->from : stepping->today;
    struct code_owner owners[CODE_OWNERS_MAX];
    struct party owner = {PARTY_NONE, 0};
    struct code code;
    size_t count;

    enum outcome outcome =
        command_outcome(codes_get(reader, value, &code), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(codes_owners(reader, value, owners, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    bool room = count < CODE_OWNERS_MAX;
    for (size_t i = 0; i < count && owners[i].from <= from; i++) {
        owner = owners[i].party;
        room = room || owners[i].from == from;
    }
    bool his = owner.kind == PARTY_GUIDE && owner.number == handover->from_guide &&
               code.revoked_at == 0;

    /* From here on nothing is refused. */
    handover->code = value;
    if (his && !room) handover->codes_kept++;
    if (his && room) {
        handover->codes_moved++;
        owner.number = handover->to_guide;
        codes_owner_put(batch, value, from, owner);
        code.owner = owner;
        if (from == stepping->today) codes_put(batch, &code);
    }
    put_handover(batch, stepping);
    return OUTCOME_OK;
}

/* ---- members --------------------------------------------------------------------------------- */

/* Of all he ever served those are his members whom he serves on the day: the others have no row.
 * A second look that comes late leaves alone who came to him after the day. */
static bool has_row(const struct handover *handover, const struct handing *handing)
{
    if (handover->all && handover->state == HANDOVER_WAITING &&
        handing->row.from > handover->from + 1)
        return false;
    return !handover->all || handing->row.outcome == HANDOVER_BOUND ||
           handing->row.outcome == HANDOVER_RELEASED ||
           handing->row.outcome == HANDOVER_GUIDE_INACTIVE;
}

static enum outcome step_member(struct batch *batch, struct stepping *stepping, uint32_t member)
{
    struct handover *handover = &stepping->handover;
    struct handover_row known;
    struct handing handing;
    bool more;

    if (handover->all) {
        enum store_result found =
            handover_rows_get(&batch->reader, handover->number, member, &known);
        if (found != STORE_OK && found != STORE_ABSENT)
            return command_outcome(found, OUTCOME_INTERNAL);
        if (found == STORE_OK && known.outcome != HANDOVER_GUIDE_INACTIVE) {
            handover->member = member; /* the pass before this one saw to her */
            put_handover(batch, stepping);
            return OUTCOME_OK;
        }
        if (found == STORE_OK) handover->counts[known.outcome]--;
    }
    enum outcome outcome =
        handing_decide(batch, handover, member, stepping->today, &handing);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_STORE_DAMAGED) return outcome;
    if (outcome == OUTCOME_OK && handing.due)
        return due_account(batch, (struct party){PARTY_MEMBER, member}, stepping->today, &more);

    /* From here on nothing is refused. A damaged account is passed over, and counted. */
    handover->member = member;
    if (outcome == OUTCOME_STORE_DAMAGED) {
        handover->counts[HANDOVER_NONE]++;
    } else if (has_row(handover, &handing)) {
        handover->counts[handing.row.outcome]++;
        handing_put(batch, handover, &handing);
    }
    put_handover(batch, stepping);
    return OUTCOME_OK;
}

/* ---- the handover ---------------------------------------------------------------------------- */

static void end_pass(struct batch *batch, const struct command_call *call,
                     struct stepping *stepping)
{
    struct handover *handover = &stepping->handover;
    bool again = handover->from > stepping->today && (handover->all || handover->codes_follow);

    handover->state = again ? HANDOVER_WAITING : HANDOVER_DONE;
    handover->due_on = again ? handover->from : DATE_NEVER;
    handover->done_at = again ? 0 : call->now_ms;
    handover->codes_done = false;
    handover->code = (struct code_value){0};
    /* Those named by number are all dealt with. */
    if (handover->all) handover->member = 0;
    put_handover(batch, stepping);
}

static enum outcome next_code(struct reader *reader, struct handover *handover,
                              struct code_value *ret_code, size_t *ret_count)
{
    struct party guide = {PARTY_GUIDE, handover->from_guide};

    *ret_count = 0;
    if (!handover->codes_follow || handover->codes_done) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        codes_of(reader, guide, handover->code, ret_code, 1, ret_count), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) handover->codes_done = *ret_count == 0;
    return outcome;
}

static enum outcome next_member(struct reader *reader, const struct handover *handover,
                                uint32_t *ret_member, size_t *ret_count)
{
    struct handover_row row;
    enum store_result result =
        handover->all ? members_of_guide_list(reader, handover->from_guide, handover->member,
                                              ret_member, 1, ret_count)
                      : handover_rows_list(reader, handover->number, handover->member, ret_member,
                                           &row, 1, ret_count);
    return command_outcome(result, OUTCOME_STORE_DAMAGED);
}

static enum outcome step(struct batch *batch, struct command_call *call, bool *ret_more)
{
    struct stepping stepping;
    struct merchant merchant;
    struct code_value code;
    uint32_t number, member;
    size_t count;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    stepping.today = business_date_at(&merchant, call->now_ms);
    enum store_result found = handovers_due(&batch->reader, stepping.today, &number);
    *ret_more = found == STORE_OK;
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found == STORE_OK) found = handovers_get(&batch->reader, number, &stepping.handover);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_STORE_DAMAGED);
    stepping.due_before = stepping.handover.due_on;
    outcome = next_code(&batch->reader, &stepping.handover, &code, &count);
    if (outcome != OUTCOME_OK) return outcome;
    if (count > 0) return step_code(batch, &stepping, code);
    outcome = next_member(&batch->reader, &stepping.handover, &member, &count);
    if (outcome != OUTCOME_OK) return outcome;
    if (count > 0) return step_member(batch, &stepping, member);
    end_pass(batch, call, &stepping);
    return OUTCOME_OK;
}

/* ---- the command ----------------------------------------------------------------------------- */

static size_t tick_handovers_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickHandoversRequest *)request)->step_count;
    return count <= TICK_HANDOVERS_MAX ? count : TICK_HANDOVERS_MAX;
}

/* The reply with place for all steps, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_handovers_count(call->request);
    Beckon__Internal__TickHandoversResponse *made =
        reply_message(call, &beckon__internal__tick_handovers_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->more = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->more);
    if (made->more == NULL) return OUTCOME_BUSY;
    made->n_more = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

static enum outcome tick_handovers_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    bool more = false;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickHandoversResponse *reply =
        (Beckon__Internal__TickHandoversResponse *)*ret_reply;
    if (call->row >= reply->n_more) return OUTCOME_OK;
    reply->more[call->row] = false; /* a run that was dropped may have said otherwise */
    if (call->row > 0 && !reply->more[call->row - 1]) return OUTCOME_OK;
    outcome = step(batch, call, &more);
    if (outcome == OUTCOME_OK) reply->more[call->row] = more;
    return outcome;
}

const struct command tick_handovers = {
    .request = &beckon__internal__tick_handovers_request__descriptor,
    .reply = &beckon__internal__tick_handovers_response__descriptor,
    .write = tick_handovers_write,
    .row_count = tick_handovers_count,
};
