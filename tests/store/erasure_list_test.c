/* The erasure list, and how a batch destroys keys: in which order, and what a crash may leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/erasure_list.h"
#include "store/erasures.h"
#include "store/key_slots.h"
#include "store/seal.h"
#include "tests/store/scratch.h"

enum { CLOCK = 1000, MERCHANT = 4, MARKS_MAX = 200 };

static const uint8_t ID[STORE_ID_BYTES] = "a store's own id";
static const struct party ANNA = {PARTY_MEMBER, 5}, KURT = {PARTY_GUIDE, 7};

static struct scratch scratch;
static char path[2 * SCRATCH_PATH_BYTES];
static struct erasure_list *list;

static struct erasure_mark marks[MARKS_MAX];
static size_t mark_count;

static enum store_result take(void *context, const struct erasure_mark *mark)
{
    (void)context;
    assert_true(mark_count < MARKS_MAX);
    marks[mark_count++] = *mark;
    return STORE_OK;
}

static void walk(enum store_result expected)
{
    mark_count = 0;
    assert_int_equal(erasure_list_walk(list, take, NULL), expected);
}

static void reopen(enum store_result expected)
{
    erasure_list_close(list);
    list = NULL;
    assert_int_equal(erasure_list_open(path, ID, &list), expected);
}

static void append_text(const char *text)
{
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    (void)scratch_path(&scratch, "erasures", path);
    list = NULL;
    reopen(STORE_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    erasure_list_close(list);
    scratch_remove(&scratch);
    return 0;
}

static bool same(const struct erasure_mark *a, const struct erasure_mark *b)
{
    return a->merchant == b->merchant && a->party.kind == b->party.kind &&
           a->party.number == b->party.number && a->born_at == b->born_at &&
           a->erased_at == b->erased_at;
}

/* ---- the file -------------------------------------------------------------------------------- */

static void what_is_appended_is_there_after_reopening(void **state)
{
    (void)state;
    struct erasure_mark put[MARKS_MAX];
    for (uint32_t i = 0; i < MARKS_MAX; i++)
        put[i] = (struct erasure_mark){UINT32_MAX - i, {i % 2 ? PARTY_GUIDE : PARTY_MEMBER, i + 1},
                                       UINT64_MAX / 2 - i, 1 + i};
    assert_int_equal(erasure_list_reserve(list, MARKS_MAX), STORE_OK);
    assert_int_equal(erasure_list_append(list, put, 1), STORE_OK);
    assert_int_equal(erasure_list_append(list, put + 1, MARKS_MAX - 1), STORE_OK);
    walk(STORE_OK);
    assert_int_equal(mark_count, MARKS_MAX);
    reopen(STORE_OK);
    walk(STORE_OK);
    assert_int_equal(mark_count, MARKS_MAX);
    for (size_t i = 0; i < MARKS_MAX; i++) assert_true(same(&put[i], &marks[i]));
}

static void a_line_cut_short_is_dropped_and_the_next_takes_its_place(void **state)
{
    (void)state;
    struct erasure_mark first = {1, ANNA, 10, 20}, second = {2, KURT, 30, 40};
    static const char *const torn[] = {"1", "1 member", "1 member 5 10 2"};
    assert_int_equal(erasure_list_append(list, &first, 1), STORE_OK);
    for (size_t i = 0; i < sizeof torn / sizeof torn[0]; i++) {
        append_text(torn[i]);
        reopen(STORE_OK);
        walk(STORE_OK);
        assert_int_equal(mark_count, 1);
    }
    assert_int_equal(truncate(path, 4096), 0); /* zeros that a file system left behind */
    reopen(STORE_OK);
    assert_int_equal(erasure_list_append(list, &second, 1), STORE_OK);
    reopen(STORE_OK);
    walk(STORE_OK);
    assert_int_equal(mark_count, 2);
    assert_true(same(&marks[0], &first) && same(&marks[1], &second));
}

