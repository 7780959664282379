#include "store/seal.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/store.h"

_Static_assert(SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SEAL_OVERHEAD_BYTES ==
                   SEAL_NONCE_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES, "nonce, tag");
_Static_assert(DATA_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "data key");

enum { PARTY_DATA_BYTES = 4 + 1 + 4 };

/* Whose record it is, as additional data: a sealed record put under another party doesn't open. */
static void party_data(uint32_t merchant, struct party party, uint8_t ret_data[PARTY_DATA_BYTES])
{
    for (int i = 0; i < 4; i++) {
        ret_data[i] = (uint8_t)(merchant >> (24 - 8 * i));
        ret_data[5 + i] = (uint8_t)(party.number >> (24 - 8 * i));
    }
    ret_data[4] = (uint8_t)party.kind;
}

/* Numbers are never used again, so every party has one data key in its life. */
void seal_make_key(struct batch *batch, struct party party, const uint8_t seed[44])
{
    uint8_t slot[KEY_SLOT_BYTES];
    assert(batch->reader.merchant != 0);
    struct store *store = batch->reader.store;
    key_slots_wrap(store_key_slots(store), batch->reader.merchant, party,
                   keyring_current(store_keyring(store)), seed + DATA_KEY_BYTES, seed, slot);
    batch_put_key_slot(batch, party, slot);
}

static enum store_result data_key_find(struct reader *reader, const struct batch *batch_or_null,
                                       struct party party, uint8_t ret_data_key[DATA_KEY_BYTES])
{
    struct key_slots *slots = store_key_slots(reader->store);
    const uint8_t *staged = NULL;
    if (batch_or_null != NULL) {
        staged = batch_staged_key_slot(batch_or_null, party);
    }
    return staged != NULL
               ? key_slots_unwrap(slots, reader->merchant, party, staged, ret_data_key)
               : key_slots_data_key(slots, reader->merchant, party, ret_data_key);
}

enum store_result seal(struct batch *batch, struct party party, struct bytes plain,
                       const uint8_t nonce[SEAL_NONCE_BYTES], uint8_t *ret_sealed,
                       size_t *ret_size)
{
    uint8_t data_key[DATA_KEY_BYTES], data[PARTY_DATA_BYTES];
    enum store_result result = data_key_find(&batch->reader, batch, party, data_key);
    if (result != STORE_OK) {
        return result;
    }
    unsigned long long size;
    party_data(batch->reader.merchant, party, data);
    memcpy(ret_sealed, nonce, SEAL_NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret_sealed + SEAL_NONCE_BYTES, &size, plain.data,
                                               plain.size, data, sizeof data, NULL, nonce,
                                               data_key);
    sodium_memzero(data_key, sizeof data_key);
    *ret_size = SEAL_NONCE_BYTES + (size_t)size;
    assert(*ret_size == plain.size + SEAL_OVERHEAD_BYTES);
    return STORE_OK;
}

enum store_result unseal(struct reader *reader, const struct batch *batch_or_null,
                         struct party party, struct bytes sealed, uint8_t *ret_plain,
                         size_t *ret_size)
{
    uint8_t data_key[DATA_KEY_BYTES], data[PARTY_DATA_BYTES];
    if (sealed.size < SEAL_OVERHEAD_BYTES) {
        return STORE_DAMAGED;
    }
    enum store_result result = data_key_find(reader, batch_or_null, party, data_key);
    if (result != STORE_OK) {
        return result;
    }
    unsigned long long size;
    party_data(reader->merchant, party, data);
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        ret_plain, &size, NULL, sealed.data + SEAL_NONCE_BYTES, sealed.size - SEAL_NONCE_BYTES,
        data, sizeof data, sealed.data, data_key);
    sodium_memzero(data_key, sizeof data_key);
    if (opened != 0) {
        return STORE_DAMAGED;
    }
    *ret_size = (size_t)size;
    return STORE_OK;
}
