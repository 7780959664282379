/* Starting from the journal: what is there again, and which journals are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <errno.h>

#include <lmdb.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "tests/store/buffer_model.h"
#include "tests/store/lmdb_hook.h"

enum { TINY = KV_LMDB_BUFFER_BYTES_MIN, LARGE = 1 << 20 };

static struct scratch scratch;
static uint64_t seed;

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    seed = scratch_seed();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static uint64_t commit_now(struct kv *kv)
{
    struct kv_snapshot *snapshot;
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    uint64_t commit = kv_snapshot_commit(snapshot);
    kv_snapshot_close(snapshot);
    return commit;
}

/* ---- whole journals -------------------------------------------------------------------------- */

static void what_was_committed_is_there_again_whatever_the_buffers_size(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {LARGE, TINY, LARGE, 0, TINY, 2 * TINY, 0, LARGE, 3 * TINY};
    struct buffer_model model = buffer_model_new(seed);
    uint64_t last = 0;
    for (unsigned round = 0; round < 27; round++) {
        struct kv *kv = buffer_model_open(&scratch, sizes[round % 9]);
        buffer_model_assert_now(&model, kv);
        assert_true(commit_now(kv) >= last);
        buffer_model_commits(&model, kv, 23 * (round % 5));
        buffer_model_assert_now(&model, kv);
        last = commit_now(kv);
        kv_destroy(kv);
    }
}

static void without_a_buffer_the_journal_goes_into_the_tree(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, LARGE);
    struct kv_usage usage;
    buffer_model_commits(&model, kv, 100);
    kv_usage(kv, &usage);
    assert_int_equal(usage.journal_commits, 100);
    assert_true(usage.journal_bytes > 100 * 100 && usage.buffered_bytes > usage.journal_bytes / 2);
    kv_destroy(kv);
    kv = buffer_model_open(&scratch, 0);
    kv_usage(kv, &usage);
    assert_int_equal(usage.journal_commits, 0);
    assert_int_equal(usage.buffer_bytes, 0);
    assert_int_equal(usage.buffered_bytes + usage.held_bytes, 0);
    buffer_model_assert_now(&model, kv);
    buffer_model_commits(&model, kv, 10);
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
}

static enum store_result open_result(uint64_t buffer_bytes, uint64_t *ret_damaged_commit)
{
    struct kv_lmdb_options options = {
        .path = scratch.path,
        .reader_max = 4,
        .buffer_bytes = buffer_bytes,
        .checksum_key = BUFFER_MODEL_CHECKSUM_KEY,
        .ret_damaged_commit = ret_damaged_commit,
    };
    struct kv *kv;
    enum store_result result = kv_lmdb_open(&options, &kv);
    if (result == STORE_OK) {
        kv_destroy(kv);
    }
    return result;
}

/* Each opening gets one transaction further than the one before; all fail until none is left. */
static void a_start_that_is_cut_off_at_any_commit_leaves_all_to_the_next(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, LARGE);
    buffer_model_commits(&model, kv, 300);
    kv_destroy(kv);
    unsigned failures = 0;
    for (unsigned allowed = 0;; allowed++) {
        lmdb_hook_fail_commits_after(allowed, EIO);
        enum store_result result = open_result(TINY, NULL);
        bool fired = lmdb_hook_failed() > 0;
        lmdb_hook_fail_commits(0, 1, 0);
        if (!fired) {
            assert_int_equal(result, STORE_OK);
            break;
        }
        assert_int_equal(result, STORE_FAULT);
        failures++;
        if (allowed % 3 == 0) {
            kv = buffer_model_open(&scratch, LARGE);
            buffer_model_assert_now(&model, kv);
            buffer_model_commits(&model, kv, 5);
            kv_destroy(kv);
        }
    }
    assert_true(failures > 3);
    kv = buffer_model_open(&scratch, TINY);
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
}

/* ---- damaged journals ------------------------------------------------------------------------ */

enum harm { FLIP, DROP_PIECE, DROP_VALUE, DROP_LAST_PIECE, HARM_COUNT };

struct piece {
    uint8_t key[12];
    uint64_t commit;
    uint16_t number;
};

