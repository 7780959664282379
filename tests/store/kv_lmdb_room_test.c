/* Room on the disk and in the map on LMDB: who is refused, how that ends, and what is counted.
 * A dying process that holds a snapshot is one way to lose room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lmdb.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "tests/store/scratch.h"

enum { MIB = 1 << 20, VALUE_BYTES = 8000, KEYS = 24, COMMITS_MAX = 300 };

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";
static struct scratch scratch;

static enum store_result try_open(uint64_t map_bytes, uint64_t headroom_bytes, struct kv **ret_kv)
{
    struct kv_lmdb_options options = {
        .path = scratch.path, .map_bytes = map_bytes, .headroom_bytes = headroom_bytes,
        .reader_max = 4, .checksum_key = CHECKSUM_KEY,
    };
    return kv_lmdb_open(&options, ret_kv);
}

static struct kv *open_with(uint64_t map_bytes, uint64_t headroom_bytes)
{
    struct kv *kv;
    assert_int_equal(try_open(map_bytes, headroom_bytes, &kv), STORE_OK);
    return kv;
}

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static enum store_result commit_value(struct kv *kv, uint32_t number)
{
    static uint8_t value[VALUE_BYTES];
    uint8_t key[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                      (uint8_t)number};
    struct kv_write write = {{key, sizeof key}, {value, sizeof value}};
    return kv_commit(kv, &write, 1, NULL, 0);
}

static struct kv_usage usage_of(struct kv *kv)
{
    struct kv_usage usage;
    kv_usage(kv, &usage);
    return usage;
}

static uint64_t percent_in_use(struct kv *kv)
{
    struct kv_usage usage = usage_of(kv);
    return (usage.used_bytes - usage.free_bytes) * 100 / usage.map_bytes;
}

static void assert_readable(struct kv *kv)
{
    struct kv_snapshot *snapshot;
    struct bytes value;
    static const uint8_t key[4] = {0};
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    assert_int_equal(kv_get(snapshot, (struct bytes){key, sizeof key}, &value), STORE_OK);
    assert_int_equal(value.size, VALUE_BYTES);
    kv_snapshot_close(snapshot);
}

/* Commits under the same few keys, again and again: what each gives up, the next but one takes. */
static enum store_result rewrite(struct kv *kv, unsigned count, unsigned *ret_done)
{
    enum store_result result = STORE_OK;
    unsigned done = 0;
    for (; done < count && result == STORE_OK; done++) {
        result = commit_value(kv, done % KEYS);
    }
    *ret_done = done;
    return result;
}

static void pages_free_within_are_not_in_use_however_far_the_last_page_is(void **state)
{
    (void)state;
    unsigned done;
    struct kv *kv = open_with(MIB, 0);
    struct kv_snapshot *old;
    assert_int_equal(rewrite(kv, KEYS, &done), STORE_OK);
    assert_int_equal(kv_snapshot_open(kv, &old), STORE_OK);
    assert_int_equal(rewrite(kv, COMMITS_MAX, &done), STORE_FULL); /* nothing can be used again */
    assert_true(usage_of(kv).full);
    assert_in_range(percent_in_use(kv), 85, 100);
    assert_readable(kv);
    kv_maintain(kv);
    assert_int_equal(commit_value(kv, 0), STORE_FULL); /* looked at again, and it is still there */
    kv_snapshot_close(old);
    assert_int_equal(commit_value(kv, 0), STORE_FULL); /* nobody has looked yet */
    kv_maintain(kv);
    assert_in_range(percent_in_use(kv), 15, 60);
    assert_int_equal(rewrite(kv, COMMITS_MAX, &done), STORE_OK); /* by itself, and for good */
    assert_false(usage_of(kv).full);
    assert_true(usage_of(kv).used_bytes > MIB / 100 * 90);
    kv_destroy(kv);
}

