/* The ticker's command for erasures: each row a step of one that is open. A step ends one code, or
 * one binding, or does what is due on the account first; the last one says ERASED. The record holds
 * the place, so that it goes on after a crash.
 *
 * She is gone from every answer already when this begins: codes of hers bring nobody, since their
 * owner is looked at too. */
#include <assert.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/handing.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/codes.h"
#include "store/erasures.h"

enum { BINDINGS_PORTION = 16 };

/* ---- codes ----------------------------------------------------------------------------------- */

/* Hers for good: no later owner is planned. One that passes on to somebody else is not valid until
 * then, as its owner is erased, and his afterwards. */
static enum outcome end_code(struct batch *batch, const struct command_call *call,
                             struct erasure *erasure, struct code_value value)
{
    struct code_owner owners[CODE_OWNERS_MAX];
    struct code code;
    size_t count;

    enum outcome outcome =
        command_outcome(codes_get(&batch->reader, value, &code), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(codes_owners(&batch->reader, value, owners, &count),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    const struct party *last = count > 0 ? &owners[count - 1].party : &code.owner;
    bool hers = last->kind == erasure->party.kind && last->number == erasure->party.number;

    /* From here on nothing is refused. */
    erasure->code = value;
    erasures_put(batch, erasure);
    if (hers && code.revoked_at == 0) {
        code.revoked_at = call->now_ms;
        codes_put(batch, &code);
    }
    return OUTCOME_OK;
}

/* ---- bindings -------------------------------------------------------------------------------- */

/* The first binding that reaches beyond today and beyond its own first day; from DATE_NEVER: none
 * does. A binding lasts a day at least, planned ones too: those are cut to that. */
static enum outcome next_binding(struct reader *reader, uint32_t member, business_date today,
                                 struct binding *ret)
{
    struct binding list[BINDINGS_PORTION];
    size_t count = 0;

    enum store_result found = bindings_on(reader, member, today, &list[0]);
    if (found == STORE_OK) count = 1;
    else if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    size_t planned = 0;
    enum outcome outcome = command_outcome(
        bindings_list(reader, member, today + 1, list + count, BINDINGS_PORTION - count, &planned),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < count + planned; i++) {
        business_date least = list[i].from + 1 > today ? list[i].from + 1 : today;
        if (list[i].until <= least) continue;
        *ret = list[i];
        return OUTCOME_OK;
    }
    ret->from = DATE_NEVER;
    return OUTCOME_OK;
}

/* Releases her from it, as a handover to nobody does. */
static enum outcome end_binding(struct batch *batch, uint32_t member, business_date today,
                                const struct binding *binding)
{
    struct handover nobody = {.from_guide = binding->guide};
    struct handing handing;
    bool more;

    nobody.from = binding->from + 1 > today ? binding->from + 1 : today;
    enum outcome outcome = handing_decide(batch, &nobody, member, today, &handing);
    if (outcome != OUTCOME_OK) return outcome;
    if (handing.due) return due_account(batch, (struct party){PARTY_MEMBER, member}, today, &more);
    if (handing.row.outcome != HANDOVER_RELEASED) return OUTCOME_STORE_DAMAGED;

    /* From here on nothing is refused. */
    handing_put(batch, &nobody, &handing);
    return OUTCOME_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

static enum outcome finish(struct batch *batch, const struct command_call *call,
                           struct erasure *erasure)
{
    struct account account;

    enum outcome outcome = command_outcome(
        accounts_get(&batch->reader, erasure->party, &account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    assert(account.status != ACCOUNT_ACTIVE);

    /* From here on nothing is refused. */
    account.status = ACCOUNT_ERASED;
    accounts_put(batch, erasure->party, &account);
    erasure->finished_at = call->now_ms;
    erasures_put(batch, erasure);
    return OUTCOME_OK;
}

static enum outcome step(struct batch *batch, struct command_call *call, struct party party,
                         bool *ret_more)
{
    struct erasure erasure;
    struct merchant merchant;
    struct code_value code;
    struct binding binding = {.from = DATE_NEVER};
    size_t count;

    *ret_more = false;
    enum store_result found = erasures_get(&batch->reader, party, &erasure);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    enum outcome outcome = command_outcome(found, OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK || erasure.finished_at != 0) return outcome;
    outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    *ret_more = true;
    outcome = command_outcome(
        codes_of(&batch->reader, party, erasure.code, &code, 1, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (count > 0) return end_code(batch, call, &erasure, code);
    if (party.kind == PARTY_MEMBER)
        outcome = next_binding(&batch->reader, party.number, today, &binding);
    if (outcome != OUTCOME_OK) return outcome;
    if (binding.from != DATE_NEVER) return end_binding(batch, party.number, today, &binding);
    *ret_more = false;
    return finish(batch, call, &erasure);
}

/* ---- the command ----------------------------------------------------------------------------- */

static size_t tick_erasures_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickErasuresRequest *)request)->step_count;
    return count <= TICK_ERASURES_MAX ? count : TICK_ERASURES_MAX;
}

/* The reply with place for all steps, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_erasures_count(call->request);
    Beckon__Internal__TickErasuresResponse *made =
        reply_message(call, &beckon__internal__tick_erasures_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->more = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->more);
    if (made->more == NULL) return OUTCOME_BUSY;
    made->n_more = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

static enum outcome tick_erasures_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__Internal__TickErasuresRequest *request =
        (const Beckon__Internal__TickErasuresRequest *)call->request;
    struct party party = {request->kind == PARTY_GUIDE ? PARTY_GUIDE : PARTY_MEMBER,
                          request->number};
    bool more = false;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickErasuresResponse *reply =
        (Beckon__Internal__TickErasuresResponse *)*ret_reply;
    if (call->row >= reply->n_more) return OUTCOME_OK;
    reply->more[call->row] = false; /* a run that was dropped may have said otherwise */
    if (call->row > 0 && !reply->more[call->row - 1]) return OUTCOME_OK;
    outcome = step(batch, call, party, &more);
    if (outcome == OUTCOME_OK) reply->more[call->row] = more;
    return outcome;
}

const struct command tick_erasures = {
    .request = &beckon__internal__tick_erasures_request__descriptor,
    .reply = &beckon__internal__tick_erasures_response__descriptor,
    .write = tick_erasures_write,
    .row_count = tick_erasures_count,
};
