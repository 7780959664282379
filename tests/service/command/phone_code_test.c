/* Signing in by a code sent to a phone: who gets one, how often, how long it counts, and that
 * phones nobody has are treated like others. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SEND(phone, told) \
    ANSWERS("stranger", send_phone_code, "merchant_number=1 phone=" phone, told)
#define WRONG(phone, code) \
    REFUSES("stranger", prove_phone, "merchant_number=1 phone=" phone " code=" code, \
            OUTCOME_CODE_WRONG, "code")
#define EXPIRED(phone, code) \
    REFUSES("stranger", prove_phone, "merchant_number=1 phone=" phone " code=" code, \
            OUTCOME_PHONE_CODE_EXPIRED, "code")
#define OFTEN(phone) \
    REFUSES("stranger", send_phone_code, "merchant_number=1 phone=" phone, \
            OUTCOME_PHONE_CODES_TOO_MANY, NULL)
#define FRESH "retry_after_seconds=60 expires_in_seconds=300 !already_sent"

static void a_phone_is_proved_by_the_code_sent_to_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SEND("13800000001", FRESH),
        /* In any usual writing, blanks in the code. */
        ANSWERS("stranger", prove_phone,
                "merchant_number=1 phone='+86 138-0000-0001' code=' $code '",
                "member_number=1 expires_at=2026-04-01T10:00:00", .save = "s=session_secret"),
        ANSWERS("token:$s", get_session, "",
                "role=MEMBER merchant_number=1 currency=CNY party=member:1 display_name=Li_Hua "
                "is_session=1 proved_at=2026-03-02T10:00:00 expires_at=2026-04-01T10:00:00 "
                "time_zone=Asia/Shanghai !label !token_number"),
        ANSWERS("token:$s", get_member, "member_number=1", "member.phone=+8613800000001"),
        REFUSES("token:$s", get_member, "member_number=2", OUTCOME_NOT_YOURS, "member_number"),
        /* It counts once, and for a double tap. */
        AT("2026-03-02T10:00:09.999"),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=$code",
                "member_number=1", .save = "tap=session_secret"),
        ANSWERS("token:$tap", get_session, "", "party=member:1"),
        AT("2026-03-02T10:00:10"),
        EXPIRED("13800000001", "$code"),
        ANSWERS("token:$s", get_session, "", "party=member:1"),
        AT("2026-04-01T09:59:59.999"),
        ANSWERS("token:$s", get_session, "", "role=MEMBER"),
        AT("2026-04-01T10:00"),
        REFUSES("token:$s", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_code_goes_to_members_only_and_nobody_can_tell(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SEND("13800000001", FRESH),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=$to code=$code",
                "member_number=1"),
        /* Nobody's: the same answer; even its code proves nothing, and is wrong like any other. */
        SEND("13700000009", FRESH),
        REFUSES("stranger", prove_phone, "merchant_number=1 phone=$to code=$code",
                OUTCOME_PHONE_INVALID, "phone"), /* "nobody" is where it went */
        WRONG("13700000009", "$code"),
        SEND("13700000009", "retry_after_seconds=60 expires_in_seconds=300 already_sent=1"),
        /* A guide's phone is no member's. */
        SEND("13900000001", FRESH),
        WRONG("13900000001", "$code"),
        /* The language is the message's. */
        ANSWERS("stranger", send_phone_code,
                "merchant_number=1 phone=13800000002 language=en", FRESH),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000002 code=$code",
                "member_number=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void five_wrong_tries_burn_a_code(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SEND("13800000001", FRESH),
        WRONG("13800000001", "000000"), WRONG("13800000001", "000000"),
        WRONG("13800000001", "000000"), WRONG("13800000001", "000000"),
        WRONG("13800000001", "000000"),
        EXPIRED("13800000001", "$code"),
        /* Burnt: it is no use to say that it was sent already. */
        OFTEN("13800000001"),
        AT("2026-03-02T10:01"),
        SEND("13800000001", FRESH),
        WRONG("13800000001", "000000"),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=$code",
                "member_number=1"),
        /* Nobody's burns as well. */
        SEND("13700000009", FRESH),
        WRONG("13700000009", "000000"), WRONG("13700000009", "000000"),
        WRONG("13700000009", "000000"), WRONG("13700000009", "000000"),
        WRONG("13700000009", "000000"),
        EXPIRED("13700000009", "000000"), EXPIRED("13700000009", "$code"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_code_counts_for_five_minutes(void **state)
{
    (void)state;
    static const struct step steps[] = {
        EXPIRED("13800000001", "000000"), /* none was sent */
        SEND("13800000001", FRESH),
        AT("2026-03-02T10:05"),
        EXPIRED("13800000001", "$code"),
        SEND("13800000001", FRESH),
        AT("2026-03-02T10:09:59.999"),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=$code",
                "member_number=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void one_a_minute_and_a_new_one_ends_the_old(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SEND("13800000001", FRESH),
        AT("2026-03-02T10:00:59.001"),
        SEND("13800000001", "retry_after_seconds=1 expires_in_seconds=241 already_sent=1"),
        EXPIRED("13800000002", "$code"), /* another's */
        AT("2026-03-02T10:01"),
        SEND("13800000001", FRESH),
        WRONG("13800000001", "000000"),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=$code",
                "member_number=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void five_an_hour_and_ten_a_day(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SEND("13700000009", FRESH), AT("2026-03-02T10:01"), SEND("13700000009", FRESH),
        AT("2026-03-02T10:02"), SEND("13700000009", FRESH),
        AT("2026-03-02T10:03"), SEND("13700000009", FRESH),
        AT("2026-03-02T10:04"), SEND("13700000009", FRESH),
        /* The fifth counts on; then nothing until the first is an hour old. */
        AT("2026-03-02T10:04:30"),
        SEND("13700000009", "retry_after_seconds=3330 already_sent=1"),
        AT("2026-03-02T10:05"), OFTEN("13700000009"),
        AT("2026-03-02T10:59:59.999"), OFTEN("13700000009"),
        SEND("13800000001", FRESH), /* others may */
        AT("2026-03-02T11:00"), SEND("13700000009", FRESH),
        AT("2026-03-02T11:01"), SEND("13700000009", FRESH),
        AT("2026-03-02T11:02"), SEND("13700000009", FRESH),
        AT("2026-03-02T11:03"), SEND("13700000009", FRESH),
        AT("2026-03-02T11:04"), SEND("13700000009", FRESH),
        AT("2026-03-02T12:10"), OFTEN("13700000009"),
        AT("2026-03-03T09:59:59.999"), OFTEN("13700000009"),
        AT("2026-03-03T10:00"), SEND("13700000009", FRESH),
        AT("2026-03-03T10:00:30"),
        SEND("13700000009", "retry_after_seconds=30 expires_in_seconds=270 already_sent=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("stranger", send_phone_code, "phone=13800000001", OUTCOME_FIELD_REQUIRED,
                "merchant_number"),
        REFUSES("stranger", send_phone_code, "merchant_number=9 phone=13800000001",
                OUTCOME_MERCHANT_UNKNOWN, "merchant_number"),
        REFUSES("stranger", send_phone_code, "merchant_number=1", OUTCOME_FIELD_REQUIRED, "phone"),
        REFUSES("stranger", send_phone_code, "merchant_number=1 phone=12", OUTCOME_PHONE_INVALID,
                "phone"),
        REFUSES("stranger", send_phone_code, "merchant_number=1 phone=13800000001 language=fr",
                OUTCOME_VALUE_INVALID, "language"),
        {.who = "stranger", .command = &send_phone_code, .senderless = true,
         .request = "merchant_number=1 phone=13800000001", .outcome = OUTCOME_SENDER_ABSENT},
        REFUSES("stranger", prove_phone, "phone=13800000001 code=123456", OUTCOME_FIELD_REQUIRED,
                "merchant_number"),
        REFUSES("stranger", prove_phone, "merchant_number=9 phone=13800000001 code=123456",
                OUTCOME_MERCHANT_UNKNOWN, "merchant_number"),
        REFUSES("stranger", prove_phone, "merchant_number=1 phone=13800000001",
                OUTCOME_FIELD_REQUIRED, "code"),
        REFUSES("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=12345",
                OUTCOME_VALUE_INVALID, "code"),
        REFUSES("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=1234567",
                OUTCOME_VALUE_INVALID, "code"),
        REFUSES("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=12345x",
                OUTCOME_VALUE_INVALID, "code"),
    };
    PLAY_ON(STAGE, steps);
}

static void eight_sessions_and_the_oldest_goes(void **state)
{
    (void)state;
#define PROVED(time, name) \
    AT("2026-03-02T" time), SEND("13800000001", FRESH), \
    ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=$code", \
            "member_number=1", .save = name "=session_secret")
    static const struct step steps[] = {
        PROVED("10:00", "a"), PROVED("10:20", "b"), PROVED("10:40", "c"), PROVED("11:00", "d"),
        PROVED("11:20", "e"), PROVED("11:40", "f"), PROVED("12:00", "g"), PROVED("12:20", "h"),
        ANSWERS("token:$a", get_session, "", "is_session=1"),
        PROVED("12:40", "i"),
        REFUSES("token:$a", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("token:$b", get_session, "", "is_session=1"),
        ANSWERS("token:$b", end_session, "", ""),
        REFUSES("token:$b", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("token:$i", get_session, "", "is_session=1"),
        ANSWERS_AGAIN("admin", revoke_sessions, "member_number=1", ""),
        REFUSES("token:$i", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
        REFUSES("token:$c", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void the_ticker_deletes_what_is_over(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SEND("13800000001", FRESH),
        ANSWERS("stranger", prove_phone, "merchant_number=1 phone=13800000001 code=$code",
                "member_number=1", .save = "s=session_secret"),
        SEND("13700000009", FRESH),
        ANSWERS("admin", create_sign_in_link, "request_id=l guide_number=1",
                "expires_at=2026-03-02T11:00:00", .save = "l=secret"),
        ANSWERS("ticker", tick_sign_in, "step_count=4", "more#=4 more[0]=0"),
        AT("2026-03-02T11:00"), /* the link's end */
        ANSWERS("ticker", tick_sign_in, "step_count=4", "more[0]=1 more[1]=0"),
        AT("2026-03-03T10:00"),
        ANSWERS("ticker", tick_sign_in, "step_count=4", "more[0]=1 more[1]=1 more[2]=0"),
        ANSWERS("token:$s", get_session, "", "is_session=1"),
        AT("2026-04-01T10:00"),
        ANSWERS("ticker", tick_sign_in, "step_count=1", "more#=1 more[0]=1"),
        ANSWERS("ticker", tick_sign_in, "step_count=1", "more#=1 more[0]=0"),
        REFUSES("token:$s", get_session, "", OUTCOME_TOKEN_INVALID, NULL),
        SEND("13700000009", FRESH),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_is_proved_by_the_code_sent_to_it),
        cmocka_unit_test(a_code_goes_to_members_only_and_nobody_can_tell),
        cmocka_unit_test(five_wrong_tries_burn_a_code),
        cmocka_unit_test(a_code_counts_for_five_minutes),
        cmocka_unit_test(one_a_minute_and_a_new_one_ends_the_old),
        cmocka_unit_test(five_an_hour_and_ten_a_day),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(eight_sessions_and_the_oldest_goes),
        cmocka_unit_test(the_ticker_deletes_what_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
