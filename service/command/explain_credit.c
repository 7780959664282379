/* Explains one credit: its rule and numbers, its entries, where it stands.
 *
 * Its entries lie in its account's chain, newest first, back to the one that made it. The chain of
 * a busy account is long, so one call looks at LIMIT_EXPLAIN_WALK entries and the next page goes on
 * where it stopped. */
#include <string.h>

#include "service/command/account_access.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/explain_rule.h"
#include "service/command/explain_story.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/review_message.h"
#include "service/limits.h"
#include "store/adjustments.h"
#include "store/ledger.h"
#include "store/period_closes.h"
#include "store/programs.h"
#include "store/purchases.h"

/* Everything one explanation needs on its way. */
struct explaining {
    struct merchant merchant;
    struct entry made;     /* the entry that made it: its number is the credit's */
    struct credit credit;
    struct period_result result; /* EVENT_PERIOD_CLOSE */
    struct account account;
    Beckon__V1__ExplainCreditResponse *reply;
};

/* Somebody else's credit and none at all look the same. */
static bool may_see(const struct principal *principal, struct party party)
{
    switch (principal->role) {
    case ROLE_ADMIN:
    case ROLE_AUDITOR:
        return true;
    case ROLE_PAYROLL:
        return party.kind == PARTY_GUIDE;
    case ROLE_MEMBER:
    case ROLE_GUIDE:
        return party.kind == principal->party.kind && party.number == principal->party.number;
    default:
        return false;
    }
}

static enum outcome find_credit(struct reader *reader, struct command_call *call, uint64_t number,
                                struct explaining *explaining)
{
    const struct entry *made = &explaining->made;

