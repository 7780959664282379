/* The model of the disk: what a sync promises is in every image, and what it doesn't is lost in
 * some, kept in some, torn in some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/folder.h"
#include "tests/durability/power/disk.h"
#include "tests/store/scratch.h"

enum { DRAWS = 400, FD = 7 };

static struct power_disk *disk;
static struct scratch scratch;
static char image[2 * SCRATCH_PATH_BYTES], file[3 * SCRATCH_PATH_BYTES];

static int begin(void **state)
{
    (void)state;
    scratch = scratch_make();
    scratch_path(&scratch, "image", image);
    snprintf(file, sizeof file, "%s/f", image);
    disk = power_disk_new("/disk");
    return 0;
}

static int end(void **state)
{
    (void)state;
    power_disk_free(disk);
    scratch_remove(&scratch);
    return 0;
}

static void take(enum power_kind kind, int fd, int64_t value, const char *data, size_t size)
{
    struct power_entry entry = {.size = (uint32_t)size, .kind = kind, .process = 1, .thread = 1,
                                .fd = fd, .value = value};
    const char *why = NULL;
    if (!power_disk_take(disk, &entry, (const uint8_t *)data, &why)) fail_msg("%s", why);
}

static void path_open(int fd, const char *path, int flags)
{
    take(POWER_OPEN, fd, flags, path, strlen(path));
}

static void sync_of(int fd, int64_t result)
{
    take(POWER_SYNC, fd, 0, NULL, 0);
    take(POWER_SYNC_END, fd, result, NULL, 0);
}

/* A file "f" with a name that is synced, open as FD. */
static void make_file(void)
{
    path_open(FD, "/disk/f", O_RDWR | O_CREAT);
    path_open(FD + 1, "/disk", O_RDONLY | O_DIRECTORY);
    sync_of(FD + 1, 0);
}

static void draw(uint64_t seed)
{
    struct power_choice choice = {(enum power_fate)(seed % POWER_FATES), power_mix(4711, seed)};
    assert_true(folder_remove(image));
    assert_true(power_disk_image(disk, &choice, image));
}

/* The image's file "f"; its size, or -1: there is none. */
static long content(char *to, size_t room)
{
    size_t size;
    return file_read(file, to, room, &size) ? (long)size : -1;
}

static void what_was_synced_is_in_every_image(void **state)
{
    (void)state;
    char found[64];
    make_file();
    take(POWER_WRITE, FD, 0, "first", 5);
    sync_of(FD, 0);
    take(POWER_WRITE, FD, 1000, "later", 5);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        char all[2048];
        assert_true(content(all, sizeof all) >= 5);
        memcpy(found, all, 5);
        assert_memory_equal(found, "first", 5);
    }
}

/* How many images of DRAWS begin with `text`. */
static unsigned beginning_with(const char *text)
{
    unsigned count = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        char found[4096];
        draw(i);
        long size = content(found, sizeof found);
        count += size >= (long)strlen(text) && memcmp(found, text, strlen(text)) == 0;
    }
    return count;
}

static void a_write_before_its_sync_is_kept_in_some_images_and_lost_in_some(void **state)
{
    (void)state;
    make_file();
    take(POWER_WRITE, FD, 0, "old", 3);
    sync_of(FD, 0);
    take(POWER_WRITE, FD, 0, "new", 3);
    unsigned kept = beginning_with("new"), lost = beginning_with("old");
    assert_int_equal(kept + lost, DRAWS); /* one sector: never half */
    assert_in_range(kept, DRAWS / 5, DRAWS * 4 / 5);
}

static void a_sync_that_failed_or_has_not_returned_promises_nothing(void **state)
{
    (void)state;
    make_file();
    take(POWER_WRITE, FD, 0, "one", 3);
    sync_of(FD, -1);
    assert_in_range(beginning_with("one"), 1, DRAWS - 1);
    take(POWER_SYNC, FD, 0, NULL, 0);
    assert_in_range(beginning_with("one"), 1, DRAWS - 1);
    take(POWER_WRITE, FD, 0, "two", 3); /* while it is under way */
    take(POWER_SYNC_END, FD, 0, NULL, 0);
    assert_in_range(beginning_with("two"), 1, DRAWS - 1);
    assert_int_equal(beginning_with("two") + beginning_with("one"), DRAWS);
}

static void a_write_through_a_synchronous_descriptor_syncs_itself_alone(void **state)
{
    (void)state;
    char found[2048];
    unsigned other = 0;
    make_file();
    take(POWER_WRITE, FD, 1024, "other", 5);
    take(POWER_DSYNC, FD, 0, "meta", 4);
    assert_in_range(beginning_with("meta"), 1, DRAWS - 1);
    take(POWER_DSYNC_END, FD, 4, NULL, 0);
    assert_int_equal(beginning_with("meta"), DRAWS);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        other += content(found, sizeof found) == 1029 && memcmp(found + 1024, "other", 5) == 0;
    }
    assert_in_range(other, 1, DRAWS - 1);
}

static void a_write_of_many_sectors_tears_between_them_and_nowhere_else(void **state)
{
    (void)state;
    static char bytes[8 * 512], found[8 * 512];
    unsigned torn = 0;
    make_file();
    take(POWER_EXTEND, FD, sizeof bytes, NULL, 0);
    sync_of(FD, 0);
    memset(bytes, 'x', sizeof bytes);
    take(POWER_WRITE, FD, 0, bytes, sizeof bytes);
    for (uint64_t i = 0; i < DRAWS; i++) {
        unsigned there = 0;
        draw(i);
        assert_int_equal(content(found, sizeof found), sizeof found);
        for (size_t sector = 0; sector < 8; sector++) {
            const char *at = found + sector * 512;
            for (size_t j = 1; j < 512; j++) assert_int_equal(at[j], at[0]);
            assert_true(at[0] == 'x' || at[0] == 0);
            there += at[0] == 'x';
        }
        torn += there > 0 && there < 8;
    }
    assert_in_range(torn, DRAWS / 10, DRAWS);
}

