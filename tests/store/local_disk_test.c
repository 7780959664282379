/* Which file systems a store is refused on. The linker puts our statfs before the system's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <sys/statfs.h>

#include <cmocka.h>

#include "store/local_disk.h"
#include "store/store.h"
#include "tests/store/scratch.h"

static long told_type;         /* 0: the system's own answer */
static const char *told_of;    /* a path that ends so; NULL: every path */
static struct scratch scratch;

int __real_statfs(const char *path, struct statfs *found);
int __wrap_statfs(const char *path, struct statfs *found);

int __wrap_statfs(const char *path, struct statfs *found)
{
    int code = __real_statfs(path, found);
    size_t size = strlen(path), end = told_of != NULL ? strlen(told_of) : 0;
    if (code == 0 && told_type != 0 &&
        (told_of == NULL || (size >= end && strcmp(path + size - end, told_of) == 0))) {
        found->f_type = told_type;
    }
    return code;
}

static int setup(void **state)
{
    (void)state;
    told_type = 0;
    told_of = NULL;
    scratch = scratch_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    told_type = 0;
    scratch_remove(&scratch);
    return 0;
}

static void file_systems_of_the_network_are_known_by_name(void **state)
{
    (void)state;
    static const struct { long type; const char *kind; } rows[] = {
        {0x6969, "NFS"},     {0x517b, "SMB"},     {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"},
        {0x00c36400, "Ceph"}, {0x01021997, "9P"}, {0x5346414f, "AFS"},  {0x73757245, "Coda"},
        {0x65735546, "FUSE"}, /* the scratch folder is none of the local ones */
        {(int)0xff534d42, "CIFS"}, /* as a signed word of 32 bits it is below zero */
        {0xef53, NULL}, {0x01021994, NULL}, {0x9123683e, NULL}, {0x58465342, NULL},
        {0x2fc12fc1, NULL}, {0x794c7630, NULL}, {0xf2f52010, NULL}, {0x12345678, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *kind = NULL;
        told_type = rows[i].type;
        assert_int_equal(local_disk_holds(scratch.path, &kind), rows[i].kind == NULL);
        if (rows[i].kind != NULL) {
            assert_string_equal(kind, rows[i].kind);
        }
    }
}

static void what_is_not_there_is_left_to_whoever_opens_it(void **state)
{
    (void)state;
    const char *kind = NULL;
    told_type = 0x6969;
    assert_true(local_disk_holds("/nowhere/at/all", &kind));
    assert_null(kind);
}

static enum store_result open_store(char message[STORE_MESSAGE_BYTES])
{
    struct store_options options = {.path = scratch.path, .reader_max = 4};
    struct store *store;
    bool created;
    enum store_result result = store_open(&options, &store, &created, message);
    if (result == STORE_OK) {
        store_close(store);
    }
    return result;
}

static void a_store_is_neither_made_nor_opened_there(void **state)
{
    (void)state;
    char message[STORE_MESSAGE_BYTES];
    told_type = 0x6969;
    assert_int_equal(open_store(message), STORE_FAULT);
    assert_non_null(strstr(message, "network (NFS)"));
    assert_non_null(strstr(message, "choose a folder on a disk of this machine."));
    told_type = 0;
    assert_int_equal(open_store(message), STORE_OK);
    static const char *const parts[] = {"/store", "/keys", "/erasures"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        told_type = 0xfe534d42;
        told_of = parts[i];
        assert_int_equal(open_store(message), STORE_FAULT);
        assert_non_null(strstr(message, parts[i]));
        assert_non_null(strstr(message, "network (SMB2)"));
    }
    told_type = 0;
    assert_int_equal(open_store(message), STORE_OK); /* refusing left it alone */
}

static void nothing_is_restored_there(void **state)
{
    (void)state;
    char message[STORE_MESSAGE_BYTES];
    struct store_brought brought = {0};
    bool list_made;
    told_type = 0x00c36400;
    assert_int_equal(store_restore("/no/backup", scratch.path, &brought, &list_made, message),
                     STORE_FAULT);
    assert_non_null(strstr(message, "network (Ceph)"));
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(file_systems_of_the_network_are_known_by_name),
        IN_FOLDER(what_is_not_there_is_left_to_whoever_opens_it),
        IN_FOLDER(a_store_is_neither_made_nor_opened_there),
        IN_FOLDER(nothing_is_restored_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
