/* Backup of a live store, and restore of it elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/folder.h"
#include "store/key.h"
#include "store/key_slots.h"
#include "store/seal.h"
#include "tests/store/scratch.h"

enum { MERCHANT = 2, RECORDS = 300, CLOCK = 1000 };
static const struct party ANNA = {PARTY_MEMBER, 9};
static const uint8_t SEED[44] = "a data key of 32 bytes, random  a slot nonce";

static struct scratch scratch;
static char data[2 * SCRATCH_PATH_BYTES], backup[2 * SCRATCH_PATH_BYTES];
static char other[2 * SCRATCH_PATH_BYTES], master_key[2 * SCRATCH_PATH_BYTES];
static char message[STORE_MESSAGE_BYTES];
static bool list_made;
static uint8_t sealed[64];
static size_t sealed_size;

static struct key record_key(uint32_t number)
{
    struct key key = key_begin(MERCHANT, TABLE_SHOP);
    key_u32(&key, number);
    return key;
}

static void put_records(struct store *store, uint8_t fill)
{
    struct batch *batch = batch_new(store);
    uint8_t value[100];
    static const uint8_t nonce[SEAL_NONCE_BYTES] = "nonce";
    memset(value, fill, sizeof value);
    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, MERCHANT), STORE_OK);
    for (uint32_t i = 0; i < RECORDS; i++) {
        struct key key = record_key(i);
        batch_put(batch, key_view(&key), (struct bytes){value, sizeof value});
    }
    seal_make_key(batch, ANNA, SEED);
    assert_int_equal(seal(batch, ANNA, scratch_bytes("Anna"), nonce, sealed, &sealed_size),
                     STORE_OK);
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
}

/* Makes a store, a backup of it, then changes the store. */
static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    (void)scratch_path(&scratch, "data", data);
    (void)scratch_path(&scratch, "backup", backup);
    (void)scratch_path(&scratch, "other", other);
    (void)scratch_path(&scratch, "data/master.key", master_key);
    struct store *store = scratch_store(&scratch, false);
    uint64_t bytes = 0;
    put_records(store, 'a');
    assert_int_equal(store_backup(store, backup, &bytes, message), STORE_OK);
    assert_in_range(bytes, RECORDS * 100, 1 << 20);
    put_records(store, 'b');
    store_close(store);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static void assert_restored(const char *path)
{
    struct store_options options = {.path = path, .reader_max = 2};
    struct store *store;
    struct reader reader;
    bool created = true;
    assert_int_equal(store_open(&options, &store, &created, message), STORE_OK);
    assert_false(created);
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = MERCHANT;
    for (uint32_t i = 0; i < RECORDS; i++) {
        struct key key = record_key(i);
        struct bytes value;
        assert_int_equal(reader_get(&reader, key_view(&key), &value), STORE_OK);
        assert_int_equal(value.size, 100);
        assert_int_equal(value.data[99], 'a'); /* as it was when the backup was made */
    }
    uint8_t plain[64];
    size_t size;
    assert_int_equal(unseal(&reader, NULL, ANNA, (struct bytes){sealed, sealed_size}, plain,
                            &size), STORE_OK);
    assert_memory_equal(plain, "Anna", 4);
    reader_close(&reader);
    put_records(store, 'c'); /* and it goes on from there */
    store_close(store);
}

static void assert_start_refused(const char *path)
{
    struct store_options options = {.path = path, .reader_max = 2};
    struct store *store;
    bool created;
    assert_int_equal(store_open(&options, &store, &created, message), STORE_DAMAGED);
    assert_non_null(strstr(message, "cut short: run it again."));
}

static enum store_result restore(const char *to, const char *key, const char *wrapping_keys)
{
    struct store_brought brought = {.master_key = key, .wrapping_keys = wrapping_keys};
    return store_restore(backup, to, &brought, &list_made, message);
}

static void assert_refused(const char *to, const char *key, enum store_result expected,
                           const char *word)
{
    assert_int_equal(restore(to, key, NULL), expected);
    assert_non_null(strstr(message, word));
    assert_int_equal(message[strlen(message) - 1], '.');
}

static void a_restored_backup_reads_the_same_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(restore(other, master_key, NULL), STORE_OK);
    assert_restored(other);
}

static void a_master_key_already_there_is_used(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    uint64_t size;
    uint8_t hash[HASH_BYTES];
    assert_refused(other, NULL, STORE_DAMAGED, "doesn't hold master.key");
    assert_true(file_copy(master_key, scratch_path(&scratch, "other/master.key", path), &size,
                          hash));
    assert_int_equal(restore(other, NULL, NULL), STORE_OK);
    assert_restored(other);
}

static void another_stores_key_is_refused_and_nothing_is_left_as_a_store(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    assert_true(file_make(scratch_path(&scratch, "wrong.key", path),
                          "another key of exactly 32 bytes!", 32));
    assert_refused(other, path, STORE_DAMAGED, "not the key of this store");
    assert_false(folder_has(scratch_path(&scratch, "other/store", path)));
    assert_false(folder_has(scratch_path(&scratch, "other/restoring", path)));
    assert_int_equal(unlink(scratch_path(&scratch, "other/master.key", path)), 0);
    assert_int_equal(restore(other, master_key, NULL), STORE_OK);
    assert_restored(other);
}

