/* Registers a customer and binds her, in one transaction.
 *
 * Happy path: form -> phone known? -> code, its owner, recommender -> attribution -> rules -> LINE
 * -> profile and key, phone, account, binding, registration, code usage, entries. A known phone
 * changes nothing, nor does one that rests; one whose member was erased registers anew. Staff
 * learn EXISTING_MEMBER; to strangers the same steps run and the answer looks like a new
 * registration's. */
#include "service/command/register_member.h"

#include <assert.h>
#include <string.h>

#include "service/command/attribute_member.h"
#include "service/command/benefit_message.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/count.h"
#include "service/command/credit_message.h"
#include "service/command/earn.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/profile_form.h"
#include "service/command/reply.h"
#include "service/command/screen.h"
#include "store/accounts.h"
#include "store/codes.h"
#include "store/guides.h"
#include "store/profiles.h"
#include "store/purchases.h"
#include "store/referees.h"
#include "store/seal.h"

struct registering {
    const Beckon__V1__RegisterMemberRequest *request;
    struct merchant merchant;
    struct numbers numbers;
    struct profile profile;
    uint64_t occurred_at;
    business_date business_date;
    uint32_t shop;
    struct phone_standing phone; /* whose it is already, or was */
    uint32_t self_guide;   /* the guide with this phone; 0: none */
    struct code_value code;
    struct attributed attributed;
    struct earning earning;
    struct counting counting;
    struct screening screening;
    size_t benefit_count;
    struct benefit benefits[BENEFITS_MAX]; /* what she is given by name */
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

