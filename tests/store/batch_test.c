/* The batch and its reader: a model of plain arrays, fences, key slots, refetching. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/encode.h"
#include "store/key.h"
#include "store/key_slots.h"
#include "store/store.h"
#include "tests/store/kv_needy.h"
#include "tests/store/scratch.h"

static struct scratch scratch;
static struct store *store;
static struct batch *batch;
static bool needy;

enum { CLOCK = 1000000 };

static int setup_on(bool on_needy)
{
    needy = on_needy;
    scratch = scratch_make();
    store = scratch_store(&scratch, needy);
    batch = batch_new(store);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return setup_on(false);
}

static int setup_needy(void **state)
{
    (void)state;
    return setup_on(true);
}

static int teardown(void **state)
{
    (void)state;
    batch_destroy(batch);
    store_close(store);
    scratch_remove(&scratch);
    return 0;
}

static void begin(uint32_t merchant, uint64_t clock_ms)
{
    assert_int_equal(batch_begin(batch, clock_ms), STORE_OK);
    assert_int_equal(batch_command_begin(batch, merchant), STORE_OK);
}

static struct key record_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_SHOP);
    key_u32(&key, number);
    return key;
}

static void put_text(uint32_t merchant, uint32_t number, const char *text)
{
    struct key key = record_key(merchant, number);
    batch_put(batch, key_view(&key), scratch_bytes(text));
}

/* What a new snapshot sees; "" for an absent record. */
static void assert_stored(uint32_t merchant, uint32_t number, const char *text)
{
    struct reader reader;
    struct key key = record_key(merchant, number);
    struct bytes value;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = merchant;
    enum store_result result = reader_get(&reader, key_view(&key), &value);
    if (text[0] == '\0') {
        assert_int_equal(result, STORE_ABSENT);
    } else {
        assert_int_equal(result, STORE_OK);
        assert_int_equal(value.size, strlen(text));
        assert_memory_equal(value.data, text, value.size);
    }
    reader_close(&reader);
}

static struct fence stored_fence(uint32_t merchant)
{
    struct fence fence = {0};
    struct reader reader;
    struct key key = key_begin(merchant, TABLE_FENCE);
    struct bytes value;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = merchant;
    if (reader_get(&reader, key_view(&key), &value) == STORE_OK) {
        assert_int_equal(fence_decode(value, &fence), STORE_OK);
    }
    reader_close(&reader);
    return fence;
}

static void a_get_sees_the_batch_before_the_commit_and_others_after_it(void **state)
{
    (void)state;
    begin(1, CLOCK);
    put_text(1, 7, "seven");
    struct key key = record_key(1, 7);
    struct bytes value;
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_OK);
    assert_memory_equal(value.data, "seven", 5);
    assert_stored(1, 7, "");
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_stored(1, 7, "seven");
    begin(1, CLOCK);
    batch_delete(batch, key_view(&key));
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_ABSENT);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_stored(1, 7, "");
}

static void an_abandoned_batch_leaves_nothing(void **state)
{
    (void)state;
    begin(1, CLOCK);
    put_text(1, 7, "seven");
    batch_abandon(batch);
    assert_stored(1, 7, "");
    begin(1, CLOCK);
    assert_int_equal(batch_put_count(batch), 0);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_stored(1, 7, "");
}

static void a_commit_bumps_the_fence_of_each_merchant_it_touched(void **state)
{
    (void)state;
    begin(1, CLOCK);
    put_text(1, 1, "a");
    assert_int_equal(batch_command_begin(batch, 2), STORE_OK);
    put_text(2, 1, "b");
    assert_int_equal(batch_command_begin(batch, 3), STORE_OK); /* refused: puts nothing */
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(1).commit, 1);
    assert_int_equal(stored_fence(2).commit, 1);
    assert_int_equal(stored_fence(3).commit, 0);

    begin(2, CLOCK); /* read only, but it has a fence */
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    put_text(1, 2, "c");
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(1).commit, 2);
    assert_int_equal(stored_fence(2).commit, 2);
}

