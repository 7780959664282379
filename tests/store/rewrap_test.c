/* Wrapping keys, the slots under them, and what a crash leaves of a rotation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/key_rotation.h"
#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/rewrap.h"
#include "store/seal.h"
#include "tests/store/scratch.h"

enum { CLOCK = 1000, MERCHANT = 4, MEMBERS = 1500 };

static struct scratch scratch;
static struct store *store;
static struct batch *batch;
static char path[2 * SCRATCH_PATH_BYTES];

static void open_store(void)
{
    store = scratch_store(&scratch, false);
    batch = batch_new(store);
}

static void close_store(void)
{
    batch_destroy(batch);
    store_close(store);
}

static void begin(uint32_t merchant)
{
    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, merchant), STORE_OK);
}

/* Each member's data key tells her number. */
static void seed_of(uint32_t number, uint8_t ret_seed[44])
{
    memset(ret_seed, 0x5a, 44);
    memcpy(ret_seed, &number, sizeof number);
    memcpy(ret_seed + 32, &number, sizeof number);
}

static struct party member(uint32_t number)
{
    return (struct party){PARTY_MEMBER, number};
}

static int setup(void **state)
{
    uint8_t seed[44];
    (void)state;
    scratch = scratch_make();
    open_store();
    for (uint32_t number = 1; number <= MEMBERS; number++) {
        if (number % 500 == 1) begin(MERCHANT);
        seed_of(number, seed);
        seal_make_key(batch, member(number), seed);
        if (number % 500 == 0) assert_int_equal(batch_commit(batch), STORE_OK);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close_store();
    scratch_remove(&scratch);
    return 0;
}

static uint32_t generation_of(uint32_t number)
{
    uint8_t slot[KEY_SLOT_BYTES];
    enum store_result result =
        key_slots_read(store_key_slots(store), MERCHANT, member(number), slot);
    return result == STORE_OK ? key_slots_generation(slot) : 0;
}

static enum store_result opens(uint32_t number)
{
    uint8_t key[DATA_KEY_BYTES], seed[44];
    enum store_result result =
        key_slots_data_key(store_key_slots(store), MERCHANT, member(number), key);
    seed_of(number, seed);
    if (result == STORE_OK) assert_memory_equal(key, seed, sizeof key);
    return result;
}

static void assert_all_open(void)
{
    for (uint32_t number = 1; number <= MEMBERS; number++)
        assert_int_equal(opens(number), STORE_OK);
}

/* As RotateKeys does. */
static void begin_rotation(uint32_t generation)
{
    static const uint8_t key[WRAPPING_KEY_BYTES] = "a wrapping key of 32 bytes";
    struct key_rotation rotation = {.generation = generation, .from = generation - 1,
                                    .started_at = CLOCK, .kind = PARTY_MEMBER};
    begin(0);
    batch_add_wrapping_key(batch, generation, key);
    key_rotation_put(batch, &rotation);
    assert_int_equal(batch_commit(batch), STORE_OK);
}

static void portion(uint32_t first, size_t count, uint32_t generation)
{
    begin(0);
    assert_true(batch_rewrap(batch, MERCHANT, PARTY_MEMBER, first, count, generation));
    assert_false(batch_rewrap(batch, MERCHANT, PARTY_MEMBER, 0, 1, generation));
    assert_int_equal(batch_commit(batch), STORE_OK);
}

static void end_rotation(uint32_t generation)
{
    struct key_rotation rotation = {.generation = generation, .from = generation - 1,
                                    .started_at = CLOCK, .finished_at = CLOCK + 1,
                                    .kind = PARTY_MEMBER};
    begin(0);
    key_rotation_put(batch, &rotation);
    batch_drop_wrapping_keys(batch, generation);
    assert_int_equal(batch_commit(batch), STORE_OK);
}

static void rotate_to(uint32_t generation)
{
    begin_rotation(generation);
    portion(0, REWRAP_PORTION, generation);
    portion(REWRAP_PORTION, REWRAP_PORTION, generation);
    end_rotation(generation);
}

static size_t read_file(const char *name, uint8_t *ret, size_t room)
{
    int fd = open(scratch_path(&scratch, name, path), O_RDONLY);
    assert_true(fd >= 0);
    ssize_t got = read(fd, ret, room);
    close(fd);
    assert_true(got >= 0);
    return (size_t)got;
}

static void write_file(const char *name, const uint8_t *from, size_t size)
{
    int fd = open(scratch_path(&scratch, name, path), O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, from, size), (ssize_t)size);
    close(fd);
}