/* Does harm to the piece that is `at` percent into the journal (or around it). */
static uint64_t harm(enum harm what, unsigned at_percent, unsigned byte)
{
    enum { PIECES_MAX = 4000 };
    static struct piece pieces[PIECES_MAX];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    MDB_cursor *cursor;
    size_t count = 0;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(env, scratch.path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &table), 0);
    assert_int_equal(mdb_cursor_open(txn, table, &cursor), 0);
    uint8_t from[] = {KV_KEY_RESERVED, 'j'};
    MDB_val key = {sizeof from, from}, value;
    for (int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); code == 0;
         code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        assert_int_equal(key.mv_size, sizeof pieces[0].key);
        assert_true(count < PIECES_MAX);
        memcpy(pieces[count].key, key.mv_data, key.mv_size);
        pieces[count].commit = bytes_get_u64(pieces[count].key + 2);
        pieces[count].number = bytes_get_u16(pieces[count].key + 10);
        count++;
    }
    size_t at = (count - 1) * at_percent / 100;
    /* A whole value in the middle, or a value's last piece: the right one isn't far. */
    while ((what == DROP_VALUE && pieces[at].number != 0) ||
           (what == DROP_LAST_PIECE && at + 1 < count && pieces[at + 1].number != 0)) {
        at = what == DROP_VALUE ? at - 1 : at + 1;
    }
    uint64_t commit = pieces[at].commit;
    bool single = pieces[at].number == 0 && (at + 1 == count || pieces[at + 1].number == 0);
    what = what != FLIP && single ? DROP_VALUE : what;
    key = (MDB_val){sizeof pieces[at].key, pieces[at].key};
    if (what == FLIP) {
        uint8_t copy[4096];
        assert_int_equal(mdb_get(txn, table, &key, &value), 0);
        memcpy(copy, value.mv_data, value.mv_size);
        copy[byte % value.mv_size] ^= 0x04;
        value.mv_data = copy;
        assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
    } else if (what == DROP_VALUE) {
        for (size_t i = at; i < count && pieces[i].commit == commit; i++) {
            key.mv_data = pieces[i].key;
            assert_int_equal(mdb_del(txn, table, &key, NULL), 0);
            at = i;
        }
        assert_true(at + 1 < count); /* the journal's last value isn't missed by anything */
        commit = pieces[at + 1].commit;
    } else {
        assert_int_equal(mdb_del(txn, table, &key, NULL), 0);
    }
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    return commit;
}

static void a_damaged_journal_is_refused_and_its_commit_named(void **state)
{
    (void)state;
    struct scratch journals = scratch;
    for (unsigned round = 0; round < 40; round++) {
        enum harm what = round % HARM_COUNT;
        struct buffer_model model = buffer_model_new(seed + round);
        scratch = scratch_make();
        struct kv *kv = buffer_model_open(&scratch, LARGE);
        buffer_model_commits(&model, kv, 30 + round);
        kv_destroy(kv);
        uint64_t found = 0;
        uint64_t expected = harm(what, round * 97 % 80, round < 24 ? round : round * 211);
        assert_int_equal(open_result(round % 2 == 0 ? LARGE : 0, &found), STORE_DAMAGED);
        assert_int_equal(found, expected);
        assert_int_equal(open_result(LARGE, NULL), STORE_DAMAGED);
        scratch_remove(&scratch);
    }
    scratch = journals;
}

/* A floor that lies would drop commits. */
static void a_damaged_floor_is_refused(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    buffer_model_commits(&model, kv, 400);
    kv_destroy(kv);
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(env, scratch.path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &table), 0);
    uint8_t name[] = {KV_KEY_RESERVED, 'f'}, copy[64];
    MDB_val key = {sizeof name, name}, value;
    assert_int_equal(mdb_get(txn, table, &key, &value), 0); /* some generations were drained */
    memcpy(copy, value.mv_data, value.mv_size);
    copy[8] ^= 1;
    value.mv_data = copy;
    assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    assert_int_equal(open_result(TINY, NULL), STORE_DAMAGED);
    assert_int_equal(open_result(0, NULL), STORE_DAMAGED);
}

/* ---- backups --------------------------------------------------------------------------------- */

/* LMDB numbers the transactions of a compact copy from 1 again; its journal knows better. */
static void a_backup_of_a_full_buffer_opens_and_goes_on(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {LARGE, TINY, 0};
    struct scratch original = scratch;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&original, 4 * TINY);
    uint64_t last = 0;
    for (unsigned round = 0; round < 9; round++) {
        scratch = original;
        buffer_model_commits(&model, kv, 50 + 30 * round);
        last = commit_now(kv);
        struct scratch copy = scratch_make();
        assert_int_equal(kv_backup(kv, copy.path), STORE_OK);
        struct buffer_model copied = model;
        for (unsigned i = 0; i < 6; i++) {
            struct kv *restored = buffer_model_open(&copy, sizes[(round + i) % 3]);
            buffer_model_assert_now(&copied, restored);
            assert_true(sizes[(round + i) % 3] == 0 || commit_now(restored) >= last);
            buffer_model_commits(&copied, restored, 40);
            buffer_model_assert_now(&copied, restored);
            kv_destroy(restored);
        }
        scratch_remove(&copy);
    }
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
    scratch = original;
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_was_committed_is_there_again_whatever_the_buffers_size),
        IN_FOLDER(without_a_buffer_the_journal_goes_into_the_tree),
        IN_FOLDER(a_start_that_is_cut_off_at_any_commit_leaves_all_to_the_next),
        IN_FOLDER(a_damaged_journal_is_refused_and_its_commit_named),
        IN_FOLDER(a_damaged_floor_is_refused),
        IN_FOLDER(a_backup_of_a_full_buffer_opens_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
