/* The ticker's command: one row per account, each the first of the due queue behind the row before.
 * An account whose records are damaged is passed over, so that it doesn't stop all others. */
#include <assert.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/debts.h"

typedef Beckon__Internal__TickDueRow tick_row;

static size_t tick_due_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickDueRequest *)request)->account_count;
    return count <= TICK_ACCOUNTS_MAX ? count : TICK_ACCOUNTS_MAX;
}

/* The reply with all its rows, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_due_count(call->request);
    Beckon__Internal__TickDueResponse *made =
        reply_message(call, &beckon__internal__tick_due_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->rows = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->rows);
    if (made->rows == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        made->rows[i] = reply_message(call, &beckon__internal__tick_due_row__descriptor);
        if (made->rows[i] == NULL) return OUTCOME_BUSY;
    }
    made->n_rows = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

static enum outcome tick_due_write(struct batch *batch, struct command_call *call,
                                   ProtobufCMessage **ret_reply)
{
    const Beckon__Internal__TickDueRequest *request =
        (const Beckon__Internal__TickDueRequest *)call->request;
    struct merchant merchant;
    struct party party;
    business_date due_on;
    size_t count;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickDueResponse *reply = (Beckon__Internal__TickDueResponse *)*ret_reply;
    if (call->row >= reply->n_rows) return OUTCOME_OK;
    tick_row *row = reply->rows[call->row];
    const tick_row *before = call->row > 0 ? reply->rows[call->row - 1] : request->after;
    beckon__internal__tick_due_row__init(row); /* a run that was dropped may have filled it */
    if (call->row > 0 && before->number == 0) return OUTCOME_OK;

    outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    struct party after = {PARTY_NONE, 0};
    if (before != NULL)
        after = (struct party){(enum party_kind)before->kind, before->number};
    outcome = command_outcome(due_list(&batch->reader, today, before != NULL ? before->due_on : 0,
                                       after, &party, &due_on, 1, &count),
                              OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK || count == 0) return outcome;
    bool more = false;
    outcome = due_account(batch, party, today, &more);
    bool damaged = outcome == OUTCOME_STORE_DAMAGED;
    if (outcome != OUTCOME_OK && !damaged) return outcome;
    row->due_on = due_on;
    row->kind = (uint32_t)party.kind;
    row->number = party.number;
    row->more = more;
    row->damaged = damaged;
    return OUTCOME_OK;
}

const struct command tick_due = {
    .request = &beckon__internal__tick_due_request__descriptor,
    .reply = &beckon__internal__tick_due_response__descriptor,
    .write = tick_due_write,
    .row_count = tick_due_count,
};