static void a_later_write_of_one_sector_brings_the_earlier_with_it(void **state)
{
    (void)state;
    char found[64];
    make_file();
    take(POWER_WRITE, FD, 0, "a", 1);
    take(POWER_WRITE, FD, 1, "b", 1);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        if (content(found, sizeof found) == 2 && found[1] == 'b') assert_int_equal(found[0], 'a');
    }
}

static void sizes_are_lost_apart_from_bytes(void **state)
{
    (void)state;
    char found[64];
    unsigned zero = 0, gone = 0;
    make_file();
    take(POWER_WRITE, FD, 0, "abc", 3);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        long size = content(found, sizeof found);
        zero += size == 3 && found[0] == '\0';
        gone += size == 0;
        assert_true(size == 0 || size == 3);
    }
    assert_in_range(zero, 1, DRAWS);
    assert_in_range(gone, 1, DRAWS);
}

static void a_name_is_there_for_sure_only_when_its_folder_was_synced(void **state)
{
    (void)state;
    unsigned there = 0;
    path_open(FD, "/disk/f", O_RDWR | O_CREAT);
    take(POWER_WRITE, FD, 0, "abc", 3);
    sync_of(FD, 0); /* the file alone */
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        there += folder_has(file);
    }
    assert_in_range(there, 1, DRAWS - 1);
    path_open(FD + 1, "/disk", O_RDONLY | O_DIRECTORY);
    sync_of(FD + 1, 0);
    assert_int_equal(beginning_with("abc"), DRAWS);
}

static void a_rename_comes_whole_or_not(void **state)
{
    (void)state;
    static const char names[] = "/disk/f\0/disk/g";
    char other[3 * SCRATCH_PATH_BYTES];
    unsigned renamed = 0;
    snprintf(other, sizeof other, "%s/g", image);
    make_file();
    take(POWER_RENAME, -1, 0, names, sizeof names - 1);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        assert_int_equal(folder_has(file) + folder_has(other), 1);
        renamed += folder_has(other);
    }
    assert_in_range(renamed, 1, DRAWS - 1);
}

static void a_rename_into_another_folder_is_in_both_or_in_none(void **state)
{
    (void)state;
    static const char names[] = "/disk/f\0/disk/d/g", folder[] = "/disk/d";
    char other[3 * SCRATCH_PATH_BYTES];
    unsigned renamed = 0;
    snprintf(other, sizeof other, "%s/d/g", image);
    take(POWER_MAKE_FOLDER, -1, 0, folder, sizeof folder - 1);
    make_file();
    take(POWER_RENAME, -1, 0, names, sizeof names - 1);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        assert_int_equal(folder_has(file) + folder_has(other), 1);
        renamed += folder_has(other);
    }
    assert_in_range(renamed, 1, DRAWS - 1);
    path_open(FD + 2, folder, O_RDONLY | O_DIRECTORY);
    sync_of(FD + 2, 0);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draw(i);
        assert_true(folder_has(other) && !folder_has(file));
    }
}

static void the_same_seed_makes_the_same_image(void **state)
{
    (void)state;
    static char bytes[4096], first[8192], second[8192];
    make_file();
    memset(bytes, 'x', sizeof bytes);
    take(POWER_WRITE, FD, 100, bytes, sizeof bytes);
    take(POWER_WRITE, FD, 3000, bytes, sizeof bytes);
    for (uint64_t i = 0; i < DRAWS / 4; i++) {
        draw(i);
        long size = content(first, sizeof first);
        draw(i);
        assert_int_equal(content(second, sizeof second), size);
        assert_memory_equal(first, second, (size_t)size);
    }
}

static void what_cannot_be_followed_is_refused(void **state)
{
    (void)state;
    const char *why = NULL;
    struct power_entry entry = {.kind = POWER_WRITE, .process = 1, .thread = 1, .fd = 3};
    assert_false(power_disk_take(disk, &entry, NULL, &why));
    assert_non_null(why);
    entry = (struct power_entry){.kind = POWER_UNKNOWN};
    assert_false(power_disk_take(disk, &entry, NULL, &why));
    entry = (struct power_entry){.kind = POWER_SYNC_END};
    assert_false(power_disk_take(disk, &entry, NULL, &why));
    entry = (struct power_entry){.kind = 99};
    assert_false(power_disk_take(disk, &entry, NULL, &why));
}

#define ON_A_DISK(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_DISK(what_was_synced_is_in_every_image),
        ON_A_DISK(a_write_before_its_sync_is_kept_in_some_images_and_lost_in_some),
        ON_A_DISK(a_sync_that_failed_or_has_not_returned_promises_nothing),
        ON_A_DISK(a_write_through_a_synchronous_descriptor_syncs_itself_alone),
        ON_A_DISK(a_write_of_many_sectors_tears_between_them_and_nowhere_else),
        ON_A_DISK(a_later_write_of_one_sector_brings_the_earlier_with_it),
        ON_A_DISK(sizes_are_lost_apart_from_bytes),
        ON_A_DISK(a_name_is_there_for_sure_only_when_its_folder_was_synced),
        ON_A_DISK(a_rename_comes_whole_or_not),
        ON_A_DISK(a_rename_into_another_folder_is_in_both_or_in_none),
        ON_A_DISK(the_same_seed_makes_the_same_image),
        ON_A_DISK(what_cannot_be_followed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
