#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/secret.h"

static uint8_t secret[SECRET_BYTES];

static void a_written_token_is_read_again(void **state)
{
    (void)state;
    static const uint32_t merchants[] = {0, 1, 9, 10, 4294967295U};
    for (size_t i = 0; i < sizeof merchants / sizeof merchants[0]; i++) {
        char text[SECRET_TOKEN_TEXT_BYTES];
        uint8_t read[SECRET_BYTES];
        uint32_t merchant;
        secret_random(secret, sizeof secret);
        secret_token_write(merchants[i], secret, text);
        assert_true(secret_token_read(text, strlen(text), &merchant, read));
        assert_int_equal(merchant, merchants[i]);
        assert_memory_equal(read, secret, sizeof secret);
    }
}

static void every_other_form_is_refused(void **state)
{
    (void)state;
    char text[SECRET_TOKEN_TEXT_BYTES], other[SECRET_TOKEN_TEXT_BYTES + 16];
    uint8_t read[SECRET_BYTES];
    uint32_t merchant = 77;
    memset(secret, 0xFF, sizeof secret);
    secret_token_write(12, secret, text);
    size_t size = strlen(text);
    for (size_t cut = 0; cut < size; cut++)
        assert_false(secret_token_read(text, cut, &merchant, read));
    static const char *const forms[] = {"beckon_012_%s", "Beckon_12_%s", "beckon_-12_%s",
                                        "beckon_4294967296_%s", "beckon__%s", "beckon_12_%s ",
                                        "beckon_12_%s=", "beckon_99999999999_%s"};
    const char *encoded = text + strlen("beckon_12_");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *hole = strstr(forms[i], "%s");
        snprintf(other, sizeof other, "%.*s%s%s", (int)(hole - forms[i]), forms[i], encoded,
                 hole + 2);
        assert_false(secret_token_read(other, strlen(other), &merchant, read));
    }
    /* Bits behind the 32 bytes would make two texts of one token. */
    text[size - 1]++;
    assert_false(secret_token_read(text, size, &merchant, read));
    text[size - 1] = '+';
    assert_false(secret_token_read(text, size, &merchant, read));
    /* So would bytes that libsodium takes for symbols. */
    uint8_t zeros[SECRET_BYTES] = {0};
    secret_token_write(12, zeros, text);
    text[20] = '\xDF';
    assert_false(secret_token_read(text, size, &merchant, read));
    text[20] = '\xAD';
    assert_false(secret_token_read(text, size, &merchant, read));
    assert_int_equal(merchant, 77);
}

static void a_secret_of_one_kind_opens_nothing_of_another(void **state)
{
    (void)state;
    static const char *const begins[SECRET_KIND_COUNT] = {"beckon_3_", "session_3_", "link_3_"};
    memset(secret, 7, sizeof secret);
    for (int kind = 0; kind < SECRET_KIND_COUNT; kind++) {
        char text[SECRET_TOKEN_TEXT_BYTES];
        uint8_t read[SECRET_BYTES];
        uint32_t merchant;
        secret_text_write((enum secret_kind)kind, 3, secret, text);
        assert_memory_equal(text, begins[kind], strlen(begins[kind]));
        for (int other = 0; other < SECRET_KIND_COUNT; other++)
            assert_int_equal(secret_text_read((enum secret_kind)other, text, strlen(text),
                                              &merchant, read), kind == other);
    }
    assert_true(secret_equal("abc", "abd", 2));
    assert_false(secret_equal("abc", "abd", 3));
}

static void a_seed_gives_the_same_bytes_again_and_others_per_stream(void **state)
{
    (void)state;
    uint8_t seed[SECRET_SEED_BYTES], first[64], again[64], other[64];
    secret_random(seed, sizeof seed);
    secret_from_seed(seed, 1, first, sizeof first);
    secret_from_seed(seed, 1, again, sizeof again);
    secret_from_seed(seed, 2, other, sizeof other);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    secret_from_seed(seed, 1, again, 16);
    assert_memory_equal(first, again, 16);
}

/* Reckoned elsewhere (Python's hmac and base64). */
static void a_hook_signs_what_it_sends(void **state)
{
    (void)state;
    static const char body[] = "{\"type\":\"a\"}";
    uint8_t key[SECRET_BYTES];
    char text[SECRET_WEBHOOK_BYTES], signature[SECRET_SIGNATURE_BYTES];
    for (uint8_t i = 0; i < sizeof key; i++) key[i] = i;
    secret_webhook_write(key, text);
    assert_string_equal(text, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    secret_webhook_sign(key, "msg_1", 1700000000, body, sizeof body - 1, signature);
    assert_string_equal(signature, "v1,Wep8/bqvQ9wcHf/N5SU1W0cJHWrlrskij+HN0olJhoM=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_token_is_read_again),
        cmocka_unit_test(every_other_form_is_refused),
        cmocka_unit_test(a_secret_of_one_kind_opens_nothing_of_another),
        cmocka_unit_test(a_hook_signs_what_it_sends),
        cmocka_unit_test(a_seed_gives_the_same_bytes_again_and_others_per_stream),
    };
    secret_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
