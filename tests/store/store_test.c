/* Opening a store: what is made, what is refused and with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cold.pb-c.h"
#include "store/folder.h"
#include "store/key.h"
#include "store/store.h"
#include "tests/store/kv_needy.h"
#include "tests/store/scratch.h"

static struct scratch scratch;
static char data[2 * SCRATCH_PATH_BYTES];
static char message[STORE_MESSAGE_BYTES];

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    (void)scratch_path(&scratch, "data", data);
    message[0] = '\0';
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static enum store_result open_store(struct store **ret_store, bool *ret_created)
{
    struct store_options options = {.path = data, .reader_max = 4};
    return store_open(&options, ret_store, ret_created, message);
}

static void assert_refused(enum store_result expected, const char *word)
{
    struct store *store;
    bool created;
    assert_int_equal(open_store(&store, &created), expected);
    assert_non_null(strstr(message, word));
    assert_int_equal(message[strlen(message) - 1], '.');
}

static void make_store(void)
{
    struct store *store;
    bool created = false;
    assert_int_equal(open_store(&store, &created), STORE_OK);
    assert_true(created);
    store_close(store);
}

static mode_t mode_of(const char *name)
{
    char path[2 * SCRATCH_PATH_BYTES];
    struct stat found;
    assert_int_equal(stat(scratch_path(&scratch, name, path), &found), 0);
    return found.st_mode & 07777;
}

static void a_first_start_makes_everything_closed_to_others(void **state)
{
    (void)state;
    make_store();
    assert_int_equal(mode_of("data"), 0700);
    assert_int_equal(mode_of("data/store"), 0700);
    assert_int_equal(mode_of("data/keys"), 0700);
    assert_int_equal(mode_of("data/master.key"), 0600);
    assert_int_equal(mode_of("data/lock"), 0600);
    assert_int_equal(mode_of("data/store/data.mdb"), 0600);
}

static void a_second_start_opens_the_same_store(void **state)
{
    (void)state;
    struct store *store;
    bool created;
    uint8_t id[STORE_ID_BYTES], hash[16], again[16];
    assert_int_equal(open_store(&store, &created), STORE_OK);
    memcpy(id, store_id(store), sizeof id);
    store_hash(store, STORE_HASH_PHONE, scratch_bytes("+86138"), hash, sizeof hash);
    store_close(store);
    assert_int_equal(open_store(&store, &created), STORE_OK);
    assert_false(created);
    assert_memory_equal(store_id(store), id, sizeof id);
    store_hash(store, STORE_HASH_PHONE, scratch_bytes("+86138"), again, sizeof again);
    assert_memory_equal(hash, again, sizeof hash);
    store_hash(store, STORE_HASH_CURSOR, scratch_bytes("+86138"), again, sizeof again);
    assert_memory_not_equal(hash, again, sizeof hash);
    store_close(store);
}

static void a_second_instance_is_refused_while_the_first_runs(void **state)
{
    (void)state;
    struct store *store;
    bool created;
    assert_int_equal(open_store(&store, &created), STORE_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *second;
        enum store_result result = open_store(&second, &created);
        _exit(result == STORE_CONFLICT && strstr(message, "Another Beckon") != NULL ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_refused(STORE_CONFLICT, "stop it first");
    store_close(store);
    assert_int_equal(open_store(&store, &created), STORE_OK); /* and afterwards it isn't */
    store_close(store);
}

static void write_key(const char *bytes, size_t size)
{
    char path[2 * SCRATCH_PATH_BYTES];
    (void)unlink(scratch_path(&scratch, "data/master.key", path));
    assert_true(file_make(path, bytes, size));
}

static void a_master_key_that_is_wrong_missing_or_cut_is_refused(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES], key[33];
    size_t size;
    make_store();
    assert_true(file_read(scratch_path(&scratch, "data/master.key", path), key, sizeof key,
                          &size));
    assert_int_equal(size, 32);
    write_key("another key of exactly 32 bytes!", 32);
    assert_refused(STORE_DAMAGED, "not the key of this store");
    write_key(key, 31);
    assert_refused(STORE_DAMAGED, "32 bytes");
    write_key("another key of more than 32 bytes!", 33);
    assert_refused(STORE_DAMAGED, "32 bytes");
    assert_int_equal(unlink(path), 0);
    assert_refused(STORE_DAMAGED, "master.key is missing");
    assert_false(folder_has(path)); /* no other was made in its place */
    write_key(key, 32);
    struct store *store;
    bool created;
    assert_int_equal(open_store(&store, &created), STORE_OK);
    assert_false(created);
    store_close(store);
}

/* Replaces the store's own record; NULL deletes it. */
static void rewrite_meta(Beckon__Store__ColdMeta *meta)
{
    struct store *store;
    bool created;
    uint8_t packed[256];
    assert_int_equal(open_store(&store, &created), STORE_OK);
    struct key key = key_begin(0, TABLE_META);
    struct kv_write write = {key_view(&key), {0}};
    if (meta != NULL) {
        write.value = (struct bytes){packed, beckon__store__cold_meta__pack(meta, packed)};
    }
    assert_int_equal(kv_commit(store_kv(store), &write, 1, NULL, 0), STORE_OK);
    store_close(store);
}

