/* Draws a fresh code for an owner, in two commits: the code is reserved for the merchant in the
 * instance's map first, so that no two merchants can ever have the same, then made. What is
 * reserved and not made, after a crash between, is never issued. request_id replays the code.
 *
 * A look before the first of them spares the reservation where there is nothing to make: a repeat,
 * and a member who has as many as she may have. Whoever asks again and again fills no map so. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "service/rules/code_text.h"
#include "store/tokens.h"

/* From one phase to the next. */
struct carried {
    struct code_value value; /* reserved */
    uint64_t known;          /* 1: the request was answered before, nothing is reserved */
};
static_assert(sizeof(struct carried) <= sizeof((struct command_call *)0)->carry, "carried");

enum { DRAWS_MAX = 16 }; /* of 2^40 codes: a second draw is already rare */

static bool usable(const struct code *code, uint64_t now_ms)
{
    return code->revoked_at == 0 && (code->ends_at == 0 || now_ms < code->ends_at);
}

static_assert(LIMIT_MEMBER_CODES == 20 && LIMIT_MEMBER_CODES_EVER == 100, "as refusals say");

/* A member draws codes herself, so that there is a bound to it; staff answer for theirs. */
static enum outcome check_room(struct reader *reader, struct command_call *call)
{
    struct code_value values[LIMIT_MEMBER_CODES_EVER];
    size_t count, usable_count = 0;

