/* Throw-away folders and stores for tests. Everything fails by abort: a test that can't have its
 * folder can't say anything. */
#ifndef BECKON_TESTS_STORE_SCRATCH_H
#define BECKON_TESTS_STORE_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/bytes.h"
#include "store/store.h"

enum { SCRATCH_PATH_BYTES = 128 };

/* A new folder under $TMPDIR or /tmp. */
struct scratch {
    char path[SCRATCH_PATH_BYTES];
};
struct scratch scratch_make(void);
void scratch_remove(const struct scratch *scratch);
/* A name in the folder; the buffer is the caller's. */
const char *scratch_path(const struct scratch *scratch, const char *name,
                         char ret_path[2 * SCRATCH_PATH_BYTES]);

/* Opens (or reopens) the store in the folder "data" of the scratch, on LMDB or on kv_needy. */
struct store *scratch_store(const struct scratch *scratch, bool needy);

/* Text as bytes, without its end. */
struct bytes scratch_bytes(const char *text);

/* $BECKON_TEST_SEED or a new seed, printed so that a failure can be replayed. */
uint64_t scratch_seed(void);
/* The next number of a seeded stream (splitmix64). */
uint64_t scratch_random(uint64_t *state);
/* The same in [0, bound). */
uint32_t scratch_below(uint64_t *state, uint32_t bound);

#endif
