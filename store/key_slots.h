/* The key slots: one 64-byte slot per member (guide, settlement run) at number x 64, in a plain
 * file written in place, beside the database and not in it: copy-on-write keeps what must go.
 *
 *   DATA/keys/MERCHANT.members, MERCHANT.guides, MERCHANT.runs   (MERCHANT.shops is never made)
 *   slot = nonce 12 | data key 32 and tag 16, ChaCha20-Poly1305-IETF under the wrapping key,
 *          with merchant, kind, number and generation as additional data | generation 4
 *
 * The generation is that of the wrapping key (keyring.h). Reads come from any thread (pread);
 * writes are staged in a batch and written and synced by batch_commit, before the records that need
 * them. rewrap.h changes slots that are in use. */
#ifndef BECKON_STORE_KEY_SLOTS_H
#define BECKON_STORE_KEY_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"
#include "store/result.h"

enum { KEY_SLOT_BYTES = 64, DATA_KEY_BYTES = 32, KEY_SLOT_NONCE_BYTES = 12 };

struct key_slots;
struct keyring;

/* Opens (makes) the folder. The ring stays the caller's. NULL on failure (errno). */
struct key_slots *key_slots_open(const char *directory, struct keyring *ring);
void key_slots_close(struct key_slots *slots);

/* Wraps a data key into a slot. nonce: KEY_SLOT_NONCE_BYTES random bytes; the ring has the
 * generation. */
void key_slots_wrap(const struct key_slots *slots, uint32_t merchant, struct party party,
                    uint32_t generation, const uint8_t *nonce, const uint8_t *data_key,
                    uint8_t ret_slot[KEY_SLOT_BYTES]);
/* Opens a slot: STORE_OK, STORE_ABSENT (all zero: erased), STORE_DAMAGED (also when the ring lacks
 * its generation). */
enum store_result key_slots_unwrap(const struct key_slots *slots, uint32_t merchant,
                                   struct party party, const uint8_t slot[KEY_SLOT_BYTES],
                                   uint8_t ret_data_key[DATA_KEY_BYTES]) STORE_CHECKED;

/* The generation a slot says it is wrapped under; 0: it is all zero. */
uint32_t key_slots_generation(const uint8_t slot[KEY_SLOT_BYTES]);
/* Reads a party's slot and opens it, again where it was being changed: STORE_OK, STORE_ABSENT,
 * STORE_DAMAGED, STORE_FAULT. */
enum store_result key_slots_data_key(struct key_slots *slots, uint32_t merchant,
                                     struct party party,
                                     uint8_t ret_data_key[DATA_KEY_BYTES]) STORE_CHECKED;

/* Reads a slot from its file: STORE_OK, STORE_ABSENT (beyond the end or zero), STORE_FAULT. */
enum store_result key_slots_read(struct key_slots *slots, uint32_t merchant, struct party party,
                                 uint8_t ret_slot[KEY_SLOT_BYTES]) STORE_CHECKED;
/* Writes a slot in place; not durable before key_slots_sync. Writer's thread. STORE_OK, STORE_FULL
 * (the slot may be torn: no record may come to need it), STORE_FAULT. */
enum store_result key_slots_write(struct key_slots *slots, uint32_t merchant, struct party party,
                                  const uint8_t slot[KEY_SLOT_BYTES]) STORE_CHECKED;
/* Slots of parties [first, first + count) of a kind; the file's own end may come before:
 * *ret_count. A file that isn't there has none. */
enum store_result key_slots_read_range(struct key_slots *slots, uint32_t merchant,
                                       enum party_kind kind, uint32_t first, size_t count,
                                       uint8_t *ret_slots, size_t *ret_count) STORE_CHECKED;
/* As key_slots_write; a file that isn't there is made. */
enum store_result key_slots_write_range(struct key_slots *slots, uint32_t merchant,
                                        enum party_kind kind, uint32_t first, size_t count,
                                        const uint8_t *from) STORE_CHECKED;
/* How many slots the file has, that of nobody (number 0) and erased ones among them. */
enum store_result key_slots_count(struct key_slots *slots, uint32_t merchant, enum party_kind kind,
                                  uint32_t *ret_count) STORE_CHECKED;

/* Is it the name of a file of slots, and whose? */
bool key_slots_file(const char *name, uint32_t *ret_merchant, enum party_kind *ret_kind);

/* Between the two no slot is written: a copier reads whole slots. For moments only. */
void key_slots_hold(struct key_slots *slots);
void key_slots_release(struct key_slots *slots);

/* fdatasync of every file written since the last sync (and of the folder after a new file). */
enum store_result key_slots_sync(struct key_slots *slots) STORE_CHECKED;

#endif
