/* Readers beside the writer, on LMDB: what they see while commits, swaps and drains go on.
 *
 * Every commit stamps the same number under a set of keys spread over the key space, deletes one
 * key of a second set and puts the one before it back, so that any snapshot that mixes two commits
 * shows two numbers, or not just one gap. Built a second time with -fsanitize=thread (LMDB itself
 * isn't instrumented: what it shares between threads is its own affair). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "store/folder.h"
#include "store/kv_lmdb.h"

enum {
    READER_COUNT = 3,
    COMMIT_COUNT = 1000,
    STAMP_KEYS = 16,
    GAP_KEYS = 8,
    FILLER_BYTES = 900, /* so that a tiny buffer swaps every few commits */
    WRITE_MAX = STAMP_KEYS + 3,
};

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";
static char folder[] = "/tmp/beckon_readers.XXXXXX";
static char path[sizeof folder];
static struct kv *kv;
static atomic_bool ended;

struct looker {
    pthread_t thread;
    unsigned failures; /* read after it ended */
    uint64_t snapshots;
};

static struct bytes key_of(uint8_t set, uint32_t index, uint8_t key[8])
{
    memset(key, 0, 8);
    key[0] = (uint8_t)(index * 13 % 251); /* the two sets lie between one another */
    key[1] = set;
    bytes_put_u32(key + 2, index);
    return (struct bytes){key, 6};
}

static void open_kv(uint64_t buffer_bytes)
{
    struct kv_lmdb_options options = {
        .path = path,
        .reader_max = READER_COUNT + 1,
        .buffer_bytes = buffer_bytes,
        .checksum_key = CHECKSUM_KEY,
    };
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
}

static int order(const void *a, const void *b)
{
    return bytes_compare(((const struct kv_write *)a)->key, ((const struct kv_write *)b)->key);
}

/* Commit `number`: all stamps; the gap moves on from number - 1 to number; something to fill. */
static enum store_result commit_number(uint32_t number)
{
    static uint8_t filler[FILLER_BYTES];
    struct kv_write writes[WRITE_MAX];
    uint8_t keys[WRITE_MAX][8], stamp[4];
    size_t count = 0;
    bytes_put_u32(stamp, number);
    for (uint32_t i = 0; i < STAMP_KEYS; i++, count++) {
        writes[count] = (struct kv_write){key_of('s', i, keys[count]), {stamp, sizeof stamp}};
    }
    writes[count] = (struct kv_write){key_of('g', number % GAP_KEYS, keys[count]), {0}};
    count++;
    writes[count] = (struct kv_write){key_of('g', (number + GAP_KEYS - 1) % GAP_KEYS, keys[count]),
                                      {stamp, sizeof stamp}};
    count++;
    writes[count] = (struct kv_write){key_of('x', number % 500, keys[count]),
                                      {filler, sizeof filler}};
    count++;
    qsort(writes, count, sizeof writes[0], order);
    return kv_commit(kv, writes, count, NULL, 0);
}

static void first_commit(void)
{
    for (uint32_t number = 1; number <= GAP_KEYS; number++) {
        assert_int_equal(commit_number(number), STORE_OK);
    }
}

/* One snapshot by gets and one scan: how much is wrong with it? */
static unsigned look(struct kv_snapshot *snapshot, bool reverse, uint32_t *ret_number)
{
    unsigned failures = 0;
    uint32_t number = 0;
    uint8_t key[8];
    struct bytes value;
    for (uint32_t i = 0; i < STAMP_KEYS; i++) {
        if (kv_get(snapshot, key_of('s', i, key), &value) != STORE_OK || value.size != 4) {
            return failures + 1;
        }
        uint32_t found = bytes_get_u32(value.data);
        number = i == 0 ? found : number;
        failures += found != number;
    }
    for (uint32_t i = 0; i < GAP_KEYS; i++) {
        enum store_result expected = i == number % GAP_KEYS ? STORE_ABSENT : STORE_OK;
        failures += kv_get(snapshot, key_of('g', i, key), &value) != expected;
    }
    static const uint8_t from[1] = {0}, to[1] = {KV_KEY_RESERVED};
    struct kv_scan *scan;
    struct bytes found, last = {0};
    unsigned stamps = 0, gaps = 0;
    enum store_result result;
    if (kv_scan_open(snapshot, (struct bytes){from, 1}, (struct bytes){to, 1}, reverse, &scan) !=
        STORE_OK) {
        return failures + 1;
    }
    while ((result = kv_scan_next(scan, &found, &value)) == STORE_OK) {
        failures += last.data != NULL && (bytes_compare(last, found) < 0) == reverse;
        failures += found.data[1] == 's' && bytes_get_u32(value.data) != number;
        stamps += found.data[1] == 's';
        gaps += found.data[1] == 'g';
        last = found;
    }
    kv_scan_close(scan);
    *ret_number = number;
    return failures + (result != STORE_ABSENT) + (stamps != STAMP_KEYS) + (gaps != GAP_KEYS - 1);
}

static void *read_on(void *context)
{
    struct looker *reader = context;
    uint32_t last = 0;
    while (!atomic_load(&ended)) {
        struct kv_snapshot *snapshot;
        if (kv_snapshot_open(kv, &snapshot) != STORE_OK) {
            reader->failures++;
            return NULL;
        }
        uint32_t number = 0, again = 0;
        reader->failures += look(snapshot, reader->snapshots % 2 == 1, &number);
        /* Every eighth stays open for a while and looks again: nothing may have moved. */
        for (int i = 0; i < 20 && reader->snapshots % 8 == 0; i++) {
            reader->failures += look(snapshot, i % 2 == 1, &again);
            reader->failures += again != number;
        }
        reader->failures += number < last;
        last = number;
        reader->snapshots++;
        kv_snapshot_close(snapshot);
    }
    return NULL;
}

/* Snapshots may hold all arenas for a moment: that commit is refused, and the next isn't. */
static void commit_all(void)
{
    for (uint32_t number = GAP_KEYS + 1; number <= COMMIT_COUNT; number++) {
        enum store_result result = commit_number(number);
        while (result == STORE_FULL) {
            result = commit_number(number);
        }
        assert_int_equal(result, STORE_OK);
    }
}

static void run(uint64_t buffer_bytes)
{
    struct looker readers[READER_COUNT] = {0};
    unsigned failures = 0;
    uint64_t snapshots = 0;
    memcpy(path, folder, sizeof path);
    assert_non_null(mkdtemp(path));
    open_kv(buffer_bytes);
    first_commit();
    atomic_store(&ended, false);
    for (int i = 0; i < READER_COUNT; i++) {
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    commit_all();
    atomic_store(&ended, true);
    for (int i = 0; i < READER_COUNT; i++) {
        pthread_join(readers[i].thread, NULL);
        failures += readers[i].failures;
        snapshots += readers[i].snapshots;
    }
    printf("%llu snapshots beside %d commits\n", (unsigned long long)snapshots, COMMIT_COUNT);
    assert_int_equal(failures, 0);
    assert_true(snapshots > 0);
    kv_destroy(kv);
    assert_true(folder_remove(path));
}

static void readers_beside_the_writer_see_whole_commits_in_order(void **state)
{
    (void)state;
    run(0);
}

static void readers_beside_a_swapping_and_draining_buffer_see_the_same(void **state)
{
    (void)state;
    run(KV_LMDB_BUFFER_BYTES_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_beside_the_writer_see_whole_commits_in_order),
        cmocka_unit_test(readers_beside_a_swapping_and_draining_buffer_see_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
