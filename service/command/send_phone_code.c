/* Asks for a code to prove a phone with. Whether anybody has that phone must not show: the same is
 * read, written and answered for a phone that nobody has, only its notice names nobody.
 * Happy path: phone -> asked too often? -> whose -> LINE -> the record, the notice.
 * Refusals, in order: PHONE_INVALID, VALUE_INVALID, SENDER_ABSENT, PHONE_CODES_TOO_MANY. */
#include <assert.h>
#include <stdio.h>
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

static_assert((int)NOTICE_PHONE_BYTES > (int)PHONE_BYTES_MAX &&
              (int)NOTICE_NAME_BYTES > (int)NAME_BYTES_MAX &&
              (int)NOTICE_CODE_BYTES > (int)PHONE_CODE_DIGITS, "a notice holds what it is about");
static_assert((int)SIGNING_DIGITS == (int)PHONE_CODE_DIGITS, "typed as sent");
static_assert((int)LIMIT_PHONE_CODES_DAY == (int)PHONE_CODE_ASKED_MAX,
              "the record knows all of a day");

#define HOUR_MS (UINT64_C(60) * 60 * 1000)

static enum outcome send_phone_code_merchant(struct reader *reader, struct command_call *call,
                                             uint32_t *ret_merchant)
{
    const Beckon__V1__SendPhoneCodeRequest *request =
        (const Beckon__V1__SendPhoneCodeRequest *)call->request;
    (void)reader;
    return signing_merchant(call, request->merchant_number, ret_merchant);
}

static enum outcome form_language(struct command_call *call, const char *text, bool *ret_english)
{
    *ret_english = strcmp(text, "en") == 0;
    if (*ret_english || text[0] == '\0' || strcmp(text, "zh") == 0) return OUTCOME_OK;
    return form_refuse(call, OUTCOME_VALUE_INVALID, "language", "zh, en");
}

#define NOBODY UINT32_MAX /* numbers are given out from 1 on */

/* Who gets the message; number 0: nobody. The same reads either way. */
static enum outcome find_member(struct reader *reader, const char *phone, uint32_t *ret_member)
{
    struct account account = {.status = ACCOUNT_ACTIVE};
    uint32_t member = NOBODY;

    enum store_result found = phones_find(reader, PARTY_MEMBER, phone, &member);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    found = accounts_get(reader, (struct party){PARTY_MEMBER, member}, &account);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    bool tells = found == STORE_OK && account.status == ACCOUNT_ACTIVE;
    *ret_member = tells ? member : 0;
    return OUTCOME_OK;
}

/* How long until there may be another, by the last `count_max` in `window_ms`. */
static uint64_t wait_of(const struct phone_code *code, uint64_t now_ms, size_t count_max,
                        uint64_t window_ms)
{
    if (code->asked_count < count_max) return 0;
    uint64_t over_at = code->asked_at[code->asked_count - count_max] + window_ms;
    return over_at > now_ms ? over_at - now_ms : 0;
}

static uint64_t wait_ms(const struct phone_code *code, uint64_t now_ms)
{
    uint64_t wait = wait_of(code, now_ms, 1, LIMIT_PHONE_CODE_EACH_MS);
    uint64_t hour = wait_of(code, now_ms, LIMIT_PHONE_CODES_HOUR, HOUR_MS);
    uint64_t day = wait_of(code, now_ms, LIMIT_PHONE_CODES_DAY, 24 * HOUR_MS);
    if (hour > wait) wait = hour;
    return day > wait ? day : wait;
}

static uint32_t seconds(uint64_t ms)
{
    return (uint32_t)((ms + 999) / 1000);
}

