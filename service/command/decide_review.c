/* A person decides what a fraud signal held: once, with a reason.
 *
 * Happy path: form -> the review -> its holders, with what is due on them -> release or take back
 * -> LINE -> entries, credits, accounts, the review. Decided the same way before: the same answer.
 * A credit that refunds have meanwhile emptied is left alone. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/count.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/lots.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/review_message.h"
#include "store/reviews.h"

/* Who may earn by somebody else's event: referrer, serving guide, those who sold. */
enum { HOLDERS_MAX = 2 + SELLERS_MAX };

/* More than 1 MiB, on the command's stack. */
struct deciding {
    struct review review;         /* as it will be */
    struct occasion occasion;
    struct ledger ledger;
    bool counts;                  /* a registration is voided: nobody's new member */
    struct counting counting;
    size_t holder_count;
    struct account account[HOLDERS_MAX];
    struct holder holder[HOLDERS_MAX];
};

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_form(struct command_call *call, struct review *ret)
{
    const Beckon__V1__DecideReviewRequest *request =
        (const Beckon__V1__DecideReviewRequest *)call->request;

    if (request->decision == BECKON__V1__REVIEW_DECISION__REVIEW_DECISION_RELEASE)
        ret->state = REVIEW_RELEASED;
    else if (request->decision == BECKON__V1__REVIEW_DECISION__REVIEW_DECISION_VOID)
        ret->state = REVIEW_VOIDED;
    else
        return form_refuse(call, OUTCOME_VALUE_INVALID, "decision", "RELEASE, VOID");
    return form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, ret->reason);
}

