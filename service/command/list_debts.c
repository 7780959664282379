/* Lists what an account owes after refunds, oldest first, with its age; or what it has paid. */
#include "service/command/account_access.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "beckon/v1/refund_service.pb-c.h"
#include "store/debts.h"
#include "store/shops.h"

enum { PORTION = 64 };

struct listing {
    struct party party;
    business_date today;
    bool open;
};

/* A refund's number is a customer's paper: guides and payroll see none. */
static bool sees_papers(const struct command_call *call)
{
    return call->principal.role != ROLE_GUIDE && call->principal.role != ROLE_PAYROLL;
}

static enum outcome add(struct reader *reader, struct command_call *call,
                        const struct listing *listing, const struct debt *debt,
                        Beckon__V1__ListDebtsResponse *reply)
{
    struct shop shop;

    enum outcome outcome =
        command_outcome(shops_get(reader, debt->refund.shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Debt *row = reply_message(call, &beckon__v1__debt__descriptor);
    if (row == NULL) return OUTCOME_BUSY;
    row->debt_number = debt->number;
    row->account = reply_party(call, listing->party);
    row->unit = reply_unit(debt->unit);
    row->posted = debt->posted;
    row->netted = debt->netted;
    row->written_off = debt->written_off;
    row->carried = debt->carried;
    row->open = debt_open(debt);
    row->credit_number = debt->credit;
    row->refund_shop_id = reply_text(call, shop.shop_id);
    row->refund_number =
        reply_text_of(call, debt->refund.text, sees_papers(call) ? debt->refund.size : 0);
    row->business_date = reply_date(call, debt->business_date);
    row->age_days = listing->today - debt->business_date;
    row->inside_balance = debt->policy == RETURN_UNLIMITED;
    if (row->account == NULL || row->refund_shop_id == NULL || row->refund_number == NULL ||
        row->business_date == NULL)
        return OUTCOME_BUSY;
    reply->debts[reply->n_debts++] = row;
    return OUTCOME_OK;
}

/* *after: behind which the next page begins; 0 when there is none. */
static enum outcome add_all(struct reader *reader, struct command_call *call,
                            const struct listing *listing, size_t size, uint64_t *after,
                            Beckon__V1__ListDebtsResponse *reply)
{
    struct debt debts[PORTION];
    size_t count;

    do {
        size_t wanted = size - reply->n_debts;
        enum outcome outcome = command_outcome(
            debts_list(reader, listing->party, listing->open, *after, debts,
                       wanted < PORTION ? wanted : PORTION, &count),
            OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            outcome = add(reader, call, listing, &debts[i], reply);
            *after = debts[i].number;
        }
        if (outcome != OUTCOME_OK || reply->n_debts == size) return outcome;
    } while (count == PORTION);
    *after = 0;
    return OUTCOME_OK;
}

static enum outcome list_debts_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListDebtsRequest *request =
        (const Beckon__V1__ListDebtsRequest *)call->request;
    struct merchant merchant;
    struct listing listing = {.open = !request->closed};
    struct account account;
    struct page page;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = account_find(reader, call, request->account, &listing.party, &account);
    if (outcome != OUTCOME_OK) return outcome;
    listing.today = business_date_at(&merchant, call->now_ms);
    const char *list = listing.open ? "debts" : "debts closed";
    uint64_t filter = (uint64_t)listing.party.kind << 32 | listing.party.number;
    outcome = page_read(call, reader->store, list, filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;

    Beckon__V1__ListDebtsResponse *reply =
        reply_message(call, &beckon__v1__list_debts_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->debts = reply_alloc(call, page.size * sizeof *reply->debts);
    if (reply->debts == NULL) return OUTCOME_BUSY;
    uint64_t after = page_cursor_number(&page);
    outcome = add_all(reader, call, &listing, page.size, &after, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (after != 0) {
        reply->next_page_token = page_next_number(call, reader->store, list, filter, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_debts = {
    .request = &beckon__v1__list_debts_request__descriptor,
    .reply = &beckon__v1__list_debts_response__descriptor,
    .read = list_debts_read,
};
