#include "store/secrets.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "store/folder.h"

_Static_assert(MASTER_KEY_BYTES == crypto_kdf_KEYBYTES, "what crypto_kdf derives from");

/* Numbers of the derived keys, for ever: another number is another key. */
enum subkey {
    SUBKEY_CHECKSUM = 1, SUBKEY_WRAPPING = 2, SUBKEY_CHECK = 3, SUBKEY_RING = 4, SUBKEY_HASH = 16,
};
static const char CONTEXT[crypto_kdf_CONTEXTBYTES + 1] = "beckon01";

enum store_result secrets_start(void)
{
    return sodium_init() < 0 ? STORE_FAULT : STORE_OK;
}

static void derive(uint8_t *ret_key, size_t size, uint64_t number, const uint8_t *master)
{
    int code = crypto_kdf_derive_from_key(ret_key, size, number, CONTEXT, master);
    assert(code == 0);
    (void)code;
}

/* Reads a file that must be exactly a master key. */
static enum store_result master_read(const char *path, uint8_t ret_master[MASTER_KEY_BYTES])
{
    size_t size;
    if (!file_read(path, ret_master, MASTER_KEY_BYTES, &size)) {
        if (errno == ENOENT) {
            return STORE_ABSENT;
        }
        return errno == EFBIG ? STORE_DAMAGED : STORE_FAULT;
    }
    return size == MASTER_KEY_BYTES ? STORE_OK : STORE_DAMAGED;
}

enum store_result secrets_read(const char *path, struct secrets *ret_secrets)
{
    uint8_t master[MASTER_KEY_BYTES];
    enum store_result result = master_read(path, master);
    if (result == STORE_OK) {
        struct secrets *secrets = ret_secrets;
        derive(secrets->checksum_key, sizeof secrets->checksum_key, SUBKEY_CHECKSUM, master);
        derive(secrets->wrapping_key, sizeof secrets->wrapping_key, SUBKEY_WRAPPING, master);
        derive(secrets->ring_key, sizeof secrets->ring_key, SUBKEY_RING, master);
        derive(secrets->key_check, sizeof secrets->key_check, SUBKEY_CHECK, master);
        for (unsigned i = 0; i < HASH_PURPOSE_COUNT; i++) {
            derive(secrets->hash_keys[i], sizeof secrets->hash_keys[i], SUBKEY_HASH + i + 1,
                   master);
        }
    }
    sodium_memzero(master, sizeof master);
    return result;
}

enum store_result secrets_make(const char *path)
{
    uint8_t master[MASTER_KEY_BYTES];
    randombytes_buf(master, sizeof master);
    bool made = file_make(path, master, sizeof master);
    sodium_memzero(master, sizeof master);
    return made ? STORE_OK : STORE_FAULT;
}

enum store_result secrets_copy(const char *from_path, const char *path)
{
    uint8_t master[MASTER_KEY_BYTES];
    enum store_result result = master_read(from_path, master);
    if (result == STORE_OK && !file_make(path, master, sizeof master)) {
        result = STORE_FAULT;
    }
    sodium_memzero(master, sizeof master);
    return result;
}

void secrets_forget(struct secrets *secrets)
{
    sodium_memzero(secrets, sizeof *secrets);
}
