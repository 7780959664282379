/* Registers a customer and binds her, in one transaction.
 *
 * Happy path: form -> phone known? -> code, its owner, recommender -> attribution -> rules -> LINE
 * -> profile and key, phone, account, binding, registration, code usage, entries. A known phone
 * changes nothing, nor does one that rests. Staff learn EXISTING_MEMBER; to strangers the same
 * steps run and the answer looks like a new registration's. */
#include "service/command/register_member.h"

#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/credit_message.h"
#include "service/command/earn.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/profile_form.h"
#include "service/command/reply.h"
#include "service/rules/attribution.h"
#include "service/rules/code_text.h"
#include "service/rules/phone.h"
#include "store/accounts.h"
#include "store/codes.h"
#include "store/guides.h"
#include "store/profiles.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/seal.h"

struct registering {
    const Beckon__V1__RegisterMemberRequest *request;
    struct merchant merchant;
    struct numbers numbers;
    struct profile profile;
    uint64_t occurred_at;
    business_date business_date;
    uint32_t shop;
    uint32_t known_member; /* whose phone it is already; 0: nobody's */
    bool phone_rests;      /* somebody gave it up a short while ago */
    uint32_t self_guide;   /* the guide with this phone; 0: none */
    struct code_value code;
    struct code recommender_code; /* symbols 0: no code named the recommender */
    struct attribution_facts facts;
    struct attribution attribution;
    struct earning earning;
};

/* Nobody signed in: told nothing of whose phone it is, of codes, of what was earned. */
static bool stranger(const struct command_call *call)
{
    return call->principal.role == ROLE_REGISTRANT;
}

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_profile(struct command_call *call, struct registering *registering)
{
    const Beckon__V1__RegisterMemberRequest *request = registering->request;
    struct profile *profile = &registering->profile;
    enum outcome outcome;

    if (request->consent_policy_version[0] == '\0')
        return form_refuse(call, OUTCOME_CONSENT_MISSING, "consent_policy_version", NULL);
    outcome = form_text(call, request->consent_policy_version, "consent_policy_version", 1,
                        POLICY_BYTES_MAX, profile->consent_policy_version);
    if (outcome != OUTCOME_OK) return outcome;
    if ((outcome = profile_form_name(call, request->name, profile)) != OUTCOME_OK) return outcome;
    if ((outcome = profile_form_birthday(call, request->birthday, profile)) != OUTCOME_OK)
        return outcome;
    if ((outcome = profile_form_gender(call, request->gender, profile)) != OUTCOME_OK)
        return outcome;
    outcome = profile_form_attributes(call, request->attributes, request->n_attributes, profile);
    if (outcome != OUTCOME_OK) return outcome;
    return form_phone(call, request->phone, "phone", &registering->merchant, profile->phone);
}

/* A guide who names no shop registers her where he works on that date; nowhere if he doesn't. */
static enum outcome take_guides_shop(struct batch *batch, const struct command_call *call,
                                     struct registering *registering)
{
    struct party guide = call->principal.party;
    struct account account;
    struct guide_on_date on_date;

    enum outcome outcome = command_outcome(accounts_get(&batch->reader, guide, &account),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_guide_on(&batch->reader, guide.number, &account, registering->business_date,
                              &on_date);
    if (outcome == OUTCOME_OK) registering->shop = on_date.shop;
    return outcome;
}

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               struct registering *registering)
{
    const Beckon__V1__RegisterMemberRequest *request = registering->request;

    enum outcome outcome = object_merchant(&batch->reader, call, &registering->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->occurred_at != NULL && call->principal.role != ROLE_ADMIN)
        return form_refuse(call, OUTCOME_ROLE_NOT_ALLOWED, "occurred_at", "ADMIN");
    outcome = business_time_occurred(call, request->occurred_at, "occurred_at",
                                     &registering->occurred_at);
    if (outcome != OUTCOME_OK) return outcome;
    registering->business_date =
        business_date_at(&registering->merchant, registering->occurred_at);
    registering->profile.consent_at = registering->occurred_at;
    outcome = check_profile(call, registering);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->code[0] != '\0') {
        outcome = form_code(call, request->code, "code", &registering->code);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (request->shop_id[0] != '\0' || call->principal.party.kind == PARTY_SHOP)
        return object_shop(&batch->reader, call, request->shop_id, "shop_id", &registering->shop);
    return call->principal.role == ROLE_GUIDE ? take_guides_shop(batch, call, registering)
                                              : OUTCOME_OK;
}