static void a_store_from_a_newer_schema_is_refused(void **state)
{
    (void)state;
    make_store();
    Beckon__Store__ColdMeta meta = BECKON__STORE__COLD_META__INIT;
    meta.schema_version = STORE_SCHEMA_VERSION + 1;
    rewrite_meta(&meta);
    assert_refused(STORE_DAMAGED, "newer Beckon (schema version 3, this one knows 2)");
}

static uint32_t schema_version(struct store *store)
{
    struct key key = key_begin(0, TABLE_META);
    struct kv_snapshot *snapshot;
    struct bytes value;
    assert_int_equal(kv_snapshot_open(store_kv(store), &snapshot), STORE_OK);
    assert_int_equal(kv_get(snapshot, key_view(&key), &value), STORE_OK);
    Beckon__Store__ColdMeta *meta = beckon__store__cold_meta__unpack(NULL, value.size, value.data);
    assert_non_null(meta);
    uint32_t version = meta->schema_version;
    beckon__store__cold_meta__free_unpacked(meta, NULL);
    kv_snapshot_close(snapshot);
    return version;
}

/* Version 1 knows no journal: whoever knows no more must find the new version in the tree. */
static void a_store_of_the_version_before_is_taken_over(void **state)
{
    (void)state;
    struct store_options options = {.path = data, .reader_max = 4, .buffer_bytes = 1 << 20};
    struct store *store;
    struct kv_snapshot *snapshot;
    struct bytes value;
    struct kv_usage usage;
    bool created;
    make_store();
    assert_int_equal(open_store(&store, &created), STORE_OK);
    struct key key = key_begin(0, TABLE_META);
    assert_int_equal(kv_snapshot_open(store_kv(store), &snapshot), STORE_OK);
    assert_int_equal(kv_get(snapshot, key_view(&key), &value), STORE_OK);
    Beckon__Store__ColdMeta *meta = beckon__store__cold_meta__unpack(NULL, value.size, value.data);
    assert_non_null(meta);
    kv_snapshot_close(snapshot);
    store_close(store);
    meta->schema_version = 1;
    rewrite_meta(meta);
    beckon__store__cold_meta__free_unpacked(meta, NULL);

    assert_int_equal(store_open(&options, &store, &created, message), STORE_OK);
    assert_false(created);
    assert_int_equal(schema_version(store), STORE_SCHEMA_VERSION);
    kv_usage(store_kv(store), &usage);
    assert_int_equal(usage.journal_commits, 0);
    store_close(store);
}

static void a_store_whose_key_check_differs_is_refused(void **state)
{
    (void)state;
    make_store();
    uint8_t zero[32] = {0};
    Beckon__Store__ColdMeta meta = BECKON__STORE__COLD_META__INIT;
    meta.schema_version = STORE_SCHEMA_VERSION;
    meta.store_id = (ProtobufCBinaryData){STORE_ID_BYTES, zero};
    meta.key_check = (ProtobufCBinaryData){sizeof zero, zero};
    rewrite_meta(&meta);
    assert_refused(STORE_DAMAGED, "not the key of this store");
}

static void a_store_that_lost_its_own_record_is_refused(void **state)
{
    (void)state;
    make_store();
    rewrite_meta(NULL);
    assert_refused(STORE_DAMAGED, "lost its own record");
}

static void a_folder_that_cannot_be_used_says_why(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    assert_true(file_make(scratch_path(&scratch, "data", path), "x", 1));
    assert_refused(STORE_FAULT, "Not a directory");
    (void)scratch_path(&scratch, "missing/data", data);
    assert_refused(STORE_FAULT, "No such file or directory");
}

static void a_database_that_is_none_is_refused(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    static const uint8_t garbage[16384] = "this is no database";
    make_store();
    assert_int_equal(unlink(scratch_path(&scratch, "data/store/data.mdb", path)), 0);
    assert_true(file_make(path, garbage, sizeof garbage));
    assert_refused(STORE_FAULT, "Can't open the database");
}

static void a_needy_engine_makes_and_opens_a_store_too(void **state)
{
    (void)state;
    struct store *store = scratch_store(&scratch, true);
    store_close(store);
    size_t needs = kv_needy_need_count();
    store = scratch_store(&scratch, true);
    assert_true(kv_needy_need_count() > needs);
    store_close(store);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_first_start_makes_everything_closed_to_others),
        IN_FOLDER(a_second_start_opens_the_same_store),
        IN_FOLDER(a_second_instance_is_refused_while_the_first_runs),
        IN_FOLDER(a_master_key_that_is_wrong_missing_or_cut_is_refused),
        IN_FOLDER(a_store_from_a_newer_schema_is_refused),
        IN_FOLDER(a_store_of_the_version_before_is_taken_over),
        IN_FOLDER(a_store_whose_key_check_differs_is_refused),
        IN_FOLDER(a_store_that_lost_its_own_record_is_refused),
        IN_FOLDER(a_folder_that_cannot_be_used_says_why),
        IN_FOLDER(a_database_that_is_none_is_refused),
        IN_FOLDER(a_needy_engine_makes_and_opens_a_store_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
