/* The ticker's command for stores made before members' friends were listed: each row goes through
 * the next accounts and puts who was recommended by a member into that member's list. The mark
 * holds the place; registrations of today list their own. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/referees.h"

enum { PORTION = 32 }; /* accounts of one row: they lie far apart */

static enum outcome step(struct batch *batch, bool *ret_more)
{
    uint32_t numbers[PORTION], through;
    struct account accounts[PORTION];
    size_t count = 0;

    enum outcome outcome =
        command_outcome(referees_listed_get(&batch->reader, &through), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_more = through != REFEREES_ALL;
    if (through == REFEREES_ALL) return OUTCOME_OK;
    outcome = command_outcome(accounts_list(&batch->reader, PARTY_MEMBER, through, numbers,
                                            accounts, PORTION, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    for (size_t i = 0; i < count; i++)
        if (accounts[i].referrer.kind == PARTY_MEMBER)
            referees_put(batch, accounts[i].referrer.number, numbers[i]);
    *ret_more = count == PORTION;
    referees_listed_put(batch, count == PORTION ? numbers[count - 1] : REFEREES_ALL);
    return OUTCOME_OK;
}

static size_t tick_referees_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickRefereesRequest *)request)->step_count;
    return count <= TICK_REFEREES_MAX ? count : TICK_REFEREES_MAX;
}

/* The reply with place for all steps, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_referees_count(call->request);
    Beckon__Internal__TickRefereesResponse *made =
        reply_message(call, &beckon__internal__tick_referees_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->more = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->more);
    if (made->more == NULL) return OUTCOME_BUSY;
    made->n_more = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

static enum outcome tick_referees_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    bool more = false;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickRefereesResponse *reply =
        (Beckon__Internal__TickRefereesResponse *)*ret_reply;
    if (call->row >= reply->n_more) return OUTCOME_OK;
    reply->more[call->row] = false; /* a run that was dropped may have said otherwise */
    if (call->row > 0 && !reply->more[call->row - 1]) return OUTCOME_OK;
    outcome = step(batch, &more);
    if (outcome == OUTCOME_OK) reply->more[call->row] = more;
    return outcome;
}

const struct command tick_referees = {
    .request = &beckon__internal__tick_referees_request__descriptor,
    .reply = &beckon__internal__tick_referees_response__descriptor,
    .write = tick_referees_write,
    .row_count = tick_referees_count,
};
