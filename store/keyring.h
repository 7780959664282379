/* The wrapping keys, by generation: what the key slots are wrapped under.
 *
 *   DATA/wrapping.keys   made by the first rotation, mode 0600, ENTRY_BYTES a place:
 *                        "beckon-wrapping-keys 1", then up to seven times
 *                        generation 4 | nonce 24 | key 32 and tag 16, XChaCha20-Poly1305 under a
 *                        key derived from master.key, with store id and generation as additional
 *                        data
 *
 * Generation 1 is derived from master.key itself and stands in no file. A place is written and
 * zeroed where it lies, never copied: what is dropped is gone from the file. No backup holds it: a
 * copy belongs beside that of master.key, after every rotation.
 *
 * Looked at by any thread; changed by the writer's, and at start-up. */
#ifndef BECKON_STORE_KEYRING_H
#define BECKON_STORE_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/result.h"
#include "store/secrets.h"
#include "store/store.h"

enum { WRAPPING_KEY_BYTES = 32, KEYRING_FIRST_GENERATION = 1, KEYRING_ENTRY_MAX = 7 };

struct keyring;

/* Opens the ring of this store; a file that isn't there is one without keys. STORE_OK,
 * STORE_DAMAGED (not a ring), STORE_FAULT (errno). A key that doesn't open (another store's, cut
 * short while it was written or zeroed) counts as absent. */
enum store_result keyring_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                               const struct secrets *secrets,
                               struct keyring **ret_ring) STORE_CHECKED;
void keyring_close(struct keyring *ring);

/* The generation new slots are wrapped under; 1 until keyring_use says otherwise. */
uint32_t keyring_current(struct keyring *ring);
/* The generation must be there. */
void keyring_use(struct keyring *ring, uint32_t generation);
/* The highest generation there is. */
uint32_t keyring_last(struct keyring *ring);
/* Copies the key: false when there is none of that generation. */
bool keyring_find(struct keyring *ring, uint32_t generation,
                  uint8_t ret_key[WRAPPING_KEY_BYTES]) STORE_CHECKED;
bool keyring_has(struct keyring *ring, uint32_t generation);

/* Adds a key (or writes that generation's again), durable when STORE_OK; STORE_FULL: no room on the
 * disk, STORE_FAULT. A full ring gives up its lowest key that is not in use. */
enum store_result keyring_add(struct keyring *ring, uint32_t generation,
                              const uint8_t key[WRAPPING_KEY_BYTES]) STORE_CHECKED;
/* Zeroes every key below `generation`, and what doesn't open, in memory and in the file; synced. */
enum store_result keyring_drop_below(struct keyring *ring, uint32_t generation) STORE_CHECKED;
/* Adds what a copy of the file at `path` holds and the ring doesn't. Answers as keyring_open and
 * keyring_add; STORE_ABSENT: there is no such file. */
enum store_result keyring_merge(struct keyring *ring, const char *path) STORE_CHECKED;

#endif