/* ---- the ring -------------------------------------------------------------------------------- */

static void a_rotation_wraps_everybody_anew_and_drops_the_key_before(void **state)
{
    (void)state;
    struct stat found;
    struct keyring *ring = store_keyring(store);
    assert_int_equal(keyring_current(ring), 1);
    assert_true(stat(scratch_path(&scratch, "data/wrapping.keys", path), &found) != 0);
    rotate_to(2);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_all_open();
    assert_int_equal(generation_of(1), 2);
    assert_int_equal(generation_of(MEMBERS), 2);
    rotate_to(3);
    assert_false(keyring_has(ring, 2));
    assert_true(keyring_has(ring, 1)); /* master.key's own */
    assert_int_equal(generation_of(700), 3);
    close_store();
    open_store();
    assert_int_equal(keyring_current(store_keyring(store)), 3);
    assert_false(keyring_has(store_keyring(store), 2));
    assert_all_open();
}

static void what_is_dropped_is_gone_from_the_file(void **state)
{
    (void)state;
    enum { ENTRY = 128, FILE_BYTES = 8 * ENTRY };
    uint8_t before[FILE_BYTES + 1], after[FILE_BYTES + 1], zeros[ENTRY] = {0};
    rotate_to(2);
    assert_int_equal(read_file("data/wrapping.keys", before, sizeof before), FILE_BYTES);
    assert_memory_not_equal(before + ENTRY, zeros, ENTRY);
    rotate_to(3);
    assert_int_equal(read_file("data/wrapping.keys", after, sizeof after), FILE_BYTES);
    assert_memory_equal(after + ENTRY, zeros, ENTRY);
    assert_memory_not_equal(after + 2 * ENTRY, zeros, ENTRY);
    for (size_t i = 4 + 24; i + 16 < FILE_BYTES; i++) /* no key in plain */
        assert_memory_not_equal(after + i, "a wrapping key of", 16);
}

static void without_its_key_a_store_is_refused_with_a_sentence(void **state)
{
    (void)state;
    uint8_t file[1024];
    struct store_options options = {.path = scratch_path(&scratch, "data", path), .reader_max = 2};
    char message[STORE_MESSAGE_BYTES], name[2 * SCRATCH_PATH_BYTES];
    struct store *other;
    bool created;
    rotate_to(2);
    assert_int_equal(read_file("data/wrapping.keys", file, sizeof file), sizeof file);
    close_store();
    assert_int_equal(unlink(scratch_path(&scratch, "data/wrapping.keys", name)), 0);
    (void)scratch_path(&scratch, "data", path);
    assert_int_equal(store_open(&options, &other, &created, message), STORE_DAMAGED);
    assert_non_null(strstr(message, "wrapping.keys"));
    assert_non_null(strstr(message, "lacks key 2"));
    file[150] ^= 1; /* in the first place */
    write_file("data/wrapping.keys", file, sizeof file);
    (void)scratch_path(&scratch, "data", path);
    assert_int_equal(store_open(&options, &other, &created, message), STORE_DAMAGED);
    assert_non_null(strstr(message, "lacks key 2"));
    write_file("data/wrapping.keys", (const uint8_t *)"no ring at all", 14);
    (void)scratch_path(&scratch, "data", path);
    assert_int_equal(store_open(&options, &other, &created, message), STORE_DAMAGED);
    assert_non_null(strstr(message, "not a file of wrapping keys"));
    file[150] ^= 1;
    write_file("data/wrapping.keys", file, sizeof file);
    open_store();
    assert_all_open();
}