static void an_empty_batch_commits_nothing(void **state)
{
    (void)state;
    begin(1, CLOCK);
    put_text(1, 1, "a");
    assert_int_equal(batch_commit(batch), STORE_OK);
    begin(1, CLOCK);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(1).commit, 1);
}

static void merchant_0_has_a_fence_too(void **state)
{
    (void)state;
    assert_int_equal(stored_fence(0).commit, 1); /* the store's own record */
    begin(0, CLOCK);
    put_text(0, 1, "zero");
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(0).commit, 2);
}

static void recorded_at_never_goes_back(void **state)
{
    (void)state;
    begin(1, CLOCK);
    assert_int_equal(batch_recorded_at(batch), CLOCK);
    put_text(1, 1, "a");
    assert_int_equal(batch_commit(batch), STORE_OK);
    begin(1, CLOCK - 5000);
    assert_int_equal(batch_recorded_at(batch), CLOCK);
    put_text(1, 1, "b");
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(1).time, CLOCK);
    begin(2, CLOCK - 5000); /* another merchant's ledger has its own time */
    assert_int_equal(batch_recorded_at(batch), CLOCK - 5000);
    batch_abandon(batch);
}

static void a_fence_the_commands_moved_on_is_stored(void **state)
{
    (void)state;
    begin(1, CLOCK);
    batch_fence(batch)->entry = 42;
    memset(batch_fence(batch)->head, 0xab, HASH_BYTES);
    put_text(1, 1, "a");
    assert_int_equal(batch_command_begin(batch, 2), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    assert_int_equal(batch_fence(batch)->entry, 42); /* the next command sees it */
    assert_int_equal(batch_commit(batch), STORE_OK);
    struct fence fence = stored_fence(1);
    assert_int_equal(fence.entry, 42);
    assert_int_equal(fence.head[31], 0xab);
}

static void a_fence_that_somebody_moved_is_a_conflict(void **state)
{
    (void)state;
    struct batch *other = batch_new(store);
    begin(1, CLOCK);
    put_text(1, 1, "mine");
    assert_int_equal(batch_begin(other, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(other, 1), STORE_OK);
    struct key key = record_key(1, 2);
    batch_put(other, key_view(&key), scratch_bytes("theirs"));
    assert_int_equal(batch_commit(other), STORE_OK);
    assert_int_equal(batch_commit(batch), STORE_CONFLICT);
    assert_stored(1, 1, "");
    begin(1, CLOCK); /* and run again */
    put_text(1, 1, "mine");
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_stored(1, 1, "mine");
    assert_int_equal(stored_fence(1).commit, 2);
    batch_destroy(other);
}

static void a_fence_of_another_epoch_stops_the_writer(void **state)
{
    (void)state;
    begin(1, CLOCK);
    put_text(1, 1, "mine");
    uint8_t encoded[RECORD_BYTES_MAX];
    struct fence fence = {.epoch = 9, .commit = 0};
    struct key key = key_begin(1, TABLE_FENCE);
    struct kv_write write = {key_view(&key), {encoded, fence_encode(&fence, encoded)}};
    assert_int_equal(kv_commit(store_kv(store), &write, 1, NULL, 0), STORE_OK);
    assert_int_equal(batch_commit(batch), STORE_FENCED);
    assert_stored(1, 1, "");
}

static void a_record_of_no_bytes_is_a_record(void **state)
{
    (void)state;
    begin(1, CLOCK);
    struct key key = record_key(1, 5);
    batch_put(batch, key_view(&key), (struct bytes){0});
    struct bytes value;
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_OK);
    assert_int_equal(batch_commit(batch), STORE_OK);
    begin(1, CLOCK);
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_OK);
    assert_int_equal(value.size, 0);
    batch_abandon(batch);
}