/* ---- who brought her ------------------------------------------------------------------------- */

/* What is known on the business date of whoever a code or recommendation names. */
static enum outcome load_source(struct batch *batch, const struct registering *registering,
                                struct party party, struct attribution_source *ret)
{
    struct reader *reader = &batch->reader;
    struct account account, serving;
    struct guide_on_date guide;
    bool inherited;

    *ret = (struct attribution_source){.party = party};
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, &account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;

    if (party.kind == PARTY_GUIDE) {
        outcome = object_guide_on(reader, party.number, &account, registering->business_date,
                                  &guide);
        ret->active = guide.employed;
        ret->self = party.number == registering->self_guide;
        return outcome;
    }
    if (account.status != ACCOUNT_ACTIVE) {
        ret->party = (struct party){0};
        return OUTCOME_OK;
    }
    outcome = object_serving_on(reader, party.number, &account, registering->business_date,
                                &ret->serving_guide, &inherited);
    if (outcome != OUTCOME_OK || ret->serving_guide == 0) return outcome;
    struct party guide_party = {PARTY_GUIDE, ret->serving_guide};
    outcome = command_outcome(accounts_get(reader, guide_party, &serving), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_guide_on(reader, ret->serving_guide, &serving, registering->business_date,
                              &guide);
    ret->serving_guide_active = guide.employed;
    return outcome;
}

static enum outcome load_code(struct batch *batch, struct command_call *call,
                              struct registering *registering)
{
    struct attribution_facts *facts = &registering->facts;
    struct party owner;

    facts->at = registering->occurred_at;
    if (registering->code.symbols == 0) return OUTCOME_OK;
    facts->code_given = true;
    enum store_result found = codes_get(&batch->reader, registering->code, &facts->code);
    if (found == STORE_OK)
        found = codes_owner_on(&batch->reader, registering->code, registering->business_date,
                               &owner);
    if (found == STORE_ABSENT)
        return stranger(call) ? OUTCOME_OK : form_refuse(call, OUTCOME_CODE_UNKNOWN, "code", NULL);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    facts->code_known = true;
    return load_source(batch, registering, owner, &facts->owner);
}

/* A code or a friend's phone; what it isn't tells nobody anything. A code is good for no more here
 * than when it is scanned: its end and its limit can't be passed by typing it into this field. */
static enum outcome load_recommender(struct batch *batch, struct registering *registering)
{
    const char *text = registering->request->recommender;
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
            attribution_code_state(&code, registering->occurred_at) == SCAN_NONE)
            found = codes_owner_on(reader, value, registering->business_date, &party);
    } else if (phone_normalise(typed, registering->merchant.country_code, phone) &&
               strcmp(phone, registering->profile.phone) != 0) {
        found = phones_find(reader, PARTY_MEMBER, phone, &party.number);
        if (found == STORE_OK) party.kind = PARTY_MEMBER;
    }
    if (found != STORE_OK) return command_outcome(found, OUTCOME_OK);
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) return OUTCOME_OK;
    registering->recommender_code = code;
    return load_source(batch, registering, party, &registering->facts.recommender);
}

static enum outcome attribute(struct batch *batch, struct command_call *call,
                              struct registering *registering)
{
    const struct program *program;