/* The minute isn't over: the code sent counts on, unless it is burnt. */
static enum outcome answer_early(struct command_call *call, const struct phone_code *code,
                                 ProtobufCMessage **ret_reply)
{
    uint64_t wait = wait_ms(code, call->now_ms);
    bool counts = code->used_at == 0 && code->tries < LIMIT_PHONE_CODE_TRIES &&
                  wait_of(code, call->now_ms, 1, LIMIT_PHONE_CODE_EACH_MS) > 0;

    if (!counts) {
        call->refusal.retry_ms = wait < UINT32_MAX ? (unsigned)wait : UINT32_MAX;
        return OUTCOME_PHONE_CODES_TOO_MANY;
    }
    Beckon__V1__SendPhoneCodeResponse *reply =
        reply_message(call, &beckon__v1__send_phone_code_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->retry_after_seconds = seconds(wait);
    reply->expires_in_seconds = seconds(code->expires_at - call->now_ms);
    reply->already_sent = true;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

/* The code that follows `before`, and its digits. */
static struct phone_code make_code(struct batch *batch, const struct command_call *call,
                                   const struct phone_code *before,
                                   char ret_digits[PHONE_CODE_DIGITS + 1])
{
    struct phone_code code = {.issued_at = call->now_ms,
                              .expires_at = call->now_ms + LIMIT_PHONE_CODE_MS};
    uint8_t random[8];
    uint64_t number = 0;

    memcpy(code.phone, before->phone, sizeof code.phone);
    for (size_t i = 0; i < before->asked_count; i++)
        if (before->asked_at[i] + 24 * HOUR_MS > call->now_ms)
            code.asked_at[code.asked_count++] = before->asked_at[i];
    assert(code.asked_count < PHONE_CODE_ASKED_MAX); /* else it waits */
    code.asked_at[code.asked_count++] = call->now_ms;
    secret_from_seed(call->seed, 1, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) number = number << 8 | random[i];
    snprintf(ret_digits, PHONE_CODE_DIGITS + 1, "%06u", (unsigned)(number % 1000000));
    phone_codes_code(&batch->reader, &code, ret_digits, code.code);
    return code;
}

static void fill_notice(struct notice *notice, const struct merchant *merchant, const char *digits,
                        const char *to, bool english)
{
    *notice = (struct notice){.filled = true, .english = english,
                              .valid_minutes = LIMIT_PHONE_CODE_MS / 60000};
    memcpy(notice->to, to, strlen(to) + 1);
    memcpy(notice->code, digits, PHONE_CODE_DIGITS + 1);
    memcpy(notice->merchant, merchant->name, strnlen(merchant->name, sizeof merchant->name));
}

static enum outcome send_phone_code_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__SendPhoneCodeRequest *request =
        (const Beckon__V1__SendPhoneCodeRequest *)call->request;
    char phone[PHONE_BYTES_MAX + 1], digits[PHONE_CODE_DIGITS + 1];
    struct merchant merchant;
    struct phone_code before = {.asked_count = 0};
    uint32_t member = 0;
    bool english;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "merchant_number", NULL);
    outcome = form_phone(call, request->phone, "phone", &merchant, phone);
    if (outcome == OUTCOME_OK) outcome = form_language(call, request->language, &english);
    if (outcome != OUTCOME_OK) return outcome;
    if (!call->sends) return OUTCOME_SENDER_ABSENT;
    phone_codes_phone(&batch->reader, phone, before.phone);
    enum store_result found = phone_codes_get(&batch->reader, before.phone, &before);
    bool was = found == STORE_OK;
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    outcome = find_member(&batch->reader, phone, &member);
    if (outcome != OUTCOME_OK) return outcome;
    if (wait_ms(&before, call->now_ms) > 0) return answer_early(call, &before, ret_reply);
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on a code is sent, or seems to be. */
    struct phone_code code = make_code(batch, call, &before, digits);
    phone_codes_put(batch, &code, was ? &before : NULL);
    fill_notice(&call->notice, &merchant, digits, member != 0 ? phone : "", english);
    call->guessed = true; /* of what one address, and all, may ask for */
    Beckon__V1__SendPhoneCodeResponse *reply =
        reply_message(call, &beckon__v1__send_phone_code_response__descriptor);
    reply->retry_after_seconds = seconds(LIMIT_PHONE_CODE_EACH_MS);
    reply->expires_in_seconds = seconds(LIMIT_PHONE_CODE_MS);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command send_phone_code = {
    .request = &beckon__v1__send_phone_code_request__descriptor,
    .reply = &beckon__v1__send_phone_code_response__descriptor,
    .write = send_phone_code_write,
    .merchant = send_phone_code_merchant,
    .slowed = SLOWED_SENDS,
};
