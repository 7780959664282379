/* Copying a file of key slots while it is in use, for a backup. Any thread.
 *
 * Every slot is copied whole, and wrapped under one generation in the copy, so that a backup needs
 * one wrapping key even when it is made in the middle of a rotation. */
#ifndef BECKON_STORE_KEY_SLOTS_COPY_H
#define BECKON_STORE_KEY_SLOTS_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "store/key_slots.h"

/* Copies the slots into the new file `to` (mode 0600), synced: its size and its BLAKE2b-256. A slot
 * that doesn't open is copied as it is. The ring has the generation, to the end. False: errno. */
bool key_slots_copy(struct key_slots *slots, uint32_t merchant, enum party_kind kind,
                    uint32_t generation, const char *to, uint64_t *ret_size,
                    uint8_t *ret_hash) STORE_CHECKED;

#endif