    enum outcome outcome = load_code(batch, call, registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = load_recommender(batch, registering);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found =
        programs_in_force_cached(batch, registering->business_date, &program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    registering->facts.inherit_serving_guide =
        found == STORE_OK && program->inherit_serving_guide;
    registering->attribution = attribution_decide(&registering->facts);
    return OUTCOME_OK;
}

/* Whose phone is it already? */
static enum outcome look_up_phone(struct batch *batch, struct command_call *call,
                                  struct registering *registering)
{
    const char *phone = registering->profile.phone;

    enum outcome outcome =
        object_phone(&batch->reader, call, phone, 0, &registering->known_member,
                     &registering->phone_rests);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(
        phones_find(&batch->reader, PARTY_GUIDE, phone, &registering->self_guide), OUTCOME_OK);
}

/* ---- the new member -------------------------------------------------------------------------- */

static struct account new_account(const struct command_call *call,
                                  const struct registering *registering)
{
    const struct attribution *attribution = &registering->attribution;
    struct account account = account_empty();

    account.status = ACCOUNT_ACTIVE;
    account.registered_on = registering->business_date;
    account.registered_at = registering->occurred_at;
    account.recorded_at = call->now_ms;
    account.registered_shop = registering->shop;
    account.scan_result = attribution->scan_result;
    account.code = registering->facts.code_known ? registering->code : (struct code_value){0};
    account.referrer = attribution->referrer;
    account.self_guide = registering->self_guide;
    if (attribution->serving_guide != 0) {
        account.serving_guide = attribution->serving_guide;
        account.serving_inherited = attribution->serving_inherited;
        account.binding_from = registering->business_date;
        account.binding_until = DATE_NEVER;
        account.protected_until = registering->business_date;
    }
    return account;
}

static enum outcome decide(struct batch *batch, struct command_call *call,
                           struct registering *registering)
{
    struct earning *earning = &registering->earning;
    struct earner *buyer = &earning->earners[EARNER_BUYER];
    const struct attribution *attribution = &registering->attribution;

    enum outcome outcome =
        command_outcome(numbers_get(&batch->reader, &registering->numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (registering->numbers.member == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    registering->numbers.member++;
    buyer->party = (struct party){PARTY_MEMBER, registering->numbers.member};
    buyer->account = new_account(call, registering);
    earning->event = (struct event){.kind = EVENT_REGISTRATION, .member = buyer->party.number};
    earning->business_date = registering->business_date;
    return earn_decide(batch, earning, attribution->referrer, attribution->serving_guide,
                       attribution->serving_inherited, 0, 0);
}

static void put_person(struct batch *batch, const struct command_call *call,
                       const struct registering *registering, struct party member)
{
    uint8_t seed[PROFILE_SEED_BYTES], nonce[PROFILE_NONCE_BYTES];

    secret_from_seed(call->seed, 2 * call->row, seed, sizeof seed);
    secret_from_seed(call->seed, 2 * call->row + 1, nonce, sizeof nonce);
    profiles_create(batch, member, &registering->profile, seed, nonce);
    phones_put(batch, member, registering->profile.phone);
}

static void count_use(struct batch *batch, struct code *code)
{
    code->usage_count++;
    codes_put(batch, code);
}

/* After the LINE. */
static void put_member(struct batch *batch, const struct command_call *call,
                       struct registering *registering)
{
    struct earning *earning = &registering->earning;
    struct party member = earning->earners[EARNER_BUYER].party;
    const struct attribution *attribution = &registering->attribution;

    numbers_put(batch, &registering->numbers);
    put_person(batch, call, registering, member);
    earn_post(batch, earning);
    if (attribution->serving_guide != 0) {
        bindings_put(batch, member.number,
                     &(struct binding){.from = registering->business_date, .until = DATE_NEVER,
                                       .state = BINDING_ACTIVE,
                                       .guide = attribution->serving_guide,
                                       .inherited = attribution->serving_inherited});
        members_of_guide_put(batch, attribution->serving_guide, member.number);
    }
    if (attribution->code_used) count_use(batch, &registering->facts.code);
    if (attribution->recommender_used && registering->recommender_code.value.symbols != 0)
        count_use(batch, &registering->recommender_code);
    struct registration registration = {
        .member = member.number,
        .program_version = earning->program != NULL ? earning->program->version : 0,
        .award_count = (uint16_t)earning->award_count,
    };
    memcpy(registration.awards, earning->awards, sizeof registration.awards);
    registrations_put(batch, &registration);
    if (!registering->merchant.fixed) {
        registering->merchant.fixed = true;
        merchants_put(batch, &registering->merchant);
    }
}

/* A stranger must not tell a known phone by how soon the answer comes: it costs a key slot, a
 * record and a commit too. The slot is that of the next number, whose owner will make a new one. */
static void put_nothing_new(struct batch *batch, const struct command_call *call,
                            struct registering *registering)
{
    uint8_t seed[PROFILE_SEED_BYTES];

    secret_from_seed(call->seed, 2 * call->row, seed, sizeof seed);
    seal_make_key(batch, registering->earning.earners[EARNER_BUYER].party, seed);
    registering->numbers.member--;
    numbers_put(batch, &registering->numbers);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static size_t reply_bytes(const struct registering *registering)
{
    return sizeof(Beckon__V1__RegisterMemberResponse) + 64 +
           credit_messages_bytes(registering->earning.award_count);
}

static Beckon__V1__RegisterMemberResponse *answer(struct command_call *call,
                                                  enum scan_result scan_result, uint32_t member)
{
    Beckon__V1__RegisterMemberResponse *reply =
        reply_message(call, &beckon__v1__register_member_response__descriptor);
    if (reply == NULL) return NULL;
    reply->scan_result = (Beckon__V1__ScanResult)scan_result;
    reply->member_number = stranger(call) ? 0 : member;
    return reply;
}

/* What became of her scan. Staff are told the whole attribution; to a stranger a recommender makes
 * no difference, or it would tell whose phone is a member's. */
static enum scan_result told(const struct command_call *call, const struct registering *registering)
{
    struct attribution_facts facts = registering->facts;

    if (!stranger(call)) return registering->attribution.scan_result;
    facts.recommender = (struct attribution_source){0};
    return attribution_decide(&facts).scan_result;
}

static enum outcome answer_known(struct command_call *call, const struct registering *registering,
                                 Beckon__V1__RegisterMemberResponse **ret_reply)
{
    enum scan_result result = stranger(call) ? told(call, registering) : SCAN_EXISTING_MEMBER;
    *ret_reply = answer(call, result, registering->known_member);
    return *ret_reply != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

enum outcome member_register(struct batch *batch, struct command_call *call,
                             const Beckon__V1__RegisterMemberRequest *request,
                             Beckon__V1__RegisterMemberResponse **ret_reply)
{
    struct registering registering = {.request = request};

    enum outcome outcome = check_form(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = look_up_phone(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    if (registering.known_member != 0 && !stranger(call))
        return answer_known(call, &registering, ret_reply);
    if (registering.phone_rests && !stranger(call))
        return form_refuse(call, OUTCOME_PHONE_TAKEN, "phone", NULL);
    outcome = attribute(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = decide(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, reply_bytes(&registering));
    if (outcome != OUTCOME_OK) return outcome;
    if (registering.known_member != 0 || registering.phone_rests) {
        outcome = answer_known(call, &registering, ret_reply);
        if (outcome == OUTCOME_OK) put_nothing_new(batch, call, &registering);
        return outcome;
    }

    uint32_t member = registering.earning.earners[EARNER_BUYER].party.number;
    /* Before her use of the code counts: the last one may not look exhausted to her. */
    enum scan_result result = told(call, &registering);
    /* From here on this registration must succeed. */
    put_member(batch, call, &registering);
    Beckon__V1__RegisterMemberResponse *reply = answer(call, result, member);
    assert(reply != NULL);
    *ret_reply = reply;
    if (stranger(call)) return OUTCOME_OK;
    outcome = credit_messages(&batch->reader, call, member, registering.earning.program,
                              registering.earning.awards, registering.earning.award_count,
                              &reply->credits, &reply->n_credits);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

static enum outcome register_member_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    Beckon__V1__RegisterMemberResponse *reply;

    enum outcome outcome = member_register(
        batch, call, (const Beckon__V1__RegisterMemberRequest *)call->request, &reply);
    if (outcome == OUTCOME_OK) *ret_reply = &reply->base;
    return outcome;
}

enum outcome register_member_merchant(struct reader *reader, struct command_call *call,
                                      uint32_t *ret_merchant)
{
    const Beckon__V1__RegisterMemberRequest *request =
        (const Beckon__V1__RegisterMemberRequest *)call->request;
    struct code_value value;

    if (!stranger(call)) {
        *ret_merchant = call->principal.merchant;
        return OUTCOME_OK;
    }
    if (request->code[0] != '\0') {
        enum outcome outcome = form_code(call, request->code, "code", &value);
        if (outcome != OUTCOME_OK) return outcome;
        enum store_result found = codes_merchant(reader, value, ret_merchant);
        if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    }
    if (request->merchant_number == 0)
        return request->code[0] != '\0'
                   ? form_refuse(call, OUTCOME_CODE_NOT_VALID, "code", NULL)
                   : form_refuse(call, OUTCOME_FIELD_REQUIRED, "code", "code, merchant_number");
    *ret_merchant = request->merchant_number;
    return OUTCOME_OK;
}

const struct command register_member = {
    .request = &beckon__v1__register_member_request__descriptor,
    .reply = &beckon__v1__register_member_response__descriptor,
    .write = register_member_write,
    .merchant = register_member_merchant,
};
