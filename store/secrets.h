/* master.key and what is derived from it. Nothing else in Beckon reads the file. */
#ifndef BECKON_STORE_SECRETS_H
#define BECKON_STORE_SECRETS_H

#include <stdint.h>

#include "store/kv.h"
#include "store/record.h"
#include "store/result.h"
#include "store/store.h"

enum {
    MASTER_KEY_BYTES = 32, HASH_PURPOSE_COUNT = STORE_HASH_WEBHOOK, KEY_CHECK_BYTES = 32,
    RING_KEY_BYTES = 32,
};

struct secrets {
    uint8_t checksum_key[KV_CHECKSUM_KEY_BYTES];
    uint8_t wrapping_key[32];                   /* of generation 1: keyring.h */
    uint8_t ring_key[RING_KEY_BYTES];           /* seals the later ones in their file */
    uint8_t key_check[KEY_CHECK_BYTES];         /* kept in the store: which key is it? */
    uint8_t hash_keys[HASH_PURPOSE_COUNT][32];  /* by purpose - 1 */
};

/* Readies libsodium; any number of times, any thread. */
enum store_result secrets_start(void) STORE_CHECKED;
/* Reads the 32 bytes of `path` and derives everything: STORE_OK, STORE_ABSENT (no such file),
 * STORE_DAMAGED (another size), STORE_FAULT (errno). */
enum store_result secrets_read(const char *path, struct secrets *ret_secrets) STORE_CHECKED;
/* Makes `path` with fresh random bytes, durable, never replacing one: STORE_OK, STORE_FAULT. */
enum store_result secrets_make(const char *path) STORE_CHECKED;
/* Copies the master key to `path`, where there is none. */
enum store_result secrets_copy(const char *from_path, const char *path) STORE_CHECKED;
/* Overwrites them in memory. */
void secrets_forget(struct secrets *secrets);

#endif
