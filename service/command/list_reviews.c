/* Lists reviews by number: all, the undecided ones (which have a list of their own), or those
 * decided one way, which are picked out of all: a page looks at as many as it may hold. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/review_message.h"
#include "store/reviews.h"

enum { PORTION = 32 };

static enum outcome add(struct reader *reader, struct command_call *call, uint32_t number,
                        Beckon__V1__ReviewState state, Beckon__V1__ListReviewsResponse *reply)
{
    struct review review;

    enum outcome outcome =
        command_outcome(reviews_get(reader, number, &review), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (state != 0 && (int)review.state != (int)state) return OUTCOME_OK;
    outcome = review_message(reader, call, &review, &reply->reviews[reply->n_reviews]);
    if (outcome == OUTCOME_OK) reply->n_reviews++;
    return outcome;
}

static enum outcome list_reviews_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListReviewsRequest *request =
        (const Beckon__V1__ListReviewsRequest *)call->request;
    struct page page;
    size_t looked_at = 0, count;

    if (request->state < 0 || (int)request->state > (int)REVIEW_VOIDED)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "state", "OPEN, RELEASED, VOIDED");
    uint64_t filter = (uint64_t)request->state;
    enum outcome outcome = page_read(call, reader->store, "reviews", filter, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListReviewsResponse *reply =
        reply_message(call, &beckon__v1__list_reviews_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->reviews = reply_alloc(call, page.size * sizeof *reply->reviews);
    if (reply->reviews == NULL) return OUTCOME_BUSY;
    uint32_t after = (uint32_t)page_cursor_number(&page);
    do {
        uint32_t numbers[PORTION];
        size_t wanted = page.size - looked_at;
        outcome = command_outcome(
            reviews_list(reader, (int)request->state == (int)REVIEW_OPEN, after, numbers,
                         wanted < PORTION ? wanted : PORTION, &count),
            OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            outcome = add(reader, call, numbers[i], request->state, reply);
            after = numbers[i];
        }
        if (outcome != OUTCOME_OK) return outcome;
        looked_at += count;
    } while (count > 0 && looked_at < page.size);
    if (looked_at == page.size) {
        reply->next_page_token = page_next_number(call, reader->store, "reviews", filter, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_reviews = {
    .request = &beckon__v1__list_reviews_request__descriptor,
    .reply = &beckon__v1__list_reviews_response__descriptor,
    .read = list_reviews_read,
};