static void what_is_no_line_is_damage(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\n", "1 member 5 10\n", "1 member 5 10 20 30\n", "1 shop 5 10 20\n", "0 member 5 10 20\n",
        "1 member 0 10 20\n", "1 member 4294967296 10 20\n", "-1 member 5 10 20\n",
        "1 member 5 10 18446744073709551616\n", "1  member 5 10 20\n", "x\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(unlink(path), 0);
        reopen(STORE_OK);
        append_text(lines[i]);
        reopen(STORE_OK);
        walk(STORE_DAMAGED);
    }
}

static void another_stores_list_is_refused(void **state)
{
    (void)state;
    static const uint8_t other[STORE_ID_BYTES] = "some other store";
    struct erasure_list *found = NULL;
    assert_int_equal(erasure_list_open(path, other, &found), STORE_DAMAGED);
    assert_null(found);
    assert_int_equal(truncate(path, 10), 0);
    reopen(STORE_DAMAGED);
}

/* ---- the batch ------------------------------------------------------------------------------- */

static void a_key_is_destroyed_with_its_commit_and_not_without(void **state)
{
    (void)state;
    static const uint8_t seed[44] = "a data key of 32 bytes, random  a slot nonce";
    struct store *store = scratch_store(&scratch, false);
    struct batch *batch = batch_new(store);
    struct key_slots *slots = store_key_slots(store);
    struct erasure erasure = {.party = ANNA, .erased_at = 77, .born_at = 66,
                              .reason = ERASURE_REQUEST}, read;
    uint8_t slot[KEY_SLOT_BYTES];
    uint32_t number;
    size_t count;

    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, MERCHANT), STORE_OK);
    seal_make_key(batch, ANNA, seed);
    assert_int_equal(batch_commit(batch), STORE_OK);

    for (int run = 0; run < 2; run++) {
        assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
        assert_int_equal(batch_command_begin(batch, MERCHANT), STORE_OK);
        erasures_put(batch, &erasure);
        batch_destroy_key_slot(batch, ANNA, 66, 77);
        assert_non_null(batch_staged_key_slot(batch, ANNA));
        if (run == 0) {
            batch_abandon(batch);
            assert_int_equal(key_slots_read(slots, MERCHANT, ANNA, slot), STORE_OK);
            continue;
        }
        assert_int_equal(batch_commit(batch), STORE_OK);
    }
    assert_int_equal(key_slots_read(slots, MERCHANT, ANNA, slot), STORE_ABSENT);
    mark_count = 0;
    assert_int_equal(erasure_list_walk(store_erasure_list(store), take, NULL), STORE_OK);
    assert_int_equal(mark_count, 1);
    assert_true(same(&marks[0], &(struct erasure_mark){MERCHANT, ANNA, 66, 77}));

    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, MERCHANT), STORE_OK);
    assert_int_equal(erasures_get(&batch->reader, ANNA, &read), STORE_OK);
    assert_int_equal(read.born_at, 66);
    assert_int_equal(erasures_list(&batch->reader, true, PARTY_MEMBER, 0, &number, 1, &count),
                     STORE_OK);
    assert_int_equal(count, 1);
    read.finished_at = 99;
    read.token = 3;
    read.points = -5;
    read.cash_minor = INT64_MAX;
    read.code = (struct code_value){12345};
    erasures_put(batch, &read);
    assert_int_equal(erasures_get(&batch->reader, ANNA, &erasure), STORE_OK);
    assert_memory_equal(&erasure, &read, sizeof read);
    assert_int_equal(erasures_list(&batch->reader, true, PARTY_MEMBER, 0, &number, 1, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
    batch_abandon(batch);
    batch_destroy(batch);
    store_close(store);
}

int main(void)
{
#define WITH_LIST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_LIST(what_is_appended_is_there_after_reopening),
        WITH_LIST(a_line_cut_short_is_dropped_and_the_next_takes_its_place),
        WITH_LIST(what_is_no_line_is_damage),
        WITH_LIST(another_stores_list_is_refused),
        WITH_LIST(a_key_is_destroyed_with_its_commit_and_not_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
