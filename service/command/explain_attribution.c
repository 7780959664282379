/* Explains who brought a member and who looks after her. */
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/explain_rule.h"
#include "service/command/explain_story.h"
#include "service/command/explain_words.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/codes.h"
#include "store/programs.h"
#include "store/purchases.h"

static enum outcome find_member(struct reader *reader, struct command_call *call,
                                uint32_t *ret_member, struct account *ret_account)
{
    const Beckon__V1__ExplainAttributionRequest *request =
        (const Beckon__V1__ExplainAttributionRequest *)call->request;
    enum role role = call->principal.role;
    uint32_t member = request->member_number;

    if (role == ROLE_MEMBER && member == 0) member = call->principal.party.number;
    if (member == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_number", NULL);
    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_MEMBER, member}, ret_account),
        OUTCOME_MEMBER_UNKNOWN);
    if (outcome == OUTCOME_OK) outcome = object_member_visible(reader, call, member, ret_account);
    /* Somebody else's customer and nobody look the same to a guide or member. */
    if (outcome == OUTCOME_MEMBER_UNKNOWN && (role == ROLE_GUIDE || role == ROLE_MEMBER))
        outcome = OUTCOME_NOT_YOURS;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "member_number", NULL);
    *ret_member = member;
    return OUTCOME_OK;
}

/* The code and its owner then; both are shown to those who look after codes. */
static enum outcome fill_referrer(struct reader *reader, struct command_call *call,
                                  const struct account *account,
                                  Beckon__V1__ExplainAttributionResponse *reply)
{
    enum role role = call->principal.role;
    bool codes = role == ROLE_ADMIN || role == ROLE_AUDITOR || role == ROLE_SHOP_MANAGER;
    struct party owner = {0};

    if (account->code.symbols != 0) {
        enum store_result found =
            codes_owner_on(reader, account->code, account->registered_on, &owner);
        if (found != STORE_OK && found != STORE_ABSENT)
            return command_outcome(found, OUTCOME_INTERNAL);
    }
    struct sentence referred = story_referrer(account, owner);
    reply->referred = sentence_message(call, &referred);
    if (reply->referred == NULL) return OUTCOME_BUSY;
    if (account->referrer.kind != PARTY_NONE) {
        reply->referrer = reply_party(call, account->referrer);
        if (reply->referrer == NULL) return OUTCOME_BUSY;
    }
    if (!codes || owner.kind == PARTY_NONE) return OUTCOME_OK;
    reply->code = reply_code(call, account->code);
    reply->code_owner = reply_party(call, owner);
    return reply->code == NULL || reply->code_owner == NULL ? OUTCOME_BUSY : OUTCOME_OK;
}

static enum outcome fill_serving(struct reader *reader, struct command_call *call,
                                 const struct merchant *merchant, uint32_t member,
                                 const struct account *account,
                                 Beckon__V1__ExplainAttributionResponse *reply)
{
    business_date today = business_date_at(merchant, call->now_ms);
    struct binding binding = {0};
    bool inherited;

    enum outcome outcome = object_serving_on(reader, member, account, today,
                                             &reply->serving_guide, &inherited);
    if (outcome != OUTCOME_OK) return outcome;
    if (reply->serving_guide != 0) {
        outcome = command_outcome(bindings_on(reader, member, today, &binding),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (binding.guide != reply->serving_guide) return OUTCOME_STORE_DAMAGED;
    }
    struct sentence serving = story_serving(account, reply->serving_guide, &binding);
    reply->serving = sentence_message(call, &serving);
    return reply->serving == NULL ? OUTCOME_BUSY : OUTCOME_OK;
}

static enum outcome fill_rules(struct reader *reader, struct command_call *call,
                               const struct merchant *merchant, uint32_t member,
                               const struct account *account,
                               Beckon__V1__ExplainAttributionResponse *reply)
{
    struct registration registration;
    struct program program;

    enum outcome outcome = command_outcome(registrations_get(reader, member, &registration),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK || registration.program_version == 0) return outcome;
    outcome = command_outcome(programs_get(reader, registration.program_version, &program),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    reply->program_version = registration.program_version;
    struct explained explained = {
        .currency = merchant->currency, .program = &program,
        .verdicts = &registration.verdicts, .awards = registration.awards,
        .award_count = registration.award_count, .buyer = member,
        .business_date = account->registered_on,
    };
    return explain_rules(call, &explained, &reply->rules, &reply->n_rules);
}

static enum outcome explain_attribution_read(struct reader *reader, struct command_call *call,
                                             ProtobufCMessage **ret_reply)
{
    struct merchant merchant;
    struct account account;
    uint32_t member = 0;

    enum outcome outcome = find_member(reader, call, &member, &account);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ExplainAttributionResponse *reply =
        reply_message(call, &beckon__v1__explain_attribution_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    reply->member_number = member;
    reply->registered_on = reply_date(call, account.registered_on);
    reply->scan_result = (Beckon__V1__ScanResult)account.scan_result;
    reply->scan = sentence_pair_message(call, explain_scan(account.scan_result,
                                                           account.code.symbols != 0));
    if (reply->registered_on == NULL || reply->scan == NULL) return OUTCOME_BUSY;
    outcome = fill_referrer(reader, call, &account, reply);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = fill_serving(reader, call, &merchant, member, &account, reply);
    if (outcome != OUTCOME_OK) return outcome;
    return fill_rules(reader, call, &merchant, member, &account, reply);
}

const struct command explain_attribution = {
    .request = &beckon__v1__explain_attribution_request__descriptor,
    .reply = &beckon__v1__explain_attribution_response__descriptor,
    .read = explain_attribution_read,
};
