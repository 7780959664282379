#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/outcome.h"

static void every_outcome_has_a_reason_and_two_sentences_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const struct outcome_info *info = outcome_info((enum outcome)i);
        assert_true(strspn(info->reason, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen(info->reason));
        assert_true(info->grpc_code >= 0 && info->grpc_code <= 16);
        assert_true((i == OUTCOME_OK) == (info->grpc_code == 0));
        assert_true(info->en[strlen(info->en) - 1] == '.' || strchr(info->en, '?') != NULL);
        assert_true((unsigned char)info->zh[0] >= 0x80 || info->zh[0] == '{'
                    || strncmp(info->zh, "Beckon", 6) == 0);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(info->reason, outcome_info((enum outcome)k)->reason);
            assert_string_not_equal(info->en, outcome_info((enum outcome)k)->en);
        }
    }
}

static void a_sentence_gets_its_field_and_what_is_allowed(void **state)
{
    (void)state;
    char text[512];
    struct refusal refusal = {.field = "rows[3].name", .allowed = "1..40 bytes"};
    outcome_sentence(OUTCOME_VALUE_INVALID, &refusal, false, text, sizeof text);
    assert_string_equal(text, "rows[3].name has a value that is not allowed: 1..40 bytes.");
    outcome_sentence(OUTCOME_FIELD_REQUIRED, NULL, false, text, sizeof text);
    assert_string_equal(text, "The request is required.");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        for (int chinese = 0; chinese < 2; chinese++) {
            outcome_sentence((enum outcome)i, &refusal, chinese, text, sizeof text);
            assert_null(strchr(text, '{'));
        }
}

static void a_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    for (unsigned size = 1; size < 60; size++) {
        char text[64];
        memset(text, 0x7F, sizeof text);
        outcome_sentence(OUTCOME_BUSY, NULL, true, text, size);
        size_t length = strlen(text);
        assert_true(length < size);
        assert_int_equal(length % 3, 0); /* every character of it has three bytes */
        assert_int_equal(text[size], 0x7F);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_has_a_reason_and_two_sentences_of_its_own),
        cmocka_unit_test(a_sentence_gets_its_field_and_what_is_allowed),
        cmocka_unit_test(a_sentence_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
