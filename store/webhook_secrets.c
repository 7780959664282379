/* What of a hook only this store can make: its sealed secrets, its messages' names. */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "store/key.h"
#include "store/store.h"
#include "store/webhooks.h"

_Static_assert(WEBHOOK_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(WEBHOOK_SEALED_BYTES - WEBHOOK_NONCE_BYTES - WEBHOOK_SECRET_BYTES ==
                   crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

enum { SEAL_KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES };

/* Whose it is, as additional data: a secret put under another hook doesn't open. */
static struct key whose(const struct reader *reader, uint32_t number)
{
    struct key key = key_begin(reader->merchant, TABLE_WEBHOOK);
    key_u32(&key, number);
    return key;
}

static void seal_key(const struct reader *reader, uint8_t ret_key[SEAL_KEY_BYTES])
{
    static const char name[] = "seal";
    store_hash(reader->store, STORE_HASH_WEBHOOK,
               (struct bytes){(const uint8_t *)name, sizeof name}, ret_key, SEAL_KEY_BYTES);
}

void webhooks_seal(struct reader *reader, uint32_t number,
                   const uint8_t secret[WEBHOOK_SECRET_BYTES],
                   const uint8_t nonce[WEBHOOK_NONCE_BYTES],
                   uint8_t ret_sealed[WEBHOOK_SEALED_BYTES])
{
    struct key data = whose(reader, number);
    uint8_t key[SEAL_KEY_BYTES];
    unsigned long long size;
    assert(number != 0);
    seal_key(reader, key);
    memcpy(ret_sealed, nonce, WEBHOOK_NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret_sealed + WEBHOOK_NONCE_BYTES, &size, secret,
                                               WEBHOOK_SECRET_BYTES, data.data, data.size, NULL,
                                               nonce, key);
    sodium_memzero(key, sizeof key);
    assert(size == WEBHOOK_SEALED_BYTES - WEBHOOK_NONCE_BYTES);
}

enum store_result webhooks_unseal(struct reader *reader, uint32_t number,
                                  const uint8_t sealed[WEBHOOK_SEALED_BYTES],
                                  uint8_t ret_secret[WEBHOOK_SECRET_BYTES])
{
    struct key data = whose(reader, number);
    uint8_t key[SEAL_KEY_BYTES];
    seal_key(reader, key);
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        ret_secret, NULL, NULL, sealed + WEBHOOK_NONCE_BYTES,
        WEBHOOK_SEALED_BYTES - WEBHOOK_NONCE_BYTES, data.data, data.size, sealed, key);
    sodium_memzero(key, sizeof key);
    return opened == 0 ? STORE_OK : STORE_DAMAGED;
}

void webhooks_message_id(struct reader *reader, uint32_t webhook, uint64_t event,
                         uint64_t recorded_at, char ret_id[WEBHOOK_ID_BYTES])
{
    uint8_t hash[(WEBHOOK_ID_BYTES - 1) / 2];
    struct key input = whose(reader, webhook);
    key_u64(&input, event);
    key_u64(&input, recorded_at);
    store_hash(reader->store, STORE_HASH_WEBHOOK, key_view(&input), hash, sizeof hash);
    sodium_bin2hex(ret_id, WEBHOOK_ID_BYTES, hash, sizeof hash);
}