static void a_staged_key_slot_is_in_its_file_after_the_commit(void **state)
{
    (void)state;
    struct party member = {PARTY_MEMBER, 12}, other = {PARTY_MEMBER, 13};
    uint8_t slot[KEY_SLOT_BYTES], read[KEY_SLOT_BYTES];
    memset(slot, 0x5a, sizeof slot);
    begin(1, CLOCK);
    put_text(1, 12, "member");
    batch_put_key_slot(batch, member, slot);
    assert_int_equal(batch_put_count(batch), 2);
    assert_memory_equal(batch_staged_key_slot(batch, member), slot, sizeof slot);
    assert_null(batch_staged_key_slot(batch, other));
    assert_int_equal(batch_command_begin(batch, 2), STORE_OK);
    assert_null(batch_staged_key_slot(batch, member)); /* merchant 2's member 12 is another */
    assert_int_equal(key_slots_read(store_key_slots(store), 1, member, read), STORE_ABSENT);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(key_slots_read(store_key_slots(store), 1, member, read), STORE_OK);
    assert_memory_equal(read, slot, sizeof slot);
    assert_int_equal(key_slots_read(store_key_slots(store), 2, member, read), STORE_ABSENT);
}

static void a_full_batch_says_so_before_a_command_runs(void **state)
{
    (void)state;
    static uint8_t large[32 * 1024];
    begin(1, CLOCK);
    uint32_t number = 0;
    while (batch_has_room(batch, 1)) {
        for (int i = 0; i < 3; i++) { /* less than a command may put */
            struct key key = record_key(1, number++);
            batch_put(batch, key_view(&key), (struct bytes){large, sizeof large});
        }
        assert_in_range(number, 1, 100);
    }
    assert_in_range(number * sizeof large, BATCH_WRITE_BYTES_MAX - 4 * sizeof large,
                    BATCH_WRITE_BYTES_MAX + 4 * sizeof large);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_true(stored_fence(1).commit == 1);
}

static void a_batch_holds_so_many_merchants_and_no_more(void **state)
{
    (void)state;
    begin(1, CLOCK);
    for (uint32_t merchant = 1; merchant <= BATCH_MERCHANT_MAX; merchant++) {
        assert_true(batch_has_room(batch, merchant));
        assert_int_equal(batch_command_begin(batch, merchant), STORE_OK);
        put_text(merchant, 1, "x");
    }
    assert_true(batch_has_room(batch, 3));
    assert_false(batch_has_room(batch, BATCH_MERCHANT_MAX + 1));
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(BATCH_MERCHANT_MAX).commit, 1);
}

static void on_a_needy_engine_a_batch_refetches_and_runs_again(void **state)
{
    (void)state;
    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 1), STORE_NEED);
    size_t fetches = kv_needy_fetch_count();
    assert_int_equal(batch_refetch(batch), STORE_OK);
    assert_int_equal(kv_needy_fetch_count(), fetches + 1);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    batch_fence(batch)->entry = 5;
    put_text(1, 1, "dropped");
    struct key key = record_key(1, 2);
    struct bytes value;
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_NEED);
    struct reader_scan scan;
    struct key from = key_begin(1, TABLE_SHOP), to = key_after(&from);
    assert_int_equal(reader_scan_open(&batch->reader, key_view(&from), key_view(&to), false,
                                      &scan), STORE_NEED);
    reader_scan_close(&scan);
    assert_int_equal(batch_refetch(batch), STORE_OK);
    assert_int_equal(batch_put_count(batch), 0);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    assert_int_equal(batch_fence(batch)->entry, 0); /* the first run's fence is gone */
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_ABSENT);
    assert_int_equal(reader_scan_open(&batch->reader, key_view(&from), key_view(&to), false,
                                      &scan), STORE_OK);
    struct bytes found;
    assert_int_equal(reader_scan_next(&scan, &found, &value), STORE_ABSENT);
    reader_scan_close(&scan);
    put_text(1, 1, "kept");
    assert_int_equal(batch_commit(batch), STORE_OK);
}

