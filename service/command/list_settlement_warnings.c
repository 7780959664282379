/* Lists what payroll should look at before a run is closed: guides by number, then members.
 *
 * Every account is looked at, whether it has a line or not, since what is pending makes none. A
 * page ends when it is full, or when it has looked at LIMIT_WARNINGS_WALK accounts. */
#include <assert.h>

#include "beckon/v1/statement_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/command/settlement_warning.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/shops.h"

enum { PORTION = 32 };

static_assert((int)WARNING_SECOND_BONUS ==
                  (int)BECKON__V1__SETTLEMENT_WARNING_KIND__SETTLEMENT_WARNING_KIND_SECOND_BONUS,
              "they are told as they are numbered");

/* Behind which payee, and how many warnings of the next one, were listed already. */
struct place {
    enum party_kind kind;
    uint32_t number;
    uint16_t listed;
};

struct listing {
    struct reader *reader;
    struct command_call *call;
    struct warning_scope scope;
    size_t size, walked;
    struct place place;
    bool ended;
    Beckon__V1__ListSettlementWarningsResponse *reply;
};

static enum outcome add(struct listing *listing, struct party payee,
                        const struct settlement_warning *warning)
{
    struct command_call *call = listing->call;
    struct sentence words = settlement_warning_words(&listing->scope, warning);
    char entity[PAY_ENTITY_BYTES_MAX + 1] = "";

    if (warning->pay_entity != 0) {
        enum outcome outcome = command_outcome(
            pay_entities_get(listing->reader, warning->pay_entity, entity),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    Beckon__V1__SettlementWarning *message =
        reply_message(call, &beckon__v1__settlement_warning__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->kind = (Beckon__V1__SettlementWarningKind)warning->kind;
    message->payee = reply_party(call, payee);
    message->pay_entity = reply_text(call, entity);
    message->employee_no = reply_text(call, warning->employee_no);
    message->count = warning->count;
    message->amount_minor = warning->amount_minor;
    message->threshold_minor = warning->threshold_minor;
    message->text_en = reply_text(call, words.en);
    message->text_zh = reply_text(call, words.zh);
    if (message->payee == NULL || message->pay_entity == NULL || message->employee_no == NULL ||
        message->text_en == NULL || message->text_zh == NULL)
        return OUTCOME_BUSY;
    listing->reply->warnings[listing->reply->n_warnings++] = message;
    return OUTCOME_OK;
}

/* *ret_full: the page has no room for all of them; the place says how many it has. */
static enum outcome add_payee(struct listing *listing, struct party payee,
                              const struct account *account, bool *ret_full)
{
    struct settlement_warnings warnings;
    struct place *place = &listing->place;

    enum outcome outcome =
        settlement_warnings_of(listing->reader, &listing->scope, payee, account, &warnings);
    *ret_full = false;
    for (size_t i = place->listed; i < warnings.count && outcome == OUTCOME_OK; i++) {
        if (listing->reply->n_warnings == listing->size) {
            *ret_full = true;
            place->listed = (uint16_t)i;
            return OUTCOME_OK;
        }
        outcome = add(listing, payee, &warnings.list[i]);
    }
    if (outcome == OUTCOME_OK) *place = (struct place){payee.kind, payee.number, 0};
    return outcome;
}

/* The accounts of the place's kind, from the place on. */
static enum outcome add_kind(struct listing *listing, bool *ret_full)
{
    struct place *place = &listing->place;
    uint32_t numbers[PORTION];
    struct account accounts[PORTION];
    size_t count = PORTION;

    *ret_full = false;
    while (count == PORTION) {
        enum outcome outcome = command_outcome(
            accounts_list(listing->reader, place->kind, place->number, numbers, accounts, PORTION,
                          &count), OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            *ret_full = listing->walked++ >= LIMIT_WARNINGS_WALK;
            if (!*ret_full)
                outcome = add_payee(listing, (struct party){place->kind, numbers[i]},
                                    &accounts[i], ret_full);
            if (*ret_full) return OUTCOME_OK;
        }
        if (outcome != OUTCOME_OK) return outcome;
    }
    return OUTCOME_OK;
}

static enum outcome add_all(struct listing *listing)
{
    const struct settlement_run *run = &listing->scope.run;
    bool members = run->pay_entity == 0 && run->guide == 0;
    bool full = false;
    enum outcome outcome = OUTCOME_OK;

    listing->ended = false;
    if (listing->place.kind == PARTY_GUIDE) {
        outcome = add_kind(listing, &full);
        if (outcome != OUTCOME_OK || full) return outcome;
        listing->place = (struct place){.kind = PARTY_MEMBER};
    }
    if (members) outcome = add_kind(listing, &full);
    listing->ended = !full;
    return outcome;
}

static struct place place_of(const struct page *page)
{
    uint64_t at = page_cursor_number(page);
    if (page->cursor_size == 0) return (struct place){.kind = PARTY_GUIDE};
    return (struct place){(enum party_kind)(at >> 48), (uint32_t)(at >> 16), (uint16_t)at};
}

static enum outcome list_settlement_warnings_read(struct reader *reader, struct command_call *call,
                                                  ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListSettlementWarningsRequest *request =
        (const Beckon__V1__ListSettlementWarningsRequest *)call->request;
    struct listing listing = {.reader = reader, .call = call};
    struct page page;

    enum outcome outcome =
        settlement_run_load(reader, call, request->run_number, &listing.scope.run);
    if (outcome == OUTCOME_OK) outcome = warning_scope_load(reader, &listing.scope);
    if (outcome == OUTCOME_OK)
        outcome = page_read(call, reader->store, "warnings", request->run_number,
                            request->page_size, request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListSettlementWarningsResponse *reply = listing.reply =
        reply_message(call, &beckon__v1__list_settlement_warnings_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->warnings = reply_alloc(call, page.size * sizeof *reply->warnings);
    if (reply->warnings == NULL) return OUTCOME_BUSY;
    listing.size = page.size;
    listing.place = place_of(&page);
    outcome = add_all(&listing);
    if (outcome != OUTCOME_OK) return outcome;
    if (!listing.ended) {
        const struct place *place = &listing.place;
        uint64_t at = (uint64_t)place->kind << 48 | (uint64_t)place->number << 16 | place->listed;
        reply->next_page_token =
            page_next_number(call, reader->store, "warnings", request->run_number, at);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_settlement_warnings = {
    .request = &beckon__v1__list_settlement_warnings_request__descriptor,
    .reply = &beckon__v1__list_settlement_warnings_response__descriptor,
    .read = list_settlement_warnings_read,
};
