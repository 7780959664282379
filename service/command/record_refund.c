/* Records one refund and what it takes back.
 *
 * Happy path: form -> seen before? -> its purchase, all it credited -> what each gives back -> LINE
 * -> entries, credits, debts, accounts, purchase, day, the refund. Without its purchase the refund
 * is parked, and posted with it.
 * A repeat (same shop and refund number) is answered from the record; other content is refused. */
#include "service/command/record_refund.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/refund_message.h"
#include "service/command/refund_post.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/refunds.h"

/* "0..left" as the refusal's allowed range. */
static const char *up_to(struct command_call *call, int64_t left_minor)
{
    char text[32];
    snprintf(text, sizeof text, "0..%lld", (long long)left_minor);
    return reply_text(call, text);
}

/* Says what doesn't fit; an arena too small for the range says it without. */
static enum outcome refuse_misfit(struct command_call *call, const struct refund *refund,
                                  enum refund_reject reject, const struct clawback_misfit *misfit)
{
    bool by_lines = refund->line_count > 0;

    switch (reject) {
    case REFUND_REJECT_LINES: {
        char field[40];
        snprintf(field, sizeof field, "lines[line=%u]", misfit->line);
        const char *named = reply_text(call, field), *allowed = up_to(call, misfit->left_minor);
        if (named == NULL || allowed == NULL) return OUTCOME_BUSY;
        return form_refuse(call, OUTCOME_REFUND_LINES_INVALID, named, allowed);
    }
    case REFUND_REJECT_EMPTY:
        return form_refuse(call, OUTCOME_REFUND_EMPTY, by_lines ? "lines" : "amount_minor", NULL);
    default: {
        const char *allowed = up_to(call, misfit->left_minor);
        if (allowed == NULL) return OUTCOME_BUSY;
        return form_refuse(call, OUTCOME_REFUND_ABOVE_PURCHASE,
                           by_lines ? "lines" : "amount_minor", allowed);
    }
    }
}

/* ---- without its purchase -------------------------------------------------------------------- */