static void a_key_that_a_crash_kept_is_dropped_by_the_next_start(void **state)
{
    (void)state;
    uint8_t both[1024];
    rotate_to(2);
    begin_rotation(3);
    assert_int_equal(read_file("data/wrapping.keys", both, sizeof both), sizeof both);
    portion(0, REWRAP_PORTION, 3);
    portion(REWRAP_PORTION, REWRAP_PORTION, 3);
    end_rotation(3);
    close_store();
    write_file("data/wrapping.keys", both, sizeof both); /* as if it had not been zeroed */
    open_store();
    assert_false(keyring_has(store_keyring(store), 2));
    assert_int_equal(keyring_current(store_keyring(store)), 3);
    assert_all_open();
}

static void a_full_ring_gives_up_its_lowest_key(void **state)
{
    (void)state;
    uint8_t key[WRAPPING_KEY_BYTES] = "key";
    struct keyring *ring = store_keyring(store);
    for (uint32_t generation = 2; generation < 2 + KEYRING_ENTRY_MAX; generation++)
        assert_int_equal(keyring_add(ring, generation, key), STORE_OK);
    keyring_use(ring, 2);
    assert_int_equal(keyring_add(ring, 20, key), STORE_OK);
    assert_true(keyring_has(ring, 2)); /* in use */
    assert_false(keyring_has(ring, 3));
    assert_true(keyring_has(ring, 20));
    assert_int_equal(keyring_last(ring), 20);
    keyring_use(ring, 20);
    assert_int_equal(keyring_drop_below(ring, 8), STORE_OK);
    assert_false(keyring_has(ring, 7));
    assert_true(keyring_has(ring, 8));
}

/* ---- slots ----------------------------------------------------------------------------------- */

static void who_comes_and_who_is_erased_meanwhile(void **state)
{
    (void)state;
    uint8_t seed[44], slot[KEY_SLOT_BYTES];
    begin_rotation(2);
    portion(0, REWRAP_PORTION, 2);
    begin(MERCHANT);
    seed_of(MEMBERS + 1, seed);
    seal_make_key(batch, member(MEMBERS + 1), seed);
    batch_destroy_key_slot(batch, member(7), 1, 2);
    batch_destroy_key_slot(batch, member(1200), 1, 2);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(generation_of(MEMBERS + 1), 2);
    assert_int_equal(generation_of(1300), 1);
    portion(0, REWRAP_PORTION, 2); /* once more, as after a crash */
    portion(REWRAP_PORTION, REWRAP_PORTION, 2);
    end_rotation(2);
    assert_int_equal(opens(7), STORE_ABSENT);
    assert_int_equal(opens(1200), STORE_ABSENT);
    assert_int_equal(opens(MEMBERS + 1), STORE_OK);
    assert_int_equal(opens(1300), STORE_OK);
    assert_int_equal(key_slots_read(store_key_slots(store), MERCHANT, member(7), slot),
                     STORE_ABSENT);
}

static void a_slot_that_does_not_open_stays_as_it_is(void **state)
{
    (void)state;
    uint8_t slot[KEY_SLOT_BYTES], before[KEY_SLOT_BYTES];
    struct key_slots *slots = store_key_slots(store);
    assert_int_equal(key_slots_read(slots, MERCHANT, member(3), before), STORE_OK);
    before[20] ^= 1;
    assert_int_equal(key_slots_write(slots, MERCHANT, member(3), before), STORE_OK);
    begin_rotation(2);
    portion(0, REWRAP_PORTION, 2);
    assert_int_equal(key_slots_read(slots, MERCHANT, member(3), slot), STORE_OK);
    assert_memory_equal(slot, before, sizeof slot);
    assert_int_equal(opens(2), STORE_OK);
    assert_int_equal(generation_of(2), 2);
}

/* ---- the journal ----------------------------------------------------------------------------- */