    enum outcome outcome =
        command_outcome(entries_get(reader, number, &explaining->made), OUTCOME_CREDIT_UNKNOWN);
    if (outcome == OUTCOME_OK && !may_see(&call->principal, made->party))
        outcome = OUTCOME_CREDIT_UNKNOWN;
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(credits_find(reader, made->party, number, &explaining->credit),
                                  OUTCOME_CREDIT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    if (!review_told(call)) explaining->credit.review = 0;
    outcome = object_merchant(reader, &explaining->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(accounts_get(reader, made->party, &explaining->account),
                           OUTCOME_STORE_DAMAGED);
}

/* ---- its figures ----------------------------------------------------------------------------- */

static enum outcome fill_event(struct reader *reader, struct command_call *call,
                               const struct explaining *explaining)
{
    Beckon__V1__ExplainCreditResponse *reply = explaining->reply;
    Beckon__V1__Entry *made;

    /* What a caller may see of the event is what he may see of its entry. */
    enum outcome outcome = entry_message(reader, call, &explaining->made, &made);
    if (outcome != OUTCOME_OK) return outcome;
    reply->account = made->account;
    reply->shop_id = made->shop_id;
    reply->receipt_number = made->receipt_number;
    reply->member_number = made->member_number;
    return OUTCOME_OK;
}

static enum outcome fill(struct command_call *call, const struct explaining *explaining)
{
    business_date today = business_date_at(&explaining->merchant, call->now_ms);
    struct credit now = credit_as_of(&explaining->credit, today);
    const struct credit *credit = &now;
    const char *currency = explaining->merchant.currency;
    Beckon__V1__ExplainCreditResponse *reply = explaining->reply;
    struct party party = explaining->made.party;
    struct sentence origin = story_origin(credit, party, &explaining->made.event, currency);
    struct sentence refunds = story_refunds(credit, currency);
    struct sentence next = story_next(credit, party, today, currency);

    reply->credit_number = credit->number;
    reply->unit = reply_unit(credit->unit);
    reply->posted = credit->posted;
    reply->remaining = credit->remaining;
    reply->redeemed = credit->redeemed;
    reply->expired = credit->expired;
    reply->settled = credit->settled;
    reply->voided = credit->voided;
    reply->reversed = credit->reversed;
    reply->held = (credit->flags & CREDIT_HELD) != 0;
    reply->business_date = reply_date(call, credit->business_date);
    reply->program_version = credit->program_version;
    reply->review_number = credit->review;
    reply->origin = sentence_message(call, &origin);
    reply->next = sentence_message(call, &next);
    if (reply->business_date == NULL || reply->origin == NULL || reply->next == NULL)
        return OUTCOME_BUSY;
    if (refunds.en_size == 0) return OUTCOME_OK;
    reply->refunds = sentence_message(call, &refunds);
    return reply->refunds == NULL ? OUTCOME_BUSY : OUTCOME_OK;
}

/* ---- its rule -------------------------------------------------------------------------------- */

/* A bonus is kept with its period: as an award, the KPI is what the formula is applied to. */
static enum outcome find_bonus(struct reader *reader, struct explaining *explaining,
                               const struct rule *rule, struct award *ret_award)
{
    const struct credit *credit = &explaining->credit;
    struct period_result *result = &explaining->result;
    struct period_name name = {.kind = rule->period};

    if (rule->period == PERIOD_NONE) return OUTCOME_STORE_DAMAGED;
    memcpy(name.rule_id, rule->id, sizeof name.rule_id);
    name.start = period_of(rule->period, credit->business_date).start;
    enum outcome outcome = command_outcome(
        period_results_get(reader, &name, explaining->made.party.number, result),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (result->credit != credit->number) return OUTCOME_STORE_DAMAGED;
    *ret_award = (struct award){
        .rule = credit->rule, .party = explaining->made.party, .unit = credit->unit,
        .reason = result->reason, .base_minor = result->value,
        .full_amount = result->full_amount, .amount = result->amount, .credit = result->credit,
        .multiplier_bp = MULTIPLIER_ONE, .share_bp = SHARE_WHOLE, .bracket = result->bracket,
        .cap = result->cap,
    };
    explaining->reply->kpi_numerator = result->numerator;
    explaining->reply->kpi_denominator = result->denominator;
    return OUTCOME_OK;
}

/* The award it was posted from, as its event keeps it. */
static enum outcome find_award(struct reader *reader, struct explaining *explaining,
                               const struct rule *rule, struct award *ret_award)
{
    const struct event *event = &explaining->made.event;
    uint64_t number = explaining->credit.number;
    struct purchase purchase;
    struct registration registration;
    const struct award *awards = NULL;
    size_t count = 0;
    enum store_result found = STORE_DAMAGED;

    if (event->kind == EVENT_PERIOD_CLOSE) return find_bonus(reader, explaining, rule, ret_award);
    if (event->kind == EVENT_PURCHASE) {
        found = purchases_get(reader, &event->receipt, &purchase);
        awards = purchase.awards;
        count = purchase.award_count;
    } else if (event->kind == EVENT_REGISTRATION) {
        found = registrations_get(reader, event->member, &registration);
        awards = registration.awards;
        count = registration.award_count;
    }
    if (found != STORE_OK) return command_outcome(found, OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count; i++) {
        if (awards[i].credit != number) continue;
        *ret_award = awards[i];
        return OUTCOME_OK;
    }
    return OUTCOME_STORE_DAMAGED;
}

/* Who adjusted it in, and why: staff may know. Adjustments have no index by credit, and the one
 * asked about is mostly young. */
static enum outcome fill_adjustment(struct reader *reader, struct command_call *call,
                                    const struct explaining *explaining)
{
    enum role role = call->principal.role;
    struct adjustment adjustment;
    uint32_t number;

    if (role == ROLE_MEMBER || role == ROLE_GUIDE) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(adjustments_last(reader, &number), OUTCOME_STORE_DAMAGED);
    for (int i = 0; outcome == OUTCOME_OK && i < LIMIT_EXPLAIN_ADJUSTMENTS && number > 0;
         i++, number--) {
        outcome = command_outcome(adjustments_get(reader, number, &adjustment),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK || adjustment.kind != ADJUSTMENT_BALANCE ||
            adjustment.credit != explaining->credit.number)
            continue;
        explaining->reply->adjustment_number = number;
        explaining->reply->adjustment_reason = reply_text(call, adjustment.reason);
        return explaining->reply->adjustment_reason == NULL ? OUTCOME_BUSY : OUTCOME_OK;
    }
    return outcome;
}

static enum outcome fill_rule(struct reader *reader, struct command_call *call,
                              struct explaining *explaining)
{
    const struct credit *credit = &explaining->credit;
    struct verdicts verdicts = {0};
    struct program program;
    struct award award;

    if (credit->program_version == 0) return fill_adjustment(reader, call, explaining);
    enum outcome outcome = command_outcome(
        programs_get(reader, credit->program_version, &program), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (credit->rule >= program.rule_count) return OUTCOME_STORE_DAMAGED;
    outcome = find_award(reader, explaining, &program.rules[credit->rule], &award);
    if (outcome != OUTCOME_OK) return outcome;
    struct explained explained = {
        .currency = explaining->merchant.currency, .program = &program, .verdicts = &verdicts,
        .awards = &award, .award_count = 1, .buyer = credit->referee,
        .business_date = credit->business_date,
    };
    explaining->reply->rule = explain_rule_of(call, &explained, &award);
    return explaining->reply->rule == NULL ? OUTCOME_BUSY : OUTCOME_OK;
}

/* ---- its life -------------------------------------------------------------------------------- */

static enum outcome fill_entries(struct reader *reader, struct command_call *call,
                                 const struct explaining *explaining, const struct page *page)
{
    Beckon__V1__ExplainCreditResponse *reply = explaining->reply;
    uint64_t credit = explaining->credit.number;
    uint64_t number = page->cursor_size == 0 ? explaining->account.last_entry
                                             : page_cursor_number(page);

    reply->entries = reply_alloc(call, page->size * sizeof *reply->entries);
    if (reply->entries == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < LIMIT_EXPLAIN_WALK && number >= credit && reply->n_entries < page->size;
         i++) {
        struct entry entry;
        enum outcome outcome =
            command_outcome(entries_get(reader, number, &entry), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (entry.credit == credit) {
            outcome = entry_message(reader, call, &entry, &reply->entries[reply->n_entries]);
            if (outcome != OUTCOME_OK) return outcome;
            reply->n_entries++;
        }
        number = entry.previous;
    }
    if (number < credit) return OUTCOME_OK;
    reply->next_page_token =
        page_next_number(call, reader->store, "explain", credit, number);
    return reply->next_page_token == NULL ? OUTCOME_BUSY : OUTCOME_OK;
}

static enum outcome explain_credit_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ExplainCreditRequest *request =
        (const Beckon__V1__ExplainCreditRequest *)call->request;
    struct explaining explaining;
    struct page page;

    enum outcome outcome = page_read(call, reader->store, "explain", request->credit_number,
                                     request->page_size, request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = find_credit(reader, call, request->credit_number, &explaining);
    if (outcome != OUTCOME_OK) return outcome;
    explaining.reply = reply_message(call, &beckon__v1__explain_credit_response__descriptor);
    if (explaining.reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &explaining.reply->base;
    outcome = fill_event(reader, call, &explaining);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = fill(call, &explaining);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = fill_rule(reader, call, &explaining);
    if (outcome != OUTCOME_OK) return outcome;
    return fill_entries(reader, call, &explaining, &page);
}

const struct command explain_credit = {
    .request = &beckon__v1__explain_credit_request__descriptor,
    .reply = &beckon__v1__explain_credit_response__descriptor,
    .read = explain_credit_read,
};
