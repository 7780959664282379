#include "clients/web/site/csrf.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

enum { HASH_BYTES = 16, TOKEN_BYTES = 2 * HASH_BYTES };
static_assert(CSRF_KEY_BYTES == crypto_generichash_KEYBYTES, "the site's key is BLAKE2b's");
static_assert(CSRF_TEXT_BYTES >= sodium_base64_ENCODED_LEN(
                                     TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              "a token's text has room");

static void hash_of(const uint8_t key[CSRF_KEY_BYTES], const char *cookie,
                    uint8_t ret_hash[HASH_BYTES])
{
    int failed = crypto_generichash(ret_hash, HASH_BYTES, (const uint8_t *)cookie, strlen(cookie),
                                    key, CSRF_KEY_BYTES);
    assert(failed == 0);
    (void)failed;
}

void csrf_write(const uint8_t key[CSRF_KEY_BYTES], const char *cookie,
                char ret_text[CSRF_TEXT_BYTES])
{
    uint8_t token[TOKEN_BYTES], hash[HASH_BYTES];
    hash_of(key, cookie, hash);
    randombytes_buf(token, HASH_BYTES);
    for (int i = 0; i < HASH_BYTES; i++)
        token[HASH_BYTES + i] = token[i] ^ hash[i];
    sodium_bin2base64(ret_text, CSRF_TEXT_BYTES, token, sizeof token,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool csrf_is_for(const uint8_t key[CSRF_KEY_BYTES], const char *cookie, const char *text)
{
    uint8_t token[TOKEN_BYTES], hash[HASH_BYTES];
    size_t size = 0;
    const char *end = NULL;
    if (sodium_base642bin(token, sizeof token, text, strlen(text), NULL, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        *end != '\0' || size != sizeof token)
        return false;
    hash_of(key, cookie, hash);
    for (int i = 0; i < HASH_BYTES; i++)
        token[HASH_BYTES + i] ^= token[i];
    return sodium_memcmp(token + HASH_BYTES, hash, HASH_BYTES) == 0;
}