static void a_map_that_is_full_takes_writes_again_once_it_is_opened_larger(void **state)
{
    (void)state;
    enum store_result result = STORE_OK;
    uint32_t count = 0;
    struct kv *kv = open_with(MIB, 0);
    while (result == STORE_OK && count < COMMITS_MAX) {
        result = commit_value(kv, count++);
    }
    assert_int_equal(result, STORE_FULL);
    assert_in_range(percent_in_use(kv), 85, 95); /* a tenth is left for what must be done */
    kv_destroy(kv);
    kv = open_with(MIB, 0);
    assert_true(usage_of(kv).full);
    assert_int_equal(commit_value(kv, count), STORE_FULL);
    assert_readable(kv);
    kv_destroy(kv);
    kv = open_with(4 * MIB, 0);
    assert_false(usage_of(kv).full);
    assert_int_equal(usage_of(kv).map_bytes, 4 * MIB);
    assert_int_equal(commit_value(kv, count), STORE_OK);
    kv_destroy(kv);
    kv = open_with(MIB / 2, 0); /* smaller than what is there: refused, and nothing lost */
    assert_int_equal(commit_value(kv, count), STORE_FULL);
    assert_readable(kv);
    kv_destroy(kv);
}

/* LMDB's own list, by other means than ours: the store is closed. */
static uint64_t all_free_bytes(void)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t pages = 0;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, scratch.path, MDB_RDONLY, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_cursor_open(txn, 0, &cursor), 0);
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        size_t count;
        memcpy(&count, value.mv_data, sizeof count);
        assert_int_equal(value.mv_size, (count + 1) * sizeof count);
        pages += count;
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void what_is_counted_as_free_is_what_lmdb_has_but_for_the_last_commits(void **state)
{
    (void)state;
    enum { LAST_PAGES = 16 };
    unsigned done;
    struct kv *kv = open_with(0, 0);
    struct kv_snapshot *old;
    assert_int_equal(rewrite(kv, KEYS, &done), STORE_OK);
    assert_int_equal(kv_snapshot_open(kv, &old), STORE_OK);
    assert_int_equal(rewrite(kv, 2 * KEYS, &done), STORE_OK);
    for (int i = 0; i < 10; i++) {
        kv_maintain(kv);
    }
    uint64_t held = usage_of(kv).free_bytes;
    kv_snapshot_close(old);
    for (int i = 0; i < 10; i++) {
        kv_maintain(kv);
    }
    uint64_t counted = usage_of(kv).free_bytes;
    kv_destroy(kv);
    uint64_t all = all_free_bytes();
    assert_true(held < all / 4); /* the snapshot held nearly all of it */
    assert_in_range(counted, all - LAST_PAGES * 4096, all);
}

/* ---- a full disk: RLIMIT_FSIZE stands for it, posix_fallocate fails in the same place ------- */

static struct rlimit size_before;

static void limit_size(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &size_before), 0);
    limit = size_before;
    limit.rlim_cur = bytes;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void unlimit_size(void)
{
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &size_before), 0);
}

static void a_full_disk_is_met_before_the_commit_and_room_later_is_used(void **state)
{
    (void)state;
    static uint8_t value[KV_VALUE_BYTES_MAX];
    char file[2 * SCRATCH_PATH_BYTES];
    struct stat found;
    struct kv *kv = open_with(0, MIB);
    assert_int_equal(commit_value(kv, 0), STORE_OK);
    assert_int_equal(stat(scratch_path(&scratch, "data.mdb", file), &found), 0);
    assert_true(found.st_size >= MIB);
    assert_true((uint64_t)found.st_blocks * 512 >= MIB);

    limit_size(2 * MIB);
    enum store_result result = STORE_OK;
    uint8_t number = 0;
    while (result == STORE_OK && number < 100) {
        struct kv_write write = {{&number, 1}, {value, sizeof value}};
        result = kv_commit(kv, &write, 1, NULL, 0);
        number++;
    }
    enum store_result again = commit_value(kv, 1);
    unlimit_size();
    assert_int_equal(result, STORE_FULL);
    assert_int_equal(again, STORE_FULL);
    assert_in_range(number, 5, 40); /* it stopped with a headroom still untouched */
    assert_readable(kv);
    assert_int_equal(commit_value(kv, 1), STORE_FULL); /* nobody has looked yet */
    kv_maintain(kv);
    assert_int_equal(commit_value(kv, 1), STORE_OK);
    kv_destroy(kv);
}

