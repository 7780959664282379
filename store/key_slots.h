/* The key slots: one 64-byte slot per member (guide, settlement run) at number x 64, in a plain
 * file written in place, beside the database and not in it: copy-on-write keeps what must go.
 *
 *   DATA/keys/MERCHANT.members, MERCHANT.guides, MERCHANT.runs   (MERCHANT.shops is never made)
 *   slot = nonce 12 | data key 32 and tag 16, ChaCha20-Poly1305-IETF under the wrapping key,
 *          with merchant, kind, number and generation as additional data | generation 4
 *
 * The wrapping key is derived from master.key. Reads come from any thread (pread); writes are
 * staged in a batch and written and synced by batch_commit, before the records that need them. */
#ifndef BECKON_STORE_KEY_SLOTS_H
#define BECKON_STORE_KEY_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "store/record.h"
#include "store/result.h"

enum { KEY_SLOT_BYTES = 64, DATA_KEY_BYTES = 32, KEY_SLOT_NONCE_BYTES = 12 };

struct key_slots;

/* Opens (makes) the folder. wrapping_key: 32 bytes, copied. NULL on failure (errno). */
struct key_slots *key_slots_open(const char *directory, const uint8_t *wrapping_key);
void key_slots_close(struct key_slots *slots);

/* Wraps a data key into a slot. nonce: KEY_SLOT_NONCE_BYTES random bytes. Pure. */
void key_slots_wrap(const struct key_slots *slots, uint32_t merchant, struct party party,
                    uint32_t generation, const uint8_t *nonce, const uint8_t *data_key,
                    uint8_t ret_slot[KEY_SLOT_BYTES]);
/* Opens a slot: STORE_OK, STORE_ABSENT (all zero: erased), STORE_DAMAGED. */
enum store_result key_slots_unwrap(const struct key_slots *slots, uint32_t merchant,
                                   struct party party, const uint8_t slot[KEY_SLOT_BYTES],
                                   uint8_t ret_data_key[DATA_KEY_BYTES]) STORE_CHECKED;

/* Reads a slot from its file: STORE_OK, STORE_ABSENT (beyond the end or zero), STORE_FAULT. */
enum store_result key_slots_read(struct key_slots *slots, uint32_t merchant, struct party party,
                                 uint8_t ret_slot[KEY_SLOT_BYTES]) STORE_CHECKED;
/* Writes a slot in place; not durable before key_slots_sync. Writer's thread. STORE_OK, STORE_FULL
 * (the slot may be torn: no record may come to need it), STORE_FAULT. */
enum store_result key_slots_write(struct key_slots *slots, uint32_t merchant, struct party party,
                                  const uint8_t slot[KEY_SLOT_BYTES]) STORE_CHECKED;
/* fdatasync of every file written since the last sync (and of the folder after a new file). */
enum store_result key_slots_sync(struct key_slots *slots) STORE_CHECKED;

#endif