static void a_folder_with_a_store_is_refused(void **state)
{
    (void)state;
    assert_refused(data, NULL, STORE_FAULT, "holds a store already");
    struct store *store = scratch_store(&scratch, false); /* and is whole */
    assert_refused(data, NULL, STORE_CONFLICT, "Another Beckon");
    store_close(store);
}

static void flip_byte(const char *name, off_t offset)
{
    char path[2 * SCRATCH_PATH_BYTES];
    uint8_t byte;
    int fd = open(scratch_path(&scratch, name, path), O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

static void a_damaged_file_of_the_backup_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        off_t offset;
        const char *word;
    } rows[] = {
        {"backup/store/data.mdb", 20000, "store/data.mdb is damaged"},
        {"backup/keys/2.members", 9 * KEY_SLOT_BYTES, "keys/2.members is damaged"},
        {"backup/MANIFEST", 0, "MANIFEST is damaged"},
        {"backup/MANIFEST", 23, "MANIFEST is damaged"},
        {"backup/MANIFEST", 100, "MANIFEST is damaged"},
    };
    char path[2 * SCRATCH_PATH_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        flip_byte(rows[i].name, rows[i].offset);
        assert_refused(other, master_key, STORE_DAMAGED, rows[i].word);
        assert_false(folder_has(scratch_path(&scratch, "other/store", path)));
        flip_byte(rows[i].name, rows[i].offset);
    }
    assert_int_equal(truncate(scratch_path(&scratch, "backup/keys/2.members", path), 64), 0);
    assert_refused(other, master_key, STORE_DAMAGED, "keys/2.members is damaged");
}

static void a_folder_that_is_no_whole_backup_is_refused(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    assert_int_equal(unlink(scratch_path(&scratch, "backup/MANIFEST", path)), 0);
    assert_refused(other, master_key, STORE_FAULT, "no whole backup");
}

static void a_restore_cut_short_between_its_renames_can_be_run_again(void **state)
{
    (void)state;
    char from[2 * SCRATCH_PATH_BYTES], to[2 * SCRATCH_PATH_BYTES];
    assert_int_equal(restore(other, master_key, NULL), STORE_OK);
    /* Back to the moment before the last rename. */
    assert_true(folder_make(scratch_path(&scratch, "other/restoring", to)));
    assert_int_equal(rename(scratch_path(&scratch, "other/store", from),
                            scratch_path(&scratch, "other/restoring/store", to)), 0);
    assert_start_refused(other);
    assert_int_equal(restore(other, NULL, NULL), STORE_OK);
    assert_restored(other);
}

static void a_restore_cut_short_at_its_beginning_lets_no_store_be_made(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    assert_true(folder_make(other));
    assert_true(folder_make(scratch_path(&scratch, "other/restoring", path)));
    assert_start_refused(other);
    assert_false(folder_has(scratch_path(&scratch, "other/store", path)));
    assert_false(folder_has(scratch_path(&scratch, "other/master.key", path)));
    assert_int_equal(restore(other, master_key, NULL), STORE_OK);
    assert_restored(other);
}

static void a_restore_cut_short_behind_its_last_rename_is_a_store(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    assert_int_equal(restore(other, master_key, NULL), STORE_OK);
    assert_true(folder_make(scratch_path(&scratch, "other/restoring", path)));
    assert_restored(other);
    assert_false(folder_has(path));
}

static void slots_without_a_store_are_not_overwritten(void **state)
{
    (void)state;
    char path[2 * SCRATCH_PATH_BYTES];
    assert_true(folder_make(other));
    assert_true(folder_make(scratch_path(&scratch, "other/keys", path)));
    assert_true(file_make(scratch_path(&scratch, "other/keys/1.members", path), "x", 1));
    assert_refused(other, master_key, STORE_FAULT, "not empty");
    assert_true(folder_has(path));
}

static void a_name_that_is_taken_is_refused_and_leaves_the_backup_alone(void **state)
{
    (void)state;
    struct store *store = scratch_store(&scratch, false);
    uint64_t bytes;
    assert_int_equal(store_backup(store, backup, &bytes, message), STORE_FAULT);
    assert_non_null(strstr(message, "exists already"));
    char missing[2 * SCRATCH_PATH_BYTES];
    assert_int_equal(store_backup(store, scratch_path(&scratch, "missing/b", missing), &bytes,
                                  message), STORE_FAULT);
    assert_non_null(strstr(message, "No such file or directory"));
    store_close(store);
    assert_int_equal(restore(other, master_key, NULL), STORE_OK);
    assert_restored(other);
}

int main(void)
{
#define WITH_BACKUP(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_BACKUP(a_restored_backup_reads_the_same_and_goes_on),
        WITH_BACKUP(a_master_key_already_there_is_used),
        WITH_BACKUP(another_stores_key_is_refused_and_nothing_is_left_as_a_store),
        WITH_BACKUP(a_folder_with_a_store_is_refused),
        WITH_BACKUP(a_damaged_file_of_the_backup_is_refused),
        WITH_BACKUP(a_folder_that_is_no_whole_backup_is_refused),
        WITH_BACKUP(a_restore_cut_short_between_its_renames_can_be_run_again),
        WITH_BACKUP(a_restore_cut_short_at_its_beginning_lets_no_store_be_made),
        WITH_BACKUP(a_restore_cut_short_behind_its_last_rename_is_a_store),
        WITH_BACKUP(slots_without_a_store_are_not_overwritten),
        WITH_BACKUP(a_name_that_is_taken_is_refused_and_leaves_the_backup_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
