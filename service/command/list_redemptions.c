/* Lists a member's redemptions, first first. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/redemption.h"
#include "service/command/reply.h"

enum { PORTION = 64 };

/* Tills and managers see what was spent in their shop. */
static bool listed_for(const struct command_call *call, const struct redemption *redemption)
{
    const struct party *party = &call->principal.party;
    return party->kind != PARTY_SHOP || party->number == redemption->receipt.shop;
}

static enum outcome add_portion(struct reader *reader, struct command_call *call,
                                uint32_t member, size_t wanted, uint32_t *after,
                                Beckon__V1__ListRedemptionsResponse *reply, size_t *ret_count)
{
    uint32_t numbers[PORTION];

    enum outcome outcome = command_outcome(
        redemptions_by(reader, member, *after, numbers, wanted < PORTION ? wanted : PORTION,
                       ret_count), OUTCOME_INTERNAL);
    for (size_t i = 0; i < *ret_count && outcome == OUTCOME_OK; i++) {
        struct redemption redemption;
        outcome = command_outcome(redemptions_get(reader, numbers[i], &redemption),
                                  OUTCOME_STORE_DAMAGED);
        *after = numbers[i];
        if (outcome != OUTCOME_OK || !listed_for(call, &redemption)) continue;
        outcome = redemption_message_read(reader, call, &redemption, true,
                                          &reply->redemptions[reply->n_redemptions]);
        if (outcome == OUTCOME_OK) reply->n_redemptions++;
    }
    return outcome;
}

static enum outcome list_redemptions_read(struct reader *reader, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListRedemptionsRequest *request =
        (const Beckon__V1__ListRedemptionsRequest *)call->request;
    struct member_name name = {.number = request->member_number, .field = "member_number"};
    struct merchant merchant;
    struct account account;
    struct page page;
    uint32_t member;
    size_t count = 0;

    bool herself = call->principal.role == ROLE_MEMBER;
    if (name.number == 0 && herself) name.number = call->principal.party.number;
    if (herself && name.number != call->principal.party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_member_on_record(reader, call, &merchant, &name, 0, &member, &account);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = page_read(call, reader->store, "redemptions", member, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListRedemptionsResponse *reply =
        reply_message(call, &beckon__v1__list_redemptions_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->redemptions = reply_alloc(call, page.size * sizeof *reply->redemptions);
    if (reply->redemptions == NULL) return OUTCOME_BUSY;
    uint32_t after = (uint32_t)page_cursor_number(&page);
    do {
        outcome = add_portion(reader, call, member, page.size - reply->n_redemptions, &after,
                              reply, &count);
        if (outcome != OUTCOME_OK) return outcome;
    } while (count > 0 && reply->n_redemptions < page.size);
    if (count > 0) {
        reply->next_page_token =
            page_next_number(call, reader->store, "redemptions", member, after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_redemptions = {
    .request = &beckon__v1__list_redemptions_request__descriptor,
    .reply = &beckon__v1__list_redemptions_response__descriptor,
    .read = list_redemptions_read,
};
