/* Which wrapping key is in use, and how far the slots are wrapped anew: an instance's own record.
 *
 * A rotation walks the slots by merchant, kind and number; what lies before its place is under
 * `generation`. New slots are from its first commit on. Its last commit ends it, and then the keys
 * below are dropped from the ring. */
#ifndef BECKON_STORE_KEY_ROTATION_H
#define BECKON_STORE_KEY_ROTATION_H

#include <stdbool.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

struct key_rotation {
    uint32_t generation;     /* in use; KEYRING_FIRST_GENERATION in a store that never rotated */
    uint32_t from;           /* the one before; 0: never rotated */
    uint64_t started_at, finished_at; /* Unix milliseconds; finished_at 0 while it runs */
    uint32_t merchant;       /* the walk's place: its next slot */
    enum party_kind kind;
    uint32_t number;
    uint64_t slot_count;     /* slots wrapped anew, or seen to be */
};

enum { KEY_ROTATION_BYTES = 1 + 2 * 4 + 2 * 8 + 4 + 1 + 4 + 8 };
size_t key_rotation_encode(const struct key_rotation *rotation, uint8_t *to);
enum store_result key_rotation_decode(struct bytes from, struct key_rotation *ret) STORE_CHECKED;

bool key_rotation_runs(const struct key_rotation *rotation);

/* Reads merchant 0's; the first generation, never rotated, where there is none. Never
 * STORE_ABSENT. */
enum store_result key_rotation_get(struct reader *reader, struct key_rotation *ret) STORE_CHECKED;
/* The batch's current merchant must be 0. */
void key_rotation_put(struct batch *batch, const struct key_rotation *rotation);

#endif
