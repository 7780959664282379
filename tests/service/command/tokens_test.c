/* Tokens: two alive, shown once, revoked at once; who may make which. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_secret_is_told_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token, "request_id=t1 token.role=POS shop_id=S1 token.label=Till",
                "token.token_number=2 token.principal=shop:1 token.label=Till !already_created",
                .save = "till=secret"),
        ANSWERS_AGAIN("admin", create_token,
                      "request_id=t1 token.role=POS shop_id=S1 token.label=Till",
                      "token.token_number=2 already_created=1 !secret"),
        REFUSES("admin", create_token, "request_id=t1 token.role=POS shop_id=S2 token.label=Till",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        ANSWERS("token:$till", record_purchase,
                "receipt_number=1 member_number=2 amount_minor=100", "purchase.shop_id=S1"),
        REFUSES("token:$till", record_purchase,
                "shop_id=S2 receipt_number=1 member_number=2 amount_minor=100", OUTCOME_NOT_YOURS,
                "shop_id"),
        ANSWERS("token:$admin", list_tokens, "", "tokens#=2 tokens[1].role=POS"),
        REFUSES("token:beckon_1_", list_tokens, "", OUTCOME_TOKEN_INVALID, NULL),
        REFUSES("token:nonsense", list_tokens, "", OUTCOME_TOKEN_INVALID, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void two_are_alive_for_rotation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token, "request_id=a token.role=GUIDE token.principal=guide:1",
                "token.token_number=2", .save = "first=secret"),
        ANSWERS("admin", create_token,
                "request_id=b token.role=GUIDE token.principal=guide:1 "
                "token.expires_at=2026-03-03T10:00", "token.token_number=3",
                .save = "second=secret"),
        REFUSES("admin", create_token, "request_id=c token.role=GUIDE token.principal=guide:1",
                OUTCOME_TOKENS_TOO_MANY, "token"),
        ANSWERS("token:$first", get_guide, "", "guide.guide_number=1"),
        ANSWERS("token:$second", get_guide, "", "guide.guide_number=1"),
        /* The repeat of one that is there is answered, however many there are. */
        ANSWERS("admin", create_token, "request_id=a token.role=GUIDE token.principal=guide:1",
                "already_created=1"),
        ANSWERS_AGAIN("admin", revoke_token, "token_number=2",
                      "token.revoked_at=2026-03-02T10:00:00"),
        REFUSES("token:$first", get_guide, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("admin", create_token, "request_id=c token.role=GUIDE token.principal=guide:1",
                "token.token_number=4"),
        REFUSES("admin", create_token, "request_id=d token.role=GUIDE token.principal=guide:1",
                OUTCOME_TOKENS_TOO_MANY, "token"),
        AT("2026-03-03T09:59:59.999"),
        ANSWERS("token:$second", get_guide, "", NULL),
        AT("2026-03-03T10:00"),
        REFUSES("token:$second", get_guide, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("admin", create_token, "request_id=d token.role=GUIDE token.principal=guide:1",
                "token.token_number=5"),
        /* For roles bound to nobody the label names the person. */
        ANSWERS("admin", create_token, "request_id=e token.role=AUDITOR token.label=Ann", NULL),
        ANSWERS("admin", create_token, "request_id=f token.role=AUDITOR token.label=Ann", NULL),
        REFUSES("admin", create_token, "request_id=g token.role=AUDITOR token.label=Ann",
                OUTCOME_TOKENS_TOO_MANY, "token"),
        ANSWERS("admin", create_token, "request_id=g token.role=AUDITOR token.label=Bob", NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_token_refused_names_its_field(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", create_token, "request_id=x", OUTCOME_FIELD_REQUIRED, "token"),
        REFUSES("admin", create_token, "token.role=AUDITOR", OUTCOME_FIELD_REQUIRED, "request_id"),
        REFUSES("admin", create_token, "request_id=x token={}", OUTCOME_VALUE_INVALID,
                "token.role"),
        REFUSES("admin", create_token, "request_id=x token.role=11", OUTCOME_VALUE_INVALID,
                "token.role"),
        REFUSES("admin", create_token, "request_id=x token.role=OPERATOR",
                OUTCOME_ROLE_NOT_ALLOWED, "token.role"),
        REFUSES("admin", create_token, "request_id=x token.role=MEMBER", OUTCOME_FIELD_REQUIRED,
                "token.principal"),
        REFUSES("admin", create_token, "request_id=x token.role=MEMBER token.principal=guide:1",
                OUTCOME_VALUE_INVALID, "token.principal"),
        REFUSES("admin", create_token, "request_id=x token.role=MEMBER token.principal=member:9",
                OUTCOME_MEMBER_UNKNOWN, "token.principal.number"),
        REFUSES("admin", create_token, "request_id=x token.role=GUIDE token.principal=guide:9",
                OUTCOME_GUIDE_UNKNOWN, "token.principal.number"),
        REFUSES("admin", create_token, "request_id=x token.role=POS token.principal=shop:9",
                OUTCOME_SHOP_UNKNOWN, "token.principal.number"),
        REFUSES("admin", create_token, "request_id=x token.role=POS shop_id=S9",
                OUTCOME_SHOP_UNKNOWN, "shop_id"),
        REFUSES("admin", create_token, "request_id=x token.role=AUDITOR shop_id=S1",
                OUTCOME_VALUE_INVALID, "token.principal"),
        REFUSES("admin", create_token,
                "request_id=x token.role=AUDITOR token.label="
                "1234567890123456789012345678901234567890", OUTCOME_TEXT_INVALID, "token.label"),
        REFUSES("admin", create_token,
                "request_id=x token.role=AUDITOR token.expires_at=2026-03-02T10:00",
                OUTCOME_TIME_INVALID, "token.expires_at"),
        REFUSES("admin", create_token, "request_id=x token.role=AUDITOR merchant_number=2",
                OUTCOME_NOT_YOURS, "merchant_number"),
        REFUSES("admin", revoke_token, "token_number=9", OUTCOME_TOKEN_UNKNOWN, "token_number"),
        REFUSES("admin", revoke_token, "token_number=1 merchant_number=2", OUTCOME_NOT_YOURS,
                "merchant_number"),
        REFUSES("operator", create_token, "request_id=x token.role=ADMIN", OUTCOME_FIELD_REQUIRED,
                "merchant_number"),
        REFUSES("operator", create_token, "request_id=x token.role=ADMIN merchant_number=7",
                OUTCOME_MERCHANT_UNKNOWN, NULL),
        ANSWERS("operator", create_token,
                "request_id=x token.role=ADMIN merchant_number=1 token.label=Second",
                "token.token_number=2", .save = "second=secret"),
        ANSWERS("token:$second", list_tokens, "", "tokens#=2"),
        /* The instance's own time began when the store was made, by the real clock. */
        AT("2100-01-01T00:00"),
        ANSWERS("operator", create_token, "request_id=o token.role=OPERATOR token.label=Deputy",
                "token.token_number=2", .save = "deputy=secret"),
        ANSWERS("token:$deputy", list_merchants, "", "merchants#=1"),
        ANSWERS("operator", revoke_token, "token_number=2", "token.label=Deputy"),
        REFUSES("token:$deputy", list_tokens, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("token:$second", list_tokens, "", "tokens#=2"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_secret_is_told_once),
        cmocka_unit_test(two_are_alive_for_rotation),
        cmocka_unit_test(a_token_refused_names_its_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