    enum outcome outcome = object_merchant(&batch->reader, &registering->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_caller_employed(&batch->reader, call);
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

static enum outcome attribute(struct batch *batch, struct command_call *call,
                              struct registering *registering)
{
    struct attribution_request request = {
        .code = registering->code, .recommender = registering->request->recommender,
        .phone = registering->profile.phone, .self_guide = registering->self_guide,
        .country_code = registering->merchant.country_code,
        .occurred_at = registering->occurred_at, .business_date = registering->business_date,
        .code_must_exist = !stranger(call),
    };
    return attribute_member(batch, call, &request, &registering->attributed);
}

/* Whose phone is it already? */
static enum outcome look_up_phone(struct batch *batch, struct command_call *call,
                                  struct registering *registering)
{
    const char *phone = registering->profile.phone;

    enum outcome outcome =
        object_phone(&batch->reader, call, phone, 0, &registering->phone);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(
        phones_find(&batch->reader, PARTY_GUIDE, phone, &registering->self_guide), OUTCOME_OK);
}

/* ---- the new member -------------------------------------------------------------------------- */

static struct account new_account(const struct command_call *call,
                                  const struct registering *registering)
{
    const struct attribution *attribution = &registering->attributed.attribution;
    const struct program *program = registering->earning.program;
    struct account account = account_empty();

    account.status = ACCOUNT_ACTIVE;
    account.registered_on = registering->business_date;
    account.registered_at = registering->occurred_at;
    account.recorded_at = call->now_ms;
    account.registered_shop = registering->shop;
    account.scan_result = attribution->scan_result;
    if (registering->attributed.facts.code_known) account.code = registering->code;
    account.referrer = attribution->referrer;
    account.self_guide = registering->self_guide;
    if (attribution->serving_guide != 0) {
        account.serving_guide = attribution->serving_guide;
        account.serving_inherited = attribution->serving_inherited;
        account.binding_from = account.protected_until = registering->business_date;
        if (program != NULL && program->binding_validity_days > 0)
            account.binding_until = account.binding_from + program->binding_validity_days;
        if (program != NULL) account.protected_until += program->binding_protection_days;
    }
    return account;
}

static enum outcome decide(struct batch *batch, struct command_call *call,
                           struct registering *registering)
{
    struct earning *earning = &registering->earning;
    struct earner *buyer = &earning->earners[EARNER_BUYER];
    const struct attribution *attribution = &registering->attributed.attribution;

    enum outcome outcome =
        command_outcome(numbers_get(&batch->reader, &registering->numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (registering->numbers.member == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    registering->numbers.member++;
    buyer->party = (struct party){PARTY_MEMBER, registering->numbers.member};
    earning->batch = batch;
    earning->today = business_date_at(&registering->merchant, call->now_ms);
    earning->event = (struct event){.kind = EVENT_REGISTRATION, .member = buyer->party.number};
    earning->business_date = registering->business_date;
    outcome = earn_load_program(batch, earning);
    if (outcome != OUTCOME_OK) return outcome;
    buyer->account = new_account(call, registering);
    outcome = count_registration(&batch->reader, buyer->party.number, &buyer->account,
                                 &registering->counting);
    if (outcome != OUTCOME_OK) return outcome;
    struct earn_event event = {
        .referrer = attribution->referrer, .serving_guide = attribution->serving_guide,
        .serving_inherited = attribution->serving_inherited, .shop = registering->shop,
        .profile = &registering->profile,
    };
    outcome = earn_decide(&batch->reader, call, earning, &event);
    if (outcome == OUTCOME_OK)
        outcome =
            screen_registration(batch, &registering->merchant, registering->phone.erased_at,
                                earning, &registering->screening);
    if (outcome != OUTCOME_OK) return outcome;
    registering->benefit_count = benefits_of(earning->program, &earning->verdicts,
                                             registering->business_date, registering->benefits);
    return earn_ready(batch, earning);
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

static void tell(struct batch *batch, const struct registering *registering, struct party member)
{
    const struct attribution *attribution = &registering->attributed.attribution;
    struct told_event event = {
        .kind = TOLD_MEMBER_REGISTERED, .party = member, .other = attribution->referrer,
        .guide = attribution->serving_guide, .date = registering->business_date,
        .shop = registering->earning.earners[EARNER_BUYER].account.registered_shop};

    events_tell(batch, &event);
    for (size_t i = 0; i < registering->benefit_count; i++) {
        const struct benefit *benefit = &registering->benefits[i];
        event = (struct told_event){.kind = TOLD_BENEFIT_GRANTED, .party = member,
                                    .object = benefit->number};
        event_text(&event, registering->earning.program->rules[benefit->rule].id);
        events_tell(batch, &event);
    }
}

/* After the LINE. */
static void put_member(struct batch *batch, const struct command_call *call,
                       struct registering *registering)
{
    struct earning *earning = &registering->earning;
    const struct earner *buyer = &earning->earners[EARNER_BUYER];
    struct party member = buyer->party;
    const struct attribution *attribution = &registering->attributed.attribution;

    numbers_put(batch, &registering->numbers);
    put_person(batch, call, registering, member);
    tell(batch, registering, member);
    earn_post(batch, earning);
    screen_put(batch, earning, &registering->screening);
    for (size_t i = 0; i < registering->benefit_count; i++)
        benefits_put(batch, member.number, &registering->benefits[i]);
    if (attribution->serving_guide != 0) {
        bindings_put(batch, member.number,
                     &(struct binding){.from = registering->business_date,
                                       .until = buyer->account.binding_until,
                                       .state = BINDING_ACTIVE,
                                       .guide = attribution->serving_guide,
                                       .inherited = attribution->serving_inherited,
                                       .protected_until = buyer->account.protected_until});
        members_of_guide_put(batch, attribution->serving_guide, member.number);
    }
    if (attribution->referrer.kind == PARTY_MEMBER)
        referees_put(batch, attribution->referrer.number, member.number);
    count_put(batch, &registering->counting);
    attributed_count_uses(batch, &registering->attributed);
    struct registration registration = {
        .member = member.number,
        .program_version = earning->program != NULL ? earning->program->version : 0,
        .verdicts = earning->verdicts,
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
           registering->benefit_count * BENEFIT_MESSAGE_BYTES +
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

/* Staff are told the whole attribution. */
static enum scan_result told(const struct command_call *call, const struct registering *registering)
{
    return stranger(call) ? attributed_told_strangers(&registering->attributed)
                          : registering->attributed.attribution.scan_result;
}

static enum outcome answer_known(struct command_call *call, const struct registering *registering,
                                 Beckon__V1__RegisterMemberResponse **ret_reply)
{
    enum scan_result result = stranger(call) ? told(call, registering) : SCAN_EXISTING_MEMBER;
    *ret_reply = answer(call, result, registering->phone.holder);
    return *ret_reply != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

enum outcome member_register(struct batch *batch, struct command_call *call,
                             const Beckon__V1__RegisterMemberRequest *request,
                             Beckon__V1__RegisterMemberResponse **ret_reply)
{
    struct holder holders[EARNER_COUNT]; /* large, and touched where somebody needs one */
    struct registering registering = {.request = request, .earning.holders = holders};

    enum outcome outcome = check_form(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = look_up_phone(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    if (registering.phone.holder != 0 && !stranger(call))
        return answer_known(call, &registering, ret_reply);
    if (registering.phone.rests && !stranger(call))
        return form_refuse(call, OUTCOME_PHONE_TAKEN, "phone", NULL);
    outcome = attribute(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = decide(batch, call, &registering);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, reply_bytes(&registering));
    if (outcome != OUTCOME_OK) return outcome;
    if (registering.phone.holder != 0 || registering.phone.rests) {
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
    outcome = benefit_messages_fresh(call, registering.earning.program, registering.benefits,
                                     registering.benefit_count, &reply->benefits,
                                     &reply->n_benefits);
    assert(outcome == OUTCOME_OK); /* reserved above */
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

/* The merchant of a registration without a token: the code's, else the one it names. */
static enum outcome register_member_merchant(struct reader *reader, struct command_call *call,
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
        call->guessed = true;
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