    if (call->principal.role != ROLE_MEMBER) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        codes_of(reader, call->principal.party, (struct code_value){0}, values,
                 LIMIT_MEMBER_CODES_EVER, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (count == LIMIT_MEMBER_CODES_EVER)
        return form_refuse(call, OUTCOME_CODES_TOO_MANY, "code.owner", "100");
    for (size_t i = 0; i < count; i++) codes_want(reader, values[i]);
    for (size_t i = 0; i < count; i++) {
        struct code code;
        outcome = command_outcome(codes_get(reader, values[i], &code), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (usable(&code, call->now_ms)) usable_count++;
    }
    if (usable_count >= LIMIT_MEMBER_CODES)
        return form_refuse(call, OUTCOME_CODES_TOO_MANY, "code.owner", "20");
    return OUTCOME_OK;
}

/* ---- seen before? ---------------------------------------------------------------------------- */

struct own_id {
    uint8_t data[REQUEST_KEY_BYTES_MAX];
    size_t size;
};

/* The id under which a request is kept. A member's stand apart, behind a byte that no text holds:
 * no other member, whom nobody answers for, can use up an id that hers will be. */
static struct bytes kept_id(const struct command_call *call, struct bytes id, struct own_id *own)
{
    uint32_t number = call->principal.party.number;

    if (call->principal.role != ROLE_MEMBER) return id;
    own->size = REQUEST_OWN_BYTES + id.size;
    own->data[0] = 0;
    own->data[1] = PARTY_MEMBER;
    for (int i = 0; i < 4; i++) own->data[2 + i] = (uint8_t)(number >> (24 - 8 * i));
    memcpy(own->data + REQUEST_OWN_BYTES, id.data, id.size);
    return (struct bytes){own->data, own->size};
}

/* The same request answered before, or another under its id. Members' were kept among everybody's
 * once: of those only her own equal one is it. */
static enum store_result find_known(struct reader *reader, const struct command_call *call,
                                    struct bytes id, const struct request *fresh,
                                    struct request *ret)
{
    struct own_id own;

    enum store_result found =
        requests_get(reader, REQUEST_CREATE_CODE, kept_id(call, id, &own), ret);
    if (found != STORE_ABSENT || call->principal.role != ROLE_MEMBER) return found;
    found = requests_get(reader, REQUEST_CREATE_CODE, id, ret);
    bool same = found == STORE_OK &&
                memcmp(ret->fingerprint, fresh->fingerprint, FINGERPRINT_BYTES) == 0;
    return found == STORE_OK && !same ? STORE_ABSENT : found;
}

/* ---- the phases ------------------------------------------------------------------------------ */

/* The look ahead. What it finds is found again by the write, which alone decides. */
static enum outcome create_code_merchant(struct reader *reader, struct command_call *call,
                                         uint32_t *ret_merchant)
{
    const Beckon__V1__CreateCodeRequest *request =
        (const Beckon__V1__CreateCodeRequest *)call->request;
    struct carried carried = {0};
    struct request known;
    struct own_id own;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    reader->merchant = call->principal.merchant;
    enum store_result found =
        requests_get(reader, REQUEST_CREATE_CODE, kept_id(call, id, &own), &known);
    outcome = command_outcome(found, OUTCOME_OK);
    if (found == STORE_OK) carried.known = 1;
    else if (outcome == OUTCOME_OK) outcome = check_room(reader, call);
    reader->merchant = 0;
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(call->carry, &carried, sizeof carried);
    *ret_merchant = call->principal.merchant;
    return OUTCOME_OK;
}

static enum outcome create_code_reserve(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    struct carried carried;

    (void)ret_reply;
    memcpy(&carried, call->carry, sizeof carried);
    if (carried.known != 0) return OUTCOME_OK;
    for (uint64_t draw = 0; draw < DRAWS_MAX; draw++) {
        uint8_t random[CODE_RANDOM_BYTES];
        uint32_t owner;

        secret_from_seed(call->seed, draw, random, sizeof random);
        struct code_value value = code_make(random);
        enum store_result found = codes_merchant(&batch->reader, value, &owner);
        if (found == STORE_OK) continue;
        if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
        carried.value = value;
        memcpy(call->carry, &carried, sizeof carried);
        codes_reserve(batch, value, call->merchant);
        return OUTCOME_OK;
    }
    return OUTCOME_NUMBERS_EXHAUSTED;
}

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               const Beckon__V1__Code *message, struct code *code)
{
    char campaign[CAMPAIGN_BYTES_MAX + 1];

    if (message == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "code", NULL);
    enum outcome outcome =
        form_party(call, message->owner, "code.owner",
                   1u << PARTY_MEMBER | 1u << PARTY_GUIDE | 1u << PARTY_SHOP, &code->owner);
    if (outcome != OUTCOME_OK) return outcome;
    if (message->channel < 0 || message->channel > (int)CHANNEL_CHAT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "code.channel", "OTHER .. CHAT");
    code->channel = (enum channel)message->channel;
    outcome = form_text(call, message->campaign, "code.campaign", 0, CAMPAIGN_BYTES_MAX, campaign);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(code->campaign, campaign, strlen(campaign));
    code->usage_limit = message->usage_limit;
    outcome = form_time(call, message->starts_at, "code.starts_at", &code->starts_at);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_time(call, message->ends_at, "code.ends_at", &code->ends_at);
    if (outcome != OUTCOME_OK) return outcome;
    if (code->ends_at != 0 && code->ends_at <= code->starts_at)
        return form_refuse(call, OUTCOME_TIME_INVALID, "code.ends_at", "> starts_at");
    outcome = code_owner_allowed(call, code->owner, "code.owner");
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_caller_employed(&batch->reader, call);
    if (outcome != OUTCOME_OK) return outcome;
    return object_party(&batch->reader, call, code->owner, "code.owner.number");
}

static void fill_fingerprint(const struct batch *batch, const struct code *code,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;
    char campaign[CAMPAIGN_BYTES_MAX + 1] = "";

    memcpy(campaign, code->campaign, CAMPAIGN_BYTES_MAX);
    fingerprint_begin(&fingerprint, "code");
    fingerprint_number(&fingerprint, code->owner.kind);
    fingerprint_number(&fingerprint, code->owner.number);
    fingerprint_number(&fingerprint, code->channel);
    fingerprint_text(&fingerprint, campaign);
    fingerprint_number(&fingerprint, (int64_t)code->starts_at);
    fingerprint_number(&fingerprint, (int64_t)code->ends_at);
    fingerprint_number(&fingerprint, code->usage_limit);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

static enum outcome reply_with(struct batch *batch, struct command_call *call,
                               const struct merchant *merchant, const struct code *code,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateCodeResponse *reply =
        reply_message(call, &beckon__v1__create_code_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return code_message(&batch->reader, call, merchant, code, &reply->code);
}

static enum outcome create_code_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CreateCodeRequest *request =
        (const Beckon__V1__CreateCodeRequest *)call->request;
    struct merchant merchant;
    struct code code = {0}, known_code;
    struct request known, fresh;
    struct carried carried;
    struct own_id own;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = check_form(batch, call, request->code, &code);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &code, fresh.fingerprint);

    enum store_result found = find_known(&batch->reader, call, id, &fresh, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        outcome = command_outcome(
            codes_get(&batch->reader, (struct code_value){known.object}, &known_code),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        return reply_with(batch, call, &merchant, &known_code, ret_reply);
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = check_room(&batch->reader, call);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(&carried, call->carry, sizeof carried);
    /* A request once answered is kept for ever. */
    assert(carried.known == 0 && carried.value.symbols != 0);
    code.value = carried.value;
    outcome = code_message_ahead(&batch->reader, call, &merchant, &code);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, CODE_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_code(call, code.value);
    audit_fact_party(call, "owner", code.owner);

    /* From here on this code must come to be. */
    code.created_at = call->now_ms;
    fresh.object = code.value.symbols;
    /* Its first owner has it for all days before too: an import may register with it then. */
    codes_create(batch, &code, 0);
    requests_put(batch, REQUEST_CREATE_CODE, kept_id(call, id, &own), &fresh);
    outcome = reply_with(batch, call, &merchant, &code, ret_reply);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

const struct command create_code = {
    .request = &beckon__v1__create_code_request__descriptor,
    .reply = &beckon__v1__create_code_response__descriptor,
    .merchant = create_code_merchant,
    .reserve = create_code_reserve,
    .write = create_code_write,
    .audited = AUDIT_CREATE_CODE,
};
