/* Lists guides by number: those the caller may see, of one shop when it is named. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/guide_access.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/limits.h"

/* Guides looked at for one page: a page may be short where few are the caller's. */
enum { LOOKED_AT_MAX = 4 * LIMIT_PAGE, PORTION = 32 };

struct listing {
    uint32_t shop; /* 0: any */
    uint32_t after;
    size_t looked_at;
    bool ended;
};

static enum outcome add_portion(struct reader *reader, struct command_call *call, size_t size,
                                struct listing *listing, Beckon__V1__ListGuidesResponse *reply)
{
    uint32_t numbers[PORTION];
    struct account accounts[PORTION];
    size_t count;

    enum outcome outcome = command_outcome(
        accounts_list(reader, PARTY_GUIDE, listing->after, numbers, accounts, PORTION, &count),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    listing->ended = count < PORTION;
    for (size_t i = 0; i < count; i++) {
        if (reply->n_guides == size) {
            listing->ended = false;
            return OUTCOME_OK;
        }
        listing->after = numbers[i];
        listing->looked_at++;
        if (!guide_visible(call, numbers[i], &accounts[i]) ||
            (listing->shop != 0 && accounts[i].shop != listing->shop))
            continue;
        outcome = guide_load_message(reader, call, numbers[i], &accounts[i],
                                     &reply->guides[reply->n_guides]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_guides++;
    }
    return OUTCOME_OK;
}

static enum outcome list_guides_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListGuidesRequest *request =
        (const Beckon__V1__ListGuidesRequest *)call->request;
    struct listing listing = {0};
    struct page page;
    enum outcome outcome;

    if (request->shop_id[0] != '\0') {
        outcome = object_shop(reader, call, request->shop_id, "shop_id", &listing.shop);
        if (outcome != OUTCOME_OK) return outcome;
    }
    outcome = page_read(call, reader->store, "guides", listing.shop, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListGuidesResponse *reply =
        reply_message(call, &beckon__v1__list_guides_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->guides = reply_alloc(call, page.size * sizeof *reply->guides);
    if (reply->guides == NULL) return OUTCOME_BUSY;
    listing.after = (uint32_t)page_cursor_number(&page);
    while (!listing.ended && reply->n_guides < page.size && listing.looked_at < LOOKED_AT_MAX) {
        outcome = add_portion(reader, call, page.size, &listing, reply);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (!listing.ended) {
        reply->next_page_token =
            page_next_number(call, reader->store, "guides", listing.shop, listing.after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    call->seen.row_count = (uint32_t)reply->n_guides;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_guides = {
    .request = &beckon__v1__list_guides_request__descriptor,
    .reply = &beckon__v1__list_guides_response__descriptor,
    .read = list_guides_read,
    .audited = AUDIT_LIST_GUIDES,
    .note = audit_note_list,
};