enum { JOURNAL_BYTES = (1 + REWRAP_PORTION) * KEY_SLOT_BYTES };
static uint8_t journal[JOURNAL_BYTES + 1], slots_before[(1 + MEMBERS) * KEY_SLOT_BYTES],
    slots_after[(1 + MEMBERS) * KEY_SLOT_BYTES];
static const char JOURNAL[] = "data/keys/rewrap.journal", SLOTS[] = "data/keys/4.members";

/* The hash the journal's head holds, by the store's own digest. */
static void journal_make(void)
{
    uint8_t hashed[24 + REWRAP_PORTION * KEY_SLOT_BYTES];
    static const uint8_t place[24] = {'r', 'e', 'w', 'r', 'a', 'p', ' ', '1', 0, 0, 0, MERCHANT,
                                      0, 0, 0, PARTY_MEMBER, 0, 0, 0, 0, 0, 0,
                                      REWRAP_PORTION >> 8, REWRAP_PORTION & 0xff};
    memset(journal, 0, sizeof journal);
    memcpy(journal, place, sizeof place);
    memcpy(journal + KEY_SLOT_BYTES, slots_after, REWRAP_PORTION * KEY_SLOT_BYTES);
    memcpy(hashed, place, sizeof place);
    memcpy(hashed + sizeof place, slots_after, REWRAP_PORTION * KEY_SLOT_BYTES);
    store_digest((struct bytes){hashed, sizeof hashed}, journal + sizeof place);
}

/* A portion under way: the journal is whole, and of what it says this much lies in place, the last
 * slot torn in its middle. */
static void cut_at(size_t bytes)
{
    static uint8_t torn[(1 + MEMBERS) * KEY_SLOT_BYTES];
    assert_int_equal(read_file(SLOTS, slots_before, sizeof slots_before), sizeof slots_before);
    begin_rotation(2);
    portion(0, REWRAP_PORTION, 2);
    assert_int_equal(read_file(SLOTS, slots_after, sizeof slots_after), sizeof slots_after);
    assert_int_equal(read_file(JOURNAL, journal, sizeof journal), JOURNAL_BYTES);
    for (size_t i = 0; i < JOURNAL_BYTES; i++) assert_int_equal(journal[i], 0);
    memcpy(torn, slots_before, sizeof torn);
    memcpy(torn, slots_after, bytes);
    journal_make();
    close_store();
    write_file(SLOTS, torn, sizeof torn);
}

static void a_whole_journal_is_finished_and_nobody_is_unreadable(void **state)
{
    (void)state;
    cut_at(100 * KEY_SLOT_BYTES + 30);
    write_file(JOURNAL, journal, JOURNAL_BYTES);
    open_store();
    assert_all_open();
    assert_int_equal(generation_of(1000), 2);
    assert_int_equal(read_file(JOURNAL, journal, sizeof journal), JOURNAL_BYTES);
    for (size_t i = 0; i < JOURNAL_BYTES; i++) assert_int_equal(journal[i], 0);
}

/* Shows that the test above can fail: this is what the journal is there for. */
static void without_the_journal_a_torn_slot_is_lost(void **state)
{
    (void)state;
    cut_at(100 * KEY_SLOT_BYTES + 30);
    open_store();
    assert_int_equal(opens(99), STORE_OK);
    assert_int_equal(opens(100), STORE_DAMAGED);
    assert_int_equal(opens(101), STORE_OK);
}

static void a_journal_cut_short_changes_nothing_and_goes(void **state)
{
    (void)state;
    cut_at(0);
    journal[JOURNAL_BYTES - 1] ^= 1;
    write_file(JOURNAL, journal, JOURNAL_BYTES);
    open_store();
    assert_all_open();
    assert_int_equal(generation_of(1000), 1);
    assert_int_equal(read_file(JOURNAL, journal, sizeof journal), JOURNAL_BYTES);
    for (size_t i = 0; i < JOURNAL_BYTES; i++) assert_int_equal(journal[i], 0);
}

