#include "service/secret.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

static const char *const PREFIXES[SECRET_KIND_COUNT] = {
    [SECRET_TOKEN] = "beckon_", [SECRET_SESSION] = "session_", [SECRET_LINK] = "link_",
};
enum { PREFIX_BYTES_MAX = 8, MERCHANT_DIGITS_MAX = 10, TEXT_SECRET_BYTES = 43 };
static_assert(PREFIX_BYTES_MAX + MERCHANT_DIGITS_MAX + 1 + TEXT_SECRET_BYTES <
                  SECRET_TOKEN_TEXT_BYTES,
              "the longest token fits");
static_assert(sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
                  == TEXT_SECRET_BYTES + 1, "32 bytes are 43 symbols");
static_assert(SECRET_SEED_BYTES == crypto_stream_chacha20_KEYBYTES, "a seed is a key");
static_assert(crypto_stream_chacha20_NONCEBYTES == sizeof(uint64_t), "a stream number is a nonce");

void secret_init(void)
{
    if (sodium_init() < 0) {
        fputs("beckon: libsodium does not start: the system gives no randomness\n", stderr);
        exit(70);
    }
}

void secret_random(uint8_t *ret_bytes, size_t size)
{
    randombytes_buf(ret_bytes, size);
}

void secret_from_seed(const uint8_t seed[SECRET_SEED_BYTES], uint64_t stream, uint8_t *ret_bytes,
                      size_t size)
{
    uint8_t nonce[sizeof stream];
    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = (uint8_t)(stream >> (8 * (sizeof nonce - 1 - i)));
    crypto_stream_chacha20(ret_bytes, size, nonce, seed);
}

bool secret_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void secret_token_write(uint32_t merchant, const uint8_t secret[SECRET_BYTES],
                        char ret_text[SECRET_TOKEN_TEXT_BYTES])
{
    secret_text_write(SECRET_TOKEN, merchant, secret, ret_text);
}

bool secret_token_read(const char *text, size_t size, uint32_t *ret_merchant,
                       uint8_t ret_secret[SECRET_BYTES])
{
    return secret_text_read(SECRET_TOKEN, text, size, ret_merchant, ret_secret);
}

void secret_text_write(enum secret_kind kind, uint32_t merchant,
                       const uint8_t secret[SECRET_BYTES], char ret_text[SECRET_TOKEN_TEXT_BYTES])
{
    int prefix =
        snprintf(ret_text, SECRET_TOKEN_TEXT_BYTES, "%s%u_", PREFIXES[kind], merchant);
    assert(prefix > 0 && prefix + TEXT_SECRET_BYTES < SECRET_TOKEN_TEXT_BYTES);
    sodium_bin2base64(ret_text + prefix, SECRET_TOKEN_TEXT_BYTES - (size_t)prefix, secret,
                      SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* libsodium takes the bytes 0xDF and 0xAD for '_' and '-' too. */
static bool is_symbols(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

bool secret_text_read(enum secret_kind kind, const char *text, size_t size,
                      uint32_t *ret_merchant, uint8_t ret_secret[SECRET_BYTES])
{
    size_t prefix = strlen(PREFIXES[kind]);
    assert(prefix <= PREFIX_BYTES_MAX);
    if (size >= SECRET_TOKEN_TEXT_BYTES || size < prefix
        || memcmp(text, PREFIXES[kind], prefix) != 0)
        return false;
    size_t at = prefix;
    uint64_t merchant = 0;
    size_t digits = 0;
    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++, digits++) {
        if (digits == MERCHANT_DIGITS_MAX)
            return false;
        merchant = merchant * 10 + (uint64_t)(text[at] - '0');
    }
    /* One token has one form: no leading zeros, nothing after the secret. */
    bool leading_zero = digits > 1 && text[prefix] == '0';
    if (digits == 0 || leading_zero || merchant > UINT32_MAX || at == size || text[at] != '_'
        || size - at - 1 != TEXT_SECRET_BYTES || !is_symbols(text + at + 1, TEXT_SECRET_BYTES))
        return false;
    uint8_t secret[SECRET_BYTES];
    size_t secret_size;
    const char *end;
    if (sodium_base642bin(secret, sizeof secret, text + at + 1, TEXT_SECRET_BYTES, NULL,
                          &secret_size, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0
        || secret_size != SECRET_BYTES || end != text + size)
        return false;
    memcpy(ret_secret, secret, SECRET_BYTES);
    sodium_memzero(secret, sizeof secret);
    *ret_merchant = (uint32_t)merchant;
    return true;
}

/* ---- hooks ----------------------------------------------------------------------------------- */

void secret_webhook_write(const uint8_t secret[SECRET_BYTES], char ret_text[SECRET_WEBHOOK_BYTES])
{
    static const char prefix[] = "whsec_";
    size_t size = sizeof prefix - 1;
    memcpy(ret_text, prefix, size);
    sodium_bin2base64(ret_text + size, SECRET_WEBHOOK_BYTES - size, secret, SECRET_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
}

void secret_webhook_sign(const uint8_t secret[SECRET_BYTES], const char *id, uint64_t at_s,
                         const char *body, size_t body_size,
                         char ret_signature[SECRET_SIGNATURE_BYTES])
{
    static const char version[] = "v1,";
    size_t size = sizeof version - 1;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    char between[24];

    int written = snprintf(between, sizeof between, ".%llu.", (unsigned long long)at_s);
    assert(written > 0 && (size_t)written < sizeof between);
    crypto_auth_hmacsha256_init(&state, secret, SECRET_BYTES);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)id, strlen(id));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)between, (size_t)written);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)body, body_size);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof state);
    memcpy(ret_signature, version, size);
    sodium_bin2base64(ret_signature + size, SECRET_SIGNATURE_BYTES - size, mac, sizeof mac,
                      sodium_base64_VARIANT_ORIGINAL);
}
