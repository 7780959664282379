/* What a purchase would earn whom: the way of RecordPurchase up to its LINE, in a snapshot. */
#include "service/command/buying.h"
#include "service/command/commands.h"
#include "service/command/explain_rule.h"
#include "service/command/form.h"
#include "service/command/program_form.h"
#include "service/command/reply.h"
#include "service/rules/tiers.h"
#include "store/programs.h"

static enum outcome check_form(struct command_call *call, const Beckon__V1__QuoteRequest *request,
                               struct buying *buying)
{
    if (request->purchase == NULL)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "purchase", NULL);
    if (request->draft != NULL && call->principal.role != ROLE_ADMIN)
        return form_refuse(call, OUTCOME_ROLE_NOT_ALLOWED, "draft", "ADMIN");
    if (request->as_of[0] != '\0' && request->purchase->occurred_at != NULL)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "as_of",
                           "as_of | purchase.occurred_at");
    buying->request = request->purchase;
    buying->quoted = true;
    return form_date(call, request->as_of, "as_of", false, DATE_NEVER, &buying->as_of);
}

/* The draft, or the version in force on the date. */
static enum outcome find_program(struct reader *reader, struct command_call *call,
                                 const Beckon__V1__QuoteRequest *request, struct buying *buying,
                                 struct program *program)
{
    uint32_t version;

    if (request->draft != NULL) {
        enum outcome outcome = program_form(reader, call, request->draft, program);
        buying->earning.program = program;
        return outcome;
    }
    enum store_result found =
        programs_in_force(reader, buying->purchase.business_date, &version);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found == STORE_OK) found = programs_get(reader, version, program);
    buying->earning.program = program;
    return command_outcome(found, OUTCOME_STORE_DAMAGED);
}

static enum outcome fill(struct command_call *call, const struct buying *buying,
                         bool by_draft, Beckon__V1__QuoteResponse *reply)
{
    const struct purchase *purchase = &buying->purchase;
    const struct earning *earning = &buying->earning;
    const struct program *program = earning->program;
    uint8_t tier = earning->earners[EARNER_BUYER].account.tier;

    reply->business_date = reply_date(call, purchase->business_date);
    reply->by_draft = by_draft;
    reply->program_version = purchase->program_version;
    reply->member_number = purchase->member;
    reply->base_minor = purchase->base_minor;
    /* Who served her is none of a till's business. */
    if (call->principal.role != ROLE_POS) reply->serving_guide = purchase->serving_guide;
    if (reply->business_date == NULL) return OUTCOME_BUSY;
    if (program == NULL) return OUTCOME_OK;
    if (tier < program->tier_count) {
        uint8_t before = tiers_clamp(program, purchase->tier);
        reply->tier_before = reply_text(call, program->tiers[before].id);
        reply->tier_after = reply_text(call, program->tiers[tier].id);
        if (reply->tier_before == NULL || reply->tier_after == NULL) return OUTCOME_BUSY;
    }
    struct explained explained = {
        .currency = buying->merchant.currency, .program = program,
        .verdicts = &earning->verdicts, .awards = earning->awards,
        .award_count = earning->award_count, .buyer = purchase->member,
        .business_date = purchase->business_date,
    };
    return explain_rules(call, &explained, &reply->rules, &reply->n_rules);
}

static enum outcome quote_read(struct reader *reader, struct command_call *call,
                               ProtobufCMessage **ret_reply)
{
    const Beckon__V1__QuoteRequest *request = (const Beckon__V1__QuoteRequest *)call->request;
    struct holder holder; /* the buyer's: nobody else's account is settled by a read */
    struct purchase_lines lines;
    struct counting counting;
    struct buying buying = {.lines = &lines, .counting = &counting, .earning.holders = &holder};
    struct program program;

    enum outcome outcome = check_form(call, request, &buying);
    if (outcome == OUTCOME_OK) outcome = buying_check_form(reader, call, &buying);
    if (outcome == OUTCOME_OK) outcome = find_program(reader, call, request, &buying, &program);
    if (outcome == OUTCOME_OK) outcome = buying_find_buyer(reader, call, &buying);
    if (outcome == OUTCOME_OK) outcome = buying_decide(reader, call, &buying);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__QuoteResponse *reply =
        reply_message(call, &beckon__v1__quote_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return fill(call, &buying, request->draft != NULL, reply);
}

const struct command quote = {
    .request = &beckon__v1__quote_request__descriptor,
    .reply = &beckon__v1__quote_response__descriptor,
    .read = quote_read,
};
