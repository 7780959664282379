/* Proves a phone by the code that was sent to it: a session as its member.
 * Happy path: the phone's code -> still counts? -> the right one? -> whose -> LINE -> session.
 * A wrong code is written down as a try and told as CODE_WRONG after the commit; so is a right one
 * for a phone that nobody has, which was sent to nobody.
 * Refusals, in order: PHONE_INVALID, VALUE_INVALID, PHONE_CODE_EXPIRED. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/signing.h"
#include "service/limits.h"
#include "store/phone_codes.h"
#include "store/profiles.h"

static enum outcome prove_phone_merchant(struct reader *reader, struct command_call *call,
                                         uint32_t *ret_merchant)
{
    const Beckon__V1__ProvePhoneRequest *request =
        (const Beckon__V1__ProvePhoneRequest *)call->request;
    (void)reader;
    return signing_merchant(call, request->merchant_number, ret_merchant);
}

/* A double tap sends it twice, and only the second answer is looked at: it counts a moment more. */
static bool used_up(const struct phone_code *code, uint64_t now_ms)
{
    return code->used_at != 0 && now_ms >= code->used_at + LIMIT_PHONE_CODE_AGAIN_MS;
}

/* The code of this phone, if it still counts. */
static enum outcome load_code(struct reader *reader, struct command_call *call, const char *phone,
                              struct phone_code *ret)
{
    uint8_t hash[PHONE_CODE_HASH_BYTES];

    phone_codes_phone(reader, phone, hash);
    enum outcome outcome =
        command_outcome(phone_codes_get(reader, hash, ret), OUTCOME_PHONE_CODE_EXPIRED);
    bool over = outcome == OUTCOME_OK &&
                (used_up(ret, call->now_ms) || ret->tries >= LIMIT_PHONE_CODE_TRIES ||
                 call->now_ms >= ret->expires_at);
    if (over) outcome = OUTCOME_PHONE_CODE_EXPIRED;
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, "code", NULL);
}

/* Whose phone it is; *ret_member 0: nobody's. */
static enum outcome load_member(struct reader *reader, const char *phone, uint32_t *ret_member)
{
    struct account account;
    uint32_t member = 0;

    *ret_member = 0;
    enum store_result found = phones_find(reader, PARTY_MEMBER, phone, &member);
    if (found == STORE_OK)
        found = accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account);
    if (found == STORE_OK && account.status == ACCOUNT_ACTIVE) *ret_member = member;
    return found == STORE_ABSENT ? OUTCOME_OK : command_outcome(found, OUTCOME_INTERNAL);
}

/* One more try, behind the LINE. */
static void put_wrong(struct batch *batch, struct command_call *call, struct phone_code *code)
{
    static const char *const left[] = {"0", "1", "2", "3", "4"};
    static_assert(sizeof left / sizeof left[0] == LIMIT_PHONE_CODE_TRIES, "a word for each");

    assert(code->tries < LIMIT_PHONE_CODE_TRIES);
    code->tries++;
    phone_codes_put(batch, code, code);
    call->guessed = true;
    call->told = form_refuse(call, OUTCOME_CODE_WRONG, "code",
                             left[LIMIT_PHONE_CODE_TRIES - code->tries]);
}

static void put_right(struct batch *batch, struct command_call *call, struct phone_code *code,
                      const struct signing *signing, Beckon__V1__ProvePhoneResponse *reply)
{
    if (code->used_at == 0) code->used_at = call->now_ms;
    phone_codes_put(batch, code, code);
    signing_begin(batch, signing);
    reply->session_secret = reply_text(call, signing->secret);
    reply->expires_at = reply_time(call, signing->session.expires_at);
    reply->member_number = signing->session.owner.party.number;
    assert(reply->session_secret != NULL && reply->expires_at != NULL);
}

static enum outcome prove_phone_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ProvePhoneRequest *request =
        (const Beckon__V1__ProvePhoneRequest *)call->request;
    char phone[PHONE_BYTES_MAX + 1], digits[PHONE_CODE_DIGITS + 1];
    uint8_t hash[PHONE_CODE_HASH_BYTES];
    struct sign_in_owner owner = {.role = ROLE_MEMBER, .party = {.kind = PARTY_MEMBER}};
    struct merchant merchant;
    struct phone_code code;
    struct signing signing;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "merchant_number", NULL);
    outcome = form_phone(call, request->phone, "phone", &merchant, phone);
    if (outcome == OUTCOME_OK) outcome = signing_digits(call, request->code, digits);
    if (outcome == OUTCOME_OK) outcome = load_code(&batch->reader, call, phone, &code);
    if (outcome != OUTCOME_OK) return outcome;
    phone_codes_code(&batch->reader, &code, digits, hash);
    bool right = secret_equal(hash, code.code, sizeof hash);
    if (right) outcome = load_member(&batch->reader, phone, &owner.party.number);
    right = right && owner.party.number != 0;
    if (outcome == OUTCOME_OK && right)
        outcome = signing_load(&batch->reader, call, &owner, call->now_ms, &signing);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused: a wrong code is told after the commit. */
    Beckon__V1__ProvePhoneResponse *reply =
        reply_message(call, &beckon__v1__prove_phone_response__descriptor);
    if (right) put_right(batch, call, &code, &signing, reply);
    else put_wrong(batch, call, &code);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command prove_phone = {
    .request = &beckon__v1__prove_phone_request__descriptor,
    .reply = &beckon__v1__prove_phone_response__descriptor,
    .write = prove_phone_write,
    .merchant = prove_phone_merchant,
    .slowed = SLOWED_TRIES,
};