static void a_journal_brings_back_nobody_who_is_erased(void **state)
{
    (void)state;
    static const uint8_t zeros[KEY_SLOT_BYTES];
    cut_at(0);
    write_file(JOURNAL, journal, JOURNAL_BYTES);
    int fd = open(scratch_path(&scratch, SLOTS, path), O_WRONLY);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 9 * KEY_SLOT_BYTES), sizeof zeros);
    close(fd);
    open_store();
    assert_int_equal(opens(9), STORE_ABSENT);
    assert_int_equal(opens(8), STORE_OK);
    assert_int_equal(generation_of(8), 2);
}

/* ---- backups --------------------------------------------------------------------------------- */

static void a_backup_in_the_middle_needs_one_key_and_restores(void **state)
{
    (void)state;
    char backup[2 * SCRATCH_PATH_BYTES], other[2 * SCRATCH_PATH_BYTES];
    char kept[2 * SCRATCH_PATH_BYTES], master[2 * SCRATCH_PATH_BYTES];
    char manifest[8192] = "", message[STORE_MESSAGE_BYTES];
    uint64_t bytes;
    bool list_made;
    rotate_to(2);
    begin_rotation(3);
    portion(0, REWRAP_PORTION, 3);
    (void)scratch_path(&scratch, "backup", backup);
    assert_int_equal(store_backup(store, backup, &bytes, message), STORE_OK);
    assert_true(read_file("backup/MANIFEST", (uint8_t *)manifest, sizeof manifest - 1) > 0);
    assert_non_null(strstr(manifest, "\nwrapping 3\n"));
    assert_null(strstr(manifest, "\nwrapping 2\n"));
    uint8_t ring[1024];
    assert_int_equal(generation_of(1400), 2); /* the store's own are as they were */
    portion(REWRAP_PORTION, REWRAP_PORTION, 3);
    end_rotation(3);
    assert_int_equal(read_file("data/wrapping.keys", ring, sizeof ring), sizeof ring);
    write_file("kept", ring, sizeof ring);
    rotate_to(4);

    (void)scratch_path(&scratch, "other", other);
    (void)scratch_path(&scratch, "kept", kept);
    (void)scratch_path(&scratch, "data/master.key", master);
    struct store_brought brought = {.master_key = master};
    assert_int_equal(store_restore(backup, other, &brought, &list_made, message), STORE_DAMAGED);
    assert_non_null(strstr(message, "needs wrapping key 3"));
    brought = (struct store_brought){.wrapping_keys = "/nowhere"};
    assert_int_equal(store_restore(backup, other, &brought, &list_made, message), STORE_DAMAGED);
    brought.wrapping_keys = kept;
    assert_int_equal(store_restore(backup, other, &brought, &list_made, message), STORE_OK);
    close_store();
    struct store_options options = {.path = other, .reader_max = 2};
    bool created;
    assert_int_equal(store_open(&options, &store, &created, message), STORE_OK);
    batch = batch_new(store);
    assert_all_open();
    assert_int_equal(generation_of(1400), 3);
    assert_int_equal(keyring_current(store_keyring(store)), 3);
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(a_rotation_wraps_everybody_anew_and_drops_the_key_before),
        IN_STORE(what_is_dropped_is_gone_from_the_file),
        IN_STORE(without_its_key_a_store_is_refused_with_a_sentence),
        IN_STORE(a_key_that_a_crash_kept_is_dropped_by_the_next_start),
        IN_STORE(a_full_ring_gives_up_its_lowest_key),
        IN_STORE(who_comes_and_who_is_erased_meanwhile),
        IN_STORE(a_slot_that_does_not_open_stays_as_it_is),
        IN_STORE(a_whole_journal_is_finished_and_nobody_is_unreadable),
        IN_STORE(without_the_journal_a_torn_slot_is_lost),
        IN_STORE(a_journal_cut_short_changes_nothing_and_goes),
        IN_STORE(a_journal_brings_back_nobody_who_is_erased),
        IN_STORE(a_backup_in_the_middle_needs_one_key_and_restores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
