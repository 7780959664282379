#include "tests/store/scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/folder.h"
#include "tests/store/kv_needy.h"

struct scratch scratch_make(void)
{
    struct scratch scratch;
    const char *parent = getenv("TMPDIR");
    int size = snprintf(scratch.path, sizeof scratch.path, "%s/beckon_test.XXXXXX",
                        parent != NULL ? parent : "/tmp");
    if (size < 0 || (size_t)size >= sizeof scratch.path || mkdtemp(scratch.path) == NULL) {
        abort();
    }
    return scratch;
}

void scratch_remove(const struct scratch *scratch)
{
    if (!folder_remove(scratch->path)) {
        abort();
    }
}

const char *scratch_path(const struct scratch *scratch, const char *name,
                         char ret_path[2 * SCRATCH_PATH_BYTES])
{
    int size = snprintf(ret_path, 2 * SCRATCH_PATH_BYTES, "%s/%s", scratch->path, name);
    if (size < 0 || size >= 2 * SCRATCH_PATH_BYTES) {
        abort();
    }
    return ret_path;
}

struct store *scratch_store(const struct scratch *scratch, bool needy)
{
    char path[2 * SCRATCH_PATH_BYTES], message[STORE_MESSAGE_BYTES];
    struct store_options options = {
        .path = scratch_path(scratch, "data", path),
        .reader_max = 8,
        .engine_open = needy ? kv_needy_open : NULL,
    };
    struct store *store;
    bool created;
    if (store_open(&options, &store, &created, message) != STORE_OK) {
        fprintf(stderr, "%s\n", message);
        abort();
    }
    return store;
}

struct bytes scratch_bytes(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

uint64_t scratch_seed(void)
{
    const char *given = getenv("BECKON_TEST_SEED");
    uint64_t seed;
    if (given != NULL) {
        seed = strtoull(given, NULL, 10);
    } else {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_sec * 1000003 + (uint64_t)now.tv_nsec;
    }
    printf("BECKON_TEST_SEED=%" PRIu64 "\n", seed);
    return seed;
}

uint64_t scratch_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t scratch_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(scratch_random(state) % bound);
}
