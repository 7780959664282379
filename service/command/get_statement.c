/* One payee's statement in one run, with a page of the credits behind it. */
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/statement.h"
#include "store/accounts.h"
#include "store/programs.h"
#include "store/shops.h"

enum { PORTION = 64 };

/* Where the next page begins, in the order credits are filed in. */
struct place {
    business_date filed_on;
    uint32_t unused; /* 0: no padding that the token's hash would see */
    uint64_t number;
};

/* Credits of one statement mostly come from one program version and one shop. */
struct listing {
    struct statement statement;
    size_t size;
    struct place place;
    bool ended;
    uint32_t version, shop;            /* of what is at hand; 0: none */
    struct program program;
    char shop_id[SHOP_ID_BYTES_MAX + 1];
};

static enum outcome rule_of(struct reader *reader, struct command_call *call,
                            struct listing *listing, const struct credit *credit,
                            Beckon__V1__StatementCredit *message)
{
    if (credit->program_version == 0) return OUTCOME_OK;
    if (credit->program_version != listing->version) {
        enum outcome outcome = command_outcome(
            programs_get(reader, credit->program_version, &listing->program),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        listing->version = credit->program_version;
    }
    if (credit->rule >= listing->program.rule_count) return OUTCOME_STORE_DAMAGED;
    message->program_version = credit->program_version;
    message->rule_id = reply_text(call, listing->program.rules[credit->rule].id);
    return message->rule_id != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome shop_of(struct reader *reader, struct command_call *call,
                            struct listing *listing, const struct credit *credit,
                            Beckon__V1__StatementCredit *message)
{
    if (credit->shop == 0) return OUTCOME_OK;
    if (credit->shop != listing->shop) {
        struct shop shop;
        enum outcome outcome =
            command_outcome(shops_get(reader, credit->shop, &shop), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        listing->shop = credit->shop;
        memcpy(listing->shop_id, shop.shop_id, sizeof listing->shop_id);
    }
    message->shop_id = reply_text(call, listing->shop_id);
    return message->shop_id != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome add(struct reader *reader, struct command_call *call, struct listing *listing,
                        const struct credit *credit, int64_t amount,
                        Beckon__V1__GetStatementResponse *reply)
{
    Beckon__V1__StatementCredit *message =
        reply_message(call, &beckon__v1__statement_credit__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->credit_number = credit->number;
    message->unit = reply_unit(credit->unit);
    message->amount = amount;
    message->posted = credit->posted;
    message->taken_back = credit->voided + credit->reversed;
    message->business_date = reply_date(call, credit->business_date);
    if (message->business_date == NULL) return OUTCOME_BUSY;
    enum outcome outcome = rule_of(reader, call, listing, credit, message);
    if (outcome == OUTCOME_OK) outcome = shop_of(reader, call, listing, credit, message);
    if (outcome == OUTCOME_OK) reply->credits[reply->n_credits++] = message;
    return outcome;
}

static enum outcome add_portion(struct reader *reader, struct command_call *call,
                                struct listing *listing, Beckon__V1__GetStatementResponse *reply)
{
    struct credit credits[PORTION];
    struct place *place = &listing->place;
    size_t count;
    int64_t amount;

    enum outcome outcome = command_outcome(
        credits_list(reader, listing->statement.line.payee, place->filed_on, place->number,
                     credits, PORTION, &count), OUTCOME_INTERNAL);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        *place = (struct place){.filed_on = credits[i].filed_on, .number = credits[i].number};
        if (reply->n_credits == listing->size) return OUTCOME_OK;
        place->number++;
        if (!statement_takes(&listing->statement, &credits[i], &amount)) continue;
        outcome = add(reader, call, listing, &credits[i], amount, reply);
    }
    listing->ended = count < PORTION;
    return outcome;
}

static enum outcome add_credits(struct reader *reader, struct command_call *call,
                                struct listing *listing, Beckon__V1__GetStatementResponse *reply)
{
    reply->credits = reply_alloc(call, listing->size * sizeof *reply->credits);
    if (reply->credits == NULL) return OUTCOME_BUSY;
    do {
        enum outcome outcome = add_portion(reader, call, listing, reply);
        if (outcome != OUTCOME_OK) return outcome;
    } while (!listing->ended && reply->n_credits < listing->size);
    return OUTCOME_OK;
}

static enum outcome get_statement_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetStatementRequest *request =
        (const Beckon__V1__GetStatementRequest *)call->request;
    struct listing listing; /* large, and touched as far as there are rules */
    struct party payee;
    struct page page;

    enum outcome outcome = statement_payee(call, request->payee, &payee);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = statement_load(reader, call, request->run_number, payee, request->pay_entity,
                             &listing.statement);
    if (outcome != OUTCOME_OK) return outcome;
    const struct settlement_line *line = &listing.statement.line;
    uint64_t filter = (uint64_t)line->run << 32 ^ (uint64_t)line->pay_entity << 40 ^
                      (uint64_t)payee.kind << 60 ^ payee.number;
    outcome = page_read(call, reader->store, "statement", filter, request->page_size,
                        request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    listing.place = (struct place){.filed_on = FILED_DONE};
    if (page.cursor_size == sizeof listing.place)
        memcpy(&listing.place, page.cursor, sizeof listing.place);
    listing.size = page.size;
    listing.ended = false;
    listing.version = listing.shop = 0;
    Beckon__V1__GetStatementResponse *reply =
        reply_message(call, &beckon__v1__get_statement_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = statement_message(reader, call, &listing.statement, &reply->statement);
    if (outcome == OUTCOME_OK) outcome = add_credits(reader, call, &listing, reply);
    if (outcome != OUTCOME_OK) return outcome;
    if (!listing.ended) {
        reply->next_page_token = page_next(call, reader->store, "statement", filter,
                                           &listing.place, sizeof listing.place);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_statement = {
    .request = &beckon__v1__get_statement_request__descriptor,
    .reply = &beckon__v1__get_statement_response__descriptor,
    .read = get_statement_read,
};
