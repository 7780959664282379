/* Lists an account's credits in the order time acts on them, as they stand today. */
#include <string.h>

#include "service/command/account_access.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/due.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "store/accounts.h"

enum { PORTION = 64 };

/* Where the next page begins, in the order credits are filed in. */
struct place {
    business_date filed_on;
    uint32_t unused; /* 0: no padding that the token's hash would see */
    uint64_t number;
};

struct listing {
    const Beckon__V1__ListCreditsRequest *request;
    struct party party;
    struct account account;
    business_date today;
    size_t size;
    struct place place;
    bool ended;
    struct program program; /* of the credit told last */
};

static bool listed(const struct listing *listing, const struct credit *credit)
{
    const Beckon__V1__ListCreditsRequest *request = listing->request;
    bool unit = request->unit == BECKON__V1__UNIT__UNIT_UNSPECIFIED ||
                request->unit == reply_unit(credit->unit);
    bool state = request->state == BECKON__V1__CREDIT_STATE__CREDIT_STATE_UNSPECIFIED ||
                 (int)request->state == (int)credit->state;
    return unit && state;
}

static enum outcome add_portion(struct reader *reader, struct command_call *call,
                                struct listing *listing, Beckon__V1__ListCreditsResponse *reply)
{
    struct credit credits[PORTION], now[PORTION];
    size_t count;

    enum outcome outcome = command_outcome(
        credits_list(reader, listing->party, listing->place.filed_on, listing->place.number,
                     credits, PORTION, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(now, credits, count * sizeof now[0]);
    outcome = due_preview_credits(reader, listing->party, listing->today, &listing->account, now,
                                  count);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < count; i++) {
        if (reply->n_credits == listing->size) {
            listing->place.filed_on = credits[i].filed_on;
            listing->place.number = credits[i].number;
            return OUTCOME_OK;
        }
        listing->place.filed_on = credits[i].filed_on;
        listing->place.number = credits[i].number + 1;
        if (!listed(listing, &now[i])) continue;
        outcome = credit_lot_message(reader, call, listing->party, &now[i], &listing->program,
                                     &reply->credits[reply->n_credits]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_credits++;
    }
    listing->ended = count < PORTION;
    return OUTCOME_OK;
}

static enum outcome list_credits_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListCreditsRequest *request =
        (const Beckon__V1__ListCreditsRequest *)call->request;
    struct listing listing = {.request = request, .place = {.filed_on = FILED_DONE}};
    struct merchant merchant;
    struct page page;

    if (request->unit < 0 || request->unit > BECKON__V1__UNIT__UNIT_CASH)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "unit", "POINTS, CASH");
    if (request->state < 0 || request->state > BECKON__V1__CREDIT_STATE__CREDIT_STATE_DONE)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "state", "PENDING, AVAILABLE, DONE");
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = account_find(reader, call, request->account, &listing.party, &listing.account);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = (uint64_t)request->unit << 56 | (uint64_t)request->state << 48 |
                      (uint64_t)listing.party.kind << 32 | listing.party.number;
    outcome = page_read(call, reader->store, "credits", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    if (page.cursor_size == sizeof listing.place)
        memcpy(&listing.place, page.cursor, sizeof listing.place);
    listing.today = business_date_at(&merchant, call->now_ms);
    listing.size = page.size;
    Beckon__V1__ListCreditsResponse *reply =
        reply_message(call, &beckon__v1__list_credits_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->credits = reply_alloc(call, page.size * sizeof *reply->credits);
    if (reply->credits == NULL) return OUTCOME_BUSY;
    do {
        outcome = add_portion(reader, call, &listing, reply);
        if (outcome != OUTCOME_OK) return outcome;
    } while (!listing.ended && reply->n_credits < page.size);
    if (!listing.ended) {
        reply->next_page_token = page_next(call, reader->store, "credits", filter,
                                           &listing.place, sizeof listing.place);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_credits = {
    .request = &beckon__v1__list_credits_request__descriptor,
    .reply = &beckon__v1__list_credits_response__descriptor,
    .read = list_credits_read,
};
