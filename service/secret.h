/* Secrets of callers: bearer tokens, sessions, sign-in links, and where randomness comes from.
 *
 * A token reads "beckon_MERCHANT_SECRET": merchant number, then 32 random bytes in base64url; a
 * session "session_...", a one-time link "link_...". The store keeps the digest of the 32 bytes;
 * the text itself is shown once and never logged. */
#ifndef BECKON_SERVICE_SECRET_H
#define BECKON_SERVICE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SECRET_BYTES = 32, SECRET_SEED_BYTES = 32, SECRET_TOKEN_TEXT_BYTES = 80,
};

/* Starts libsodium; exits the process when it can't. Before anything else. */
void secret_init(void);
/* Fresh random bytes from the system's CSPRNG. Only main and rpc hand them on, as seeds. */
void secret_random(uint8_t *ret_bytes, size_t size);

/* Derives byte stream number `stream` from a command's seed (ChaCha20): the same seed and stream
 * give the same bytes, so that a batch can run again. */
void secret_from_seed(const uint8_t seed[SECRET_SEED_BYTES], uint64_t stream, uint8_t *ret_bytes,
                      size_t size);

/* What the text of a secret begins with says what it opens. */
enum secret_kind { SECRET_TOKEN, SECRET_SESSION, SECRET_LINK, SECRET_KIND_COUNT };
/* Writes one of any kind, terminated. */
void secret_text_write(enum secret_kind kind, uint32_t merchant,
                       const uint8_t secret[SECRET_BYTES],
                       char ret_text[SECRET_TOKEN_TEXT_BYTES]);
/* Reads one of this kind (size bytes); false when it has not that form. */
bool secret_text_read(enum secret_kind kind, const char *text, size_t size,
                      uint32_t *ret_merchant, uint8_t ret_secret[SECRET_BYTES]);
/* Compares in a time that tells nothing. */
bool secret_equal(const void *a, const void *b, size_t size);

/* Writes "beckon_MERCHANT_SECRET", terminated. */
void secret_token_write(uint32_t merchant, const uint8_t secret[SECRET_BYTES],
                        char ret_text[SECRET_TOKEN_TEXT_BYTES]);
/* Reads one (size bytes); false when it has not that form. */
bool secret_token_read(const char *text, size_t size, uint32_t *ret_merchant,
                       uint8_t ret_secret[SECRET_BYTES]);

/* Hooks sign what they send, as Standard Webhooks 1.0 says. */
enum {
    SECRET_WEBHOOK_BYTES = 6 + 44 + 1,    /* "whsec_" and base64 of 32 bytes, terminated */
    SECRET_SIGNATURE_BYTES = 3 + 44 + 1,  /* "v1," and base64 of 32 bytes, terminated */
};
void secret_webhook_write(const uint8_t secret[SECRET_BYTES], char ret_text[SECRET_WEBHOOK_BYTES]);
/* HMAC-SHA256 with the secret's bytes over "ID.SECONDS.BODY". */
void secret_webhook_sign(const uint8_t secret[SECRET_BYTES], const char *id, uint64_t at_s,
                         const char *body, size_t body_size,
                         char ret_signature[SECRET_SIGNATURE_BYTES]);

#endif