static void a_store_is_opened_on_a_full_disk_to_be_read(void **state)
{
    (void)state;
    struct kv *kv = open_with(0, 0);
    assert_int_equal(commit_value(kv, 0), STORE_OK);
    kv_destroy(kv);
    limit_size(MIB);
    kv = open_with(0, 2 * MIB);
    enum store_result refused = commit_value(kv, 1);
    kv_maintain(kv);
    enum store_result again = commit_value(kv, 1);
    unlimit_size();
    assert_int_equal(refused, STORE_FULL);
    assert_int_equal(again, STORE_FULL);
    assert_true(usage_of(kv).full);
    assert_readable(kv);
    kv_maintain(kv);
    assert_int_equal(commit_value(kv, 1), STORE_OK);
    assert_false(usage_of(kv).full);
    kv_destroy(kv);
}

static void a_new_store_is_not_made_on_a_full_disk(void **state)
{
    (void)state;
    struct kv *kv;
    limit_size(MIB);
    enum store_result result = try_open(0, 2 * MIB, &kv);
    unlimit_size();
    assert_int_equal(result, STORE_FULL);
    kv_destroy(open_with(0, 2 * MIB)); /* what it left behind is no store, and no hindrance */
}

/* ---- readers that die ----------------------------------------------------------------------- */

/* Another program that reads the store: it opens it, with a snapshot when `reads`, and waits to be
 * killed. */
static pid_t other_program(bool reads)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        MDB_env *env;
        MDB_txn *txn;
        bool ok = mdb_env_create(&env) == 0 &&
                  mdb_env_open(env, scratch.path, MDB_RDONLY, 0) == 0;
        ok = ok && (!reads || mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0);
        if (ok && write(ready[1], "", 1) == 1) {
            pause();
        }
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void kill_program(pid_t child)
{
    int status;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_killed_reader_holds_its_pages_only_until_the_next_commit(void **state)
{
    (void)state;
    unsigned done;
    struct kv *kv = open_with(MIB, 0);
    assert_int_equal(rewrite(kv, KEYS, &done), STORE_OK);
    kill_program(other_program(true));
    assert_int_equal(usage_of(kv).snapshots, 1);
    assert_int_equal(rewrite(kv, COMMITS_MAX, &done), STORE_OK); /* without any maintenance */
    assert_int_equal(usage_of(kv).snapshots, 0);
    assert_int_equal(usage_of(kv).oldest_commits, 0);
    kill_program(other_program(true));
    kv_maintain(kv); /* nor does it stay where nobody commits */
    assert_int_equal(usage_of(kv).snapshots, 0);
    kv_destroy(kv);
}

static void a_reader_that_lives_fills_the_map_and_is_shown(void **state)
{
    (void)state;
    unsigned done;
    struct kv *kv = open_with(MIB, 0);
    assert_int_equal(rewrite(kv, KEYS, &done), STORE_OK);
    pid_t other = other_program(true);
    assert_int_equal(rewrite(kv, COMMITS_MAX, &done), STORE_FULL);
    assert_true(usage_of(kv).oldest_commits > 20);
    assert_readable(kv);
    kill_program(other);
    kv_maintain(kv);
    assert_int_equal(rewrite(kv, COMMITS_MAX, &done), STORE_OK);
    kv_destroy(kv);
}

static void a_reader_killed_before_the_start_is_ended_by_the_start(void **state)
{
    (void)state;
    struct kv *kv = open_with(MIB, 0);
    assert_int_equal(commit_value(kv, 0), STORE_OK);
    kv_destroy(kv);
    pid_t alive = other_program(false); /* else LMDB would begin a new table of readers */
    kill_program(other_program(true));
    kv = open_with(MIB, 0);
    unsigned snapshots = usage_of(kv).snapshots;
    kv_destroy(kv);
    kill_program(alive);
    assert_int_equal(snapshots, 0);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(pages_free_within_are_not_in_use_however_far_the_last_page_is),
        IN_FOLDER(a_map_that_is_full_takes_writes_again_once_it_is_opened_larger),
        IN_FOLDER(what_is_counted_as_free_is_what_lmdb_has_but_for_the_last_commits),
        IN_FOLDER(a_full_disk_is_met_before_the_commit_and_room_later_is_used),
        IN_FOLDER(a_store_is_opened_on_a_full_disk_to_be_read),
        IN_FOLDER(a_new_store_is_not_made_on_a_full_disk),
        IN_FOLDER(a_killed_reader_holds_its_pages_only_until_the_next_commit),
        IN_FOLDER(a_reader_that_lives_fills_the_map_and_is_shown),
        IN_FOLDER(a_reader_killed_before_the_start_is_ended_by_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
