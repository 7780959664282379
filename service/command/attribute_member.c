#include "service/command/attribute_member.h"

#include <string.h>

#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/rules/code_text.h"
#include "service/rules/phone.h"
#include "store/accounts.h"
#include "store/codes.h"
#include "store/profiles.h"
#include "store/programs.h"

enum outcome attribution_source_load(struct reader *reader, struct party party,
                                     business_date date, uint32_t self_guide,
                                     struct attribution_source *ret)
{
    struct account account, serving;
    struct guide_on_date guide;
    bool inherited;

    *ret = (struct attribution_source){.party = party};
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, &account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;

    if (party.kind == PARTY_GUIDE) {
        outcome = object_guide_on(reader, party.number, &account, date, &guide);
        ret->active = guide.employed;
        ret->self = party.number == self_guide;
        return outcome;
    }
    if (account.status != ACCOUNT_ACTIVE) {
        ret->party = (struct party){0};
        return OUTCOME_OK;
    }
    outcome = object_serving_on(reader, party.number, &account, date, &ret->serving_guide,
                                &inherited);
    if (outcome != OUTCOME_OK || ret->serving_guide == 0) return outcome;
    struct party guide_party = {PARTY_GUIDE, ret->serving_guide};
    outcome = command_outcome(accounts_get(reader, guide_party, &serving), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_guide_on(reader, ret->serving_guide, &serving, date, &guide);
    ret->serving_guide_active = guide.employed;
    return outcome;
}

static enum outcome load_source(struct batch *batch, const struct attribution_request *request,
                                struct party party, struct attribution_source *ret)
{
    return attribution_source_load(&batch->reader, party, request->business_date,
                                   request->self_guide, ret);
}

static enum outcome load_code(struct batch *batch, struct command_call *call,
                              const struct attribution_request *request,
                              struct attribution_facts *facts)
{
    struct party owner;

    facts->at = request->occurred_at;
    if (request->code.symbols == 0) return OUTCOME_OK;
    facts->code_given = true;
    enum store_result found = codes_get(&batch->reader, request->code, &facts->code);
    if (found == STORE_OK)
        found = codes_owner_on(&batch->reader, request->code, request->business_date, &owner);
    if (found == STORE_ABSENT)
        return request->code_must_exist ? form_refuse(call, OUTCOME_CODE_UNKNOWN, "code", NULL)
                                        : OUTCOME_OK;
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    facts->code_known = true;
    return load_source(batch, request, owner, &facts->owner);
}

/* A code or a friend's phone; what it isn't tells nobody anything. A code is good for no more here
 * than when it is scanned: its end and its limit can't be passed by typing it into this field. */
static enum outcome load_recommender(struct batch *batch,
                                     const struct attribution_request *request,
                                     struct attributed *attributed)
{
    const char *text = request->recommender;
    struct bytes typed = {(const uint8_t *)text, strlen(text)};
    struct reader *reader = &batch->reader;
    struct code_value value;
    struct code code = {0};
    struct party party = {0};
    char phone[PHONE_BYTES_MAX + 1];
    enum store_result found = STORE_ABSENT;

    if (typed.size == 0) return OUTCOME_OK;
    if (code_parse(typed, &value)) {
        found = codes_get(reader, value, &code);
        if (found == STORE_OK &&
            attribution_code_state(&code, request->occurred_at) == SCAN_NONE)
            found = codes_owner_on(reader, value, request->business_date, &party);
    } else if (phone_normalise(typed, request->country_code, phone) &&
               strcmp(phone, request->phone) != 0) {
        found = phones_find(reader, PARTY_MEMBER, phone, &party.number);
        if (found == STORE_OK) party.kind = PARTY_MEMBER;
    }
    if (found != STORE_OK) return command_outcome(found, OUTCOME_OK);
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) return OUTCOME_OK;
    attributed->recommender_code = code;
    return load_source(batch, request, party, &attributed->facts.recommender);
}

enum outcome attribute_member(struct batch *batch, struct command_call *call,
                              const struct attribution_request *request, struct attributed *ret)
{
    const struct program *program;

    memset(ret, 0, sizeof *ret);
    enum outcome outcome = load_code(batch, call, request, &ret->facts);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = load_recommender(batch, request, ret);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found = programs_in_force_cached(batch, request->business_date, &program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    ret->facts.inherit_serving_guide = found == STORE_OK && program->inherit_serving_guide;
    ret->attribution = attribution_decide(&ret->facts);
    return OUTCOME_OK;
}

enum scan_result attributed_told_strangers(const struct attributed *attributed)
{
    struct attribution_facts facts = attributed->facts;

    facts.recommender = (struct attribution_source){0};
    return attribution_decide(&facts).scan_result;
}

static void count_use(struct batch *batch, struct code *code)
{
    code->usage_count++;
    codes_put(batch, code);
}

void attributed_count_uses(struct batch *batch, struct attributed *attributed)
{
    if (attributed->attribution.code_used) count_use(batch, &attributed->facts.code);
    if (attributed->attribution.recommender_used &&
        attributed->recommender_code.value.symbols != 0)
        count_use(batch, &attributed->recommender_code);
}