static enum outcome reply_with(struct batch *batch, struct command_call *call,
                               const struct review *review, ProtobufCMessage **ret_reply)
{
    Beckon__V1__DecideReviewResponse *reply =
        reply_message(call, &beckon__v1__decide_review_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return review_message(&batch->reader, call, review, &reply->review);
}

/* ---- what moves ------------------------------------------------------------------------------ */

static enum outcome holder_of(struct batch *batch, struct deciding *deciding, struct party party,
                              struct holder **ret)
{
    for (size_t i = 0; i < deciding->holder_count; i++) {
        *ret = &deciding->holder[i];
        if ((*ret)->party.kind == party.kind && (*ret)->party.number == party.number)
            return OUTCOME_OK;
    }
    if (deciding->holder_count == HOLDERS_MAX) return OUTCOME_STORE_DAMAGED;
    struct account *account = &deciding->account[deciding->holder_count];
    *ret = &deciding->holder[deciding->holder_count];
    enum outcome outcome =
        command_outcome(accounts_get(&batch->reader, party, account), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = holder_open(&batch->reader, party, account, deciding->occasion.date, *ret);
    if (outcome == OUTCOME_OK) outcome = holder_settle(&batch->reader, *ret);
    if (outcome == OUTCOME_OK) deciding->holder_count++;
    return outcome;
}

static enum outcome decide_credit(struct batch *batch, struct deciding *deciding,
                                  const struct review_credit *held)
{
    struct holder *holder;
    size_t lot;

    enum outcome outcome = holder_of(batch, deciding, held->party, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_load(&batch->reader, holder, held->number, OUTCOME_STORE_DAMAGED, &lot);
    if (outcome != OUTCOME_OK) return outcome;
    const struct credit *credit = &holder->lots.lot[lot].credit;
    if (credit->review != deciding->review.number) return OUTCOME_STORE_DAMAGED;
    if (credit->state == CREDIT_DONE || (credit->flags & CREDIT_HELD) == 0) return OUTCOME_OK;
    if (deciding->review.state == REVIEW_VOIDED) {
        /* Taken already: a refund of the same event asks for none of it again. */
        holder->lots.lot[lot].credit.recall_own += credit->remaining;
        lot_take_back(&holder->lots, lot, credit->remaining, &deciding->occasion);
        return OUTCOME_OK;
    }
    lot_release(&holder->lots, lot, &deciding->occasion);
    holder_catch_up(holder);
    return OUTCOME_OK;
}

/* A registration that is voided makes nobody's scoreboard better. */
static enum outcome decide_count(struct batch *batch, struct deciding *deciding)
{
    const struct review *review = &deciding->review;
    struct party member = {PARTY_MEMBER, review->event.member};
    struct account account;

    deciding->counts =
        review->state == REVIEW_VOIDED && review->event.kind == EVENT_REGISTRATION;
    if (!deciding->counts) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(accounts_get(&batch->reader, member, &account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return count_voided_registration(&batch->reader, member.number, &account,
                                     &deciding->counting);
}

static enum outcome decide(struct batch *batch, struct deciding *deciding)
{
    const struct review *review = &deciding->review;
    size_t movement_count = 0;
    enum outcome outcome = OUTCOME_OK;

    for (size_t i = 0; i < review->credit_count && outcome == OUTCOME_OK; i++)
        outcome = decide_credit(batch, deciding, &review->credits[i]);
    for (size_t i = 0; i < deciding->holder_count && outcome == OUTCOME_OK; i++) {
        movement_count += deciding->holder[i].lots.movement_count;
        outcome = holder_ready(batch, &deciding->holder[i]);
    }
    if (outcome == OUTCOME_OK && movement_count > COMMAND_MOVEMENTS_MAX) outcome = OUTCOME_BUSY;
    if (outcome == OUTCOME_OK) outcome = decide_count(batch, deciding);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(ledger_open(batch, &deciding->ledger), OUTCOME_INTERNAL);
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome load(struct batch *batch, struct command_call *call,
                         const struct review *decided, struct review *ret)
{
    const Beckon__V1__DecideReviewRequest *request =
        (const Beckon__V1__DecideReviewRequest *)call->request;

    enum outcome outcome = command_outcome(
        reviews_get(&batch->reader, request->review_number, ret), OUTCOME_REVIEW_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "review_number", NULL);
    bool same = ret->state == decided->state && strcmp(ret->reason, decided->reason) == 0;
    if (ret->state != REVIEW_OPEN && !same)
        return form_refuse(call, OUTCOME_REVIEW_DECIDED, "review_number", NULL);
    outcome = review_message(&batch->reader, call, ret, NULL);
    return outcome == OUTCOME_OK ? reply_reserve(call, review_message_bytes(ret)) : outcome;
}

static void put(struct batch *batch, struct deciding *deciding)
{
    const struct review *review = &deciding->review;

    for (size_t i = 0; i < deciding->holder_count; i++)
        holder_post(batch, &deciding->ledger, &deciding->holder[i]);
    ledger_close(batch, &deciding->ledger);
    if (deciding->counts) count_put(batch, &deciding->counting);
    reviews_put(batch, review);
    event_tell_review(batch, review);
}

static enum outcome decide_review_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    struct deciding deciding; /* large, and touched as far as there are holders */
    struct review decided = {.number = 0};
    struct merchant merchant;

    enum outcome outcome = check_form(call, &decided);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = load(batch, call, &decided, &deciding.review);
    if (outcome != OUTCOME_OK) return outcome;
    struct review *review = &deciding.review;
    if (review->state != REVIEW_OPEN) return reply_with(batch, call, review, ret_reply);

    outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->principal.token == 0) return OUTCOME_TOKEN_INVALID;
    review->state = decided.state;
    review->decided_at = call->now_ms;
    review->decided_by = call->principal.token;
    memcpy(review->reason, decided.reason, sizeof review->reason);
    deciding.occasion =
        (struct occasion){.date = business_date_at(&merchant, call->now_ms),
                          .event = {.kind = EVENT_DECISION, .member = review->event.member}};
    deciding.holder_count = 0;
    outcome = decide(batch, &deciding);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_REVIEW, review->number);
    audit_fact_enum(call, "state", &beckon__v1__review_state__descriptor, (int)review->state);

    /* From here on it is decided. */
    put(batch, &deciding);
    outcome = reply_with(batch, call, review, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved, and its shop was read */
    return outcome;
}

const struct command decide_review = {
    .request = &beckon__v1__decide_review_request__descriptor,
    .reply = &beckon__v1__decide_review_response__descriptor,
    .write = decide_review_write,
    .audited = AUDIT_DECIDE_REVIEW,
};
