/* A small plain model beside the LMDB engine with a buffer: random commits go to both, a snapshot
 * is compared with the model as it was then. tests/store/kv_model_test.c is the large one, against
 * kv.h alone; this one is for tests that steer the buffer. */
#ifndef BECKON_TESTS_STORE_BUFFER_MODEL_H
#define BECKON_TESTS_STORE_BUFFER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "store/kv.h"
#include "tests/store/scratch.h"

enum { BUFFER_MODEL_KEYS = 400 };

/* Per key the number of the commit that put it, 0 where it is absent. */
struct buffer_model {
    uint32_t numbers[BUFFER_MODEL_KEYS];
    uint32_t commits;
    uint64_t random;
};

extern const uint8_t BUFFER_MODEL_CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES];

struct buffer_model buffer_model_new(uint64_t seed);
struct kv *buffer_model_open(const struct scratch *scratch, uint64_t buffer_bytes);
/* A random write set; the model follows when the answer is STORE_OK. */
enum store_result buffer_model_commit(struct buffer_model *model, struct kv *kv);
/* So many; each must be STORE_OK. */
void buffer_model_commits(struct buffer_model *model, struct kv *kv, unsigned count);
/* Every get and a scan in each direction answer what the model holds. */
void buffer_model_assert(const struct buffer_model *model, struct kv_snapshot *snapshot);
/* The same by a snapshot opened now. */
void buffer_model_assert_now(const struct buffer_model *model, struct kv *kv);

#endif