static enum outcome park(struct batch *batch, struct command_call *call, struct refund *refund,
                         const struct refund_shops *shops, Beckon__V1__Refund **ret_refund)
{
    struct refund_of waiting[LIMIT_REFUNDS_PARKED];
    struct receipt first = {0};
    size_t count;

    enum outcome outcome =
        command_outcome(refunds_of(&batch->reader, &refund->purchase, &first, waiting,
                                   LIMIT_REFUNDS_PARKED, &count),
                        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (count == LIMIT_REFUNDS_PARKED) {
        static_assert(LIMIT_REFUNDS_PARKED == 8, "as the refusal says");
        return form_refuse(call, OUTCOME_REFUNDS_PARKED_TOO_MANY, "receipt_number", "8");
    }
    outcome = reply_reserve(call, refund_message_bytes(refund));
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on it must be parked. */
    refund->state = REFUND_PARKED;
    refund->parked = true;
    refunds_put(batch, refund);
    outcome = refund_message(call, refund, shops, true, ret_refund);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

/* ---- the way --------------------------------------------------------------------------------- */

/* A refund whose purchase is there; *ret_refund NULL when it is not (PURCHASE_UNKNOWN). */
static enum outcome post(struct batch *batch, struct command_call *call, struct refund *refund,
                         const struct refund_shops *shops, Beckon__V1__Refund **ret_refund)
{
    struct refunding refunding;

    enum outcome outcome =
        refund_decide(batch, refund, call->now_ms, COMMAND_MOVEMENTS_MAX, &refunding);
    if (outcome != OUTCOME_OK) return outcome;
    /* One that waited is rejected, as it would have been with its purchase. */
    if (refunding.reject != REFUND_REJECT_NONE && !refund->parked)
        return refuse_misfit(call, refund, refunding.reject, &refunding.misfit);
    outcome = reply_reserve(call, refund_message_bytes(refund));
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this refund must succeed. */
    refund_write(batch, call->now_ms, &refunding);
    if (refund->parked) refunds_waiting_delete(batch, &refund->receipt);
    outcome = refund_message(call, refund, shops, true, ret_refund);
    assert(outcome == OUTCOME_OK); /* reserved above */
    return outcome;
}

static enum outcome answer_again(struct batch *batch, struct command_call *call,
                                 const struct refund *refund, const struct refund_shops *shops,
                                 struct refund *known, Beckon__V1__Refund **ret_refund)
{
    if (memcmp(known->fingerprint, refund->fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REFUND_REUSED, "refund_number", NULL);
    if (known->state == REFUND_PARKED) {
        /* Its purchase may have come when the queue of due work was too long: sooner than the
         * ticker. */
        enum outcome outcome = post(batch, call, known, shops, ret_refund);
        if (outcome != OUTCOME_PURCHASE_UNKNOWN && outcome != OUTCOME_BUSY) return outcome;
    }
    enum outcome outcome = reply_reserve(call, refund_message_bytes(known));
    if (outcome != OUTCOME_OK) return outcome;
    return refund_message(call, known, shops, true, ret_refund);
}

enum outcome refund_record(struct batch *batch, struct command_call *call,
                           const Beckon__V1__RecordRefundRequest *request,
                           Beckon__V1__Refund **ret_refund)
{
    struct refund refund, known;
    struct refund_shops shops;

    enum outcome outcome = refund_form(batch, call, request, &refund, &shops);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result seen = refunds_get(&batch->reader, &refund.receipt, &known);
    if (seen == STORE_OK)
        return answer_again(batch, call, &refund, &shops, &known, ret_refund);
    if (seen != STORE_ABSENT) return command_outcome(seen, OUTCOME_INTERNAL);

    outcome = post(batch, call, &refund, &shops, ret_refund);
    if (outcome != OUTCOME_PURCHASE_UNKNOWN) return outcome;
    return park(batch, call, &refund, &shops, ret_refund);
}

/* ---- those that waited ----------------------------------------------------------------------- */

static enum outcome post_parked(struct batch *batch, uint64_t now_ms,
                                const struct receipt *receipt, size_t *movements_left)
{
    struct refund refund;
    struct refunding refunding;

    enum outcome outcome =
        command_outcome(refunds_get(&batch->reader, receipt, &refund), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = refund_decide(batch, &refund, now_ms, *movements_left, &refunding);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on it is posted or rejected. */
    *movements_left -= refund_movement_count(&refunding);
    refund_write(batch, now_ms, &refunding);
    return OUTCOME_OK;
}

enum outcome refunds_waiting_for(struct reader *reader, const struct receipt *purchase,
                                 struct refunds_waiting *ret)
{
    struct refund_of list[LIMIT_REFUNDS_PARKED];
    struct receipt first = {0};
    size_t count;

    enum outcome outcome = command_outcome(
        refunds_of(reader, purchase, &first, list, LIMIT_REFUNDS_PARKED, &count),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    ret->count = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i].state == REFUND_PARKED) ret->refund[ret->count++] = list[i].receipt;
    return OUTCOME_OK;
}

enum outcome refunds_post_waiting(struct batch *batch, uint64_t now_ms,
                                  const struct refunds_waiting *waiting, size_t movements_max)
{
    for (size_t i = 0; i < waiting->count; i++) {
        enum outcome outcome =
            post_parked(batch, now_ms, &waiting->refund[i], &movements_max);
        if (outcome == OUTCOME_AGAIN) return OUTCOME_AGAIN;
        if (outcome != OUTCOME_OK) refunds_waiting_put(batch, &waiting->refund[i]);
    }
    return OUTCOME_OK;
}

enum outcome refund_post_later(struct batch *batch, uint64_t now_ms,
                               const struct receipt *receipt)
{
    size_t movements_left = COMMAND_MOVEMENTS_MAX;
    enum outcome outcome = post_parked(batch, now_ms, receipt, &movements_left);
    if (outcome == OUTCOME_OK) refunds_waiting_delete(batch, receipt);
    return outcome;
}

static enum outcome record_refund_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    Beckon__V1__Refund *refund;

    enum outcome outcome = refund_record(
        batch, call, (const Beckon__V1__RecordRefundRequest *)call->request, &refund);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RecordRefundResponse *reply =
        reply_message(call, &beckon__v1__record_refund_response__descriptor);
    assert(reply != NULL); /* part of what was reserved */
    reply->refund = refund;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command record_refund = {
    .request = &beckon__v1__record_refund_request__descriptor,
    .reply = &beckon__v1__record_refund_response__descriptor,
    .write = record_refund_write,
};
