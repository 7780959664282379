/* One review with its evidence. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/review_message.h"
#include "store/reviews.h"

static enum outcome get_review_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetReviewRequest *request =
        (const Beckon__V1__GetReviewRequest *)call->request;
    struct review review;

    enum outcome outcome = command_outcome(
        reviews_get(reader, request->review_number, &review), OUTCOME_REVIEW_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "review_number", NULL);
    Beckon__V1__GetReviewResponse *reply =
        reply_message(call, &beckon__v1__get_review_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return review_message(reader, call, &review, &reply->review);
}

const struct command get_review = {
    .request = &beckon__v1__get_review_request__descriptor,
    .reply = &beckon__v1__get_review_response__descriptor,
    .read = get_review_read,
};