static void a_batch_over_another_goes_on_from_its_fence_and_time(void **state)
{
    (void)state;
    struct batch *over = batch_new(store);
    begin(1, CLOCK + 50);
    put_text(1, 1, "below");
    batch_fence(batch)->entry = 7;
    assert_true(batch_close(batch));
    assert_int_equal(batch_begin_over(over, batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(over, 1), STORE_OK);
    assert_int_equal(batch_fence(over)->entry, 7);
    assert_int_equal(batch_recorded_at(over), CLOCK + 50);
    struct key key = record_key(1, 1);
    assert_true(reader_is_uncommitted(&over->reader, key_view(&key)));
    batch_delete(over, key_view(&key));
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(stored_fence(1).commit, 1);
    assert_stored(1, 1, "below");
    assert_int_equal(batch_commit(over), STORE_OK);
    assert_int_equal(stored_fence(1).commit, 2);
    assert_int_equal(stored_fence(1).entry, 7);
    assert_stored(1, 1, "");
    batch_destroy(over);
}

static void a_batch_over_one_that_never_happened_is_a_conflict(void **state)
{
    (void)state;
    struct batch *over = batch_new(store);
    begin(1, CLOCK);
    put_text(1, 1, "below");
    assert_true(batch_close(batch));
    assert_int_equal(batch_begin_over(over, batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(over, 1), STORE_OK);
    struct key key = record_key(1, 2);
    batch_put(over, key_view(&key), (struct bytes){(const uint8_t *)"over", 4});
    batch_abandon(batch);
    assert_int_equal(batch_commit(over), STORE_CONFLICT);
    assert_stored(1, 2, "");
    batch_destroy(over);
}

/* Slots are read from their files, which have them only then. */
static void no_batch_runs_over_one_with_key_slots(void **state)
{
    (void)state;
    static const uint8_t slot[KEY_SLOT_BYTES];
    begin(1, CLOCK);
    put_text(1, 12, "member");
    batch_put_key_slot(batch, (struct party){PARTY_MEMBER, 12}, slot);
    assert_false(batch_close(batch));
    assert_int_equal(batch_commit(batch), STORE_OK);
    begin(1, CLOCK);
    assert_true(batch_rewrap(batch, 1, PARTY_MEMBER, 12, 1, 1));
    assert_false(batch_close(batch));
    batch_abandon(batch);
}

int main(void)
{
#define ON_LMDB(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_LMDB(a_get_sees_the_batch_before_the_commit_and_others_after_it),
        ON_LMDB(an_abandoned_batch_leaves_nothing),
        ON_LMDB(a_commit_bumps_the_fence_of_each_merchant_it_touched),
        ON_LMDB(an_empty_batch_commits_nothing),
        ON_LMDB(merchant_0_has_a_fence_too),
        ON_LMDB(recorded_at_never_goes_back),
        ON_LMDB(a_fence_the_commands_moved_on_is_stored),
        ON_LMDB(a_fence_that_somebody_moved_is_a_conflict),
        ON_LMDB(a_fence_of_another_epoch_stops_the_writer),
        ON_LMDB(a_record_of_no_bytes_is_a_record),
        ON_LMDB(a_staged_key_slot_is_in_its_file_after_the_commit),
        ON_LMDB(a_batch_over_another_goes_on_from_its_fence_and_time),
        ON_LMDB(a_batch_over_one_that_never_happened_is_a_conflict),
        ON_LMDB(no_batch_runs_over_one_with_key_slots),
        ON_LMDB(a_full_batch_says_so_before_a_command_runs),
        ON_LMDB(a_batch_holds_so_many_merchants_and_no_more),
        cmocka_unit_test_setup_teardown(on_a_needy_engine_a_batch_refetches_and_runs_again,
                                        setup_needy, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
