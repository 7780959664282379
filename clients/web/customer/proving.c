#include "clients/web/customer/proving.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

/* The struct is sealed as it is: the cookie tells nothing of the phone's length. */
enum {
    SEALED_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof(struct proving),
    TEXT_BYTES = 160,
};
static_assert(TEXT_BYTES >= sodium_base64_ENCODED_LEN(
                                SEALED_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              "the sealed phone has room as text");

/* A key of its own, from the site's. */
static void key_of(const struct visit *visit, uint8_t ret_key[crypto_secretbox_KEYBYTES])
{
    static const char purpose[] = "beckon-web proving";
    int failed = crypto_generichash(ret_key, crypto_secretbox_KEYBYTES, (const uint8_t *)purpose,
                                    sizeof purpose, visit->site->key, SITE_KEY_BYTES);
    assert(failed == 0);
    (void)failed;
}

void proving_begin(struct visit *visit, const char *phone, uint32_t merchant_number)
{
    uint8_t key[crypto_secretbox_KEYBYTES], sealed[SEALED_BYTES];
    struct proving plain;
    char text[TEXT_BYTES];
    memset(&plain, 0, sizeof plain);
    plain.until = (int64_t)time(NULL) + PROVING_SECONDS;
    plain.merchant_number = merchant_number;
    g_strlcpy(plain.phone, phone, sizeof plain.phone);
    key_of(visit, key);
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const uint8_t *)&plain,
                          sizeof plain, sealed, key);
    sodium_bin2base64(text, sizeof text, sealed, sizeof sealed,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    visit_cookie_set(visit, "proving", text, PROVING_SECONDS);
}

bool proving_load(const struct visit *visit, struct proving *ret_proving)
{
    uint8_t key[crypto_secretbox_KEYBYTES], sealed[SEALED_BYTES];
    struct proving plain;
    size_t size = 0;
    const char *text = visit_cookie(visit, "proving");
    if (sodium_base642bin(sealed, sizeof sealed, text, strlen(text), NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || size != sizeof sealed)
        return false;
    key_of(visit, key);
    if (crypto_secretbox_open_easy((uint8_t *)&plain, sealed + crypto_secretbox_NONCEBYTES,
                                   sizeof sealed - crypto_secretbox_NONCEBYTES, sealed, key) != 0 ||
        plain.until < (int64_t)time(NULL))
        return false;
    plain.phone[PROVING_PHONE_BYTES - 1] = '\0';
    *ret_proving = plain;
    return true;
}

void proving_end(struct visit *visit)
{
    visit_cookie_set(visit, "proving", "", 0);
}

char *proving_masked(const char *phone)
{
    GString *digits = g_string_new(NULL);
    for (const char *c = phone; *c != '\0'; c++) {
        if (g_ascii_isdigit(*c) || (*c == '+' && digits->len == 0))
            g_string_append_c(digits, *c);
    }
    /* The last four and what comes before the four ahead of them, as the service masks. */
    for (gsize i = digits->len >= 8 ? digits->len - 8 : 0; i + 4 < digits->len; i++)
        digits->str[i] = '*';
    return g_string_free(digits, false);
}
