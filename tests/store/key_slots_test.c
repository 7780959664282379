/* Key slots and what is sealed under the keys in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/key_slots.h"
#include "store/seal.h"
#include "tests/store/scratch.h"

enum { CLOCK = 1000, MERCHANT = 4 };

static const uint8_t SEED[44] = "a data key of 32 bytes, random  a slot nonce";
static const uint8_t NONCE[SEAL_NONCE_BYTES] = "a nonce for sealing";
static const struct party ANNA = {PARTY_MEMBER, 5}, BERTA = {PARTY_MEMBER, 6},
                          GUIDE = {PARTY_GUIDE, 5};

static struct scratch scratch;
static struct store *store;
static struct batch *batch;

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    store = scratch_store(&scratch, false);
    batch = batch_new(store);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    batch_destroy(batch);
    store_close(store);
    scratch_remove(&scratch);
    return 0;
}

static void reopen(void)
{
    batch_destroy(batch);
    store_close(store);
    store = scratch_store(&scratch, false);
    batch = batch_new(store);
}

static void begin(uint32_t merchant)
{
    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, merchant), STORE_OK);
}

static void make_keys(void)
{
    begin(MERCHANT);
    seal_make_key(batch, ANNA, SEED);
    seal_make_key(batch, BERTA, SEED);
    seal_make_key(batch, GUIDE, SEED);
    assert_int_equal(batch_commit(batch), STORE_OK);
}

static void a_wrapped_key_opens_for_its_own_party_only(void **state)
{
    (void)state;
    struct key_slots *slots = store_key_slots(store);
    uint8_t slot[KEY_SLOT_BYTES], key[DATA_KEY_BYTES], zero[KEY_SLOT_BYTES] = {0};
    key_slots_wrap(slots, MERCHANT, ANNA, 1, SEED + DATA_KEY_BYTES, SEED, slot);
    assert_int_equal(key_slots_unwrap(slots, MERCHANT, ANNA, slot, key), STORE_OK);
    assert_memory_equal(key, SEED, sizeof key);
    assert_int_equal(key_slots_unwrap(slots, MERCHANT, BERTA, slot, key), STORE_DAMAGED);
    assert_int_equal(key_slots_unwrap(slots, MERCHANT, GUIDE, slot, key), STORE_DAMAGED);
    assert_int_equal(key_slots_unwrap(slots, MERCHANT + 1, ANNA, slot, key), STORE_DAMAGED);
    assert_int_equal(key_slots_unwrap(slots, MERCHANT, ANNA, zero, key), STORE_ABSENT);
    for (size_t i = 0; i < sizeof slot; i++) { /* nonce, key, tag, generation alike */
        slot[i] ^= 1;
        assert_int_equal(key_slots_unwrap(slots, MERCHANT, ANNA, slot, key), STORE_DAMAGED);
        slot[i] ^= 1;
    }
}

static void slots_stand_at_their_number_and_survive_reopening(void **state)
{
    (void)state;
    struct key_slots *slots = store_key_slots(store);
    uint8_t slot[KEY_SLOT_BYTES], read[KEY_SLOT_BYTES];
    memset(slot, 0x77, sizeof slot);
    assert_int_equal(key_slots_read(slots, MERCHANT, ANNA, read), STORE_ABSENT);
    assert_int_equal(key_slots_write(slots, MERCHANT, ANNA, slot), STORE_OK);
    assert_int_equal(key_slots_sync(slots), STORE_OK);
    assert_int_equal(key_slots_read(slots, MERCHANT, BERTA, read), STORE_ABSENT); /* beyond */
    assert_int_equal(key_slots_read(slots, MERCHANT, (struct party){PARTY_MEMBER, 4}, read),
                     STORE_ABSENT); /* a hole */
    assert_int_equal(key_slots_read(slots, MERCHANT, GUIDE, read), STORE_ABSENT);
    reopen();
    assert_int_equal(key_slots_read(store_key_slots(store), MERCHANT, ANNA, read), STORE_OK);
    assert_memory_equal(read, slot, sizeof slot);

    char path[2 * SCRATCH_PATH_BYTES];
    int fd = open(scratch_path(&scratch, "data/keys/4.members", path), O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, read, sizeof read, 5 * KEY_SLOT_BYTES), sizeof read);
    assert_memory_equal(read, slot, sizeof slot);
    close(fd);
}

static void more_merchants_than_open_files_are_served(void **state)
{
    (void)state;
    enum { MERCHANTS = 100, PER_SYNC = 16 };
    struct key_slots *slots = store_key_slots(store);
    uint8_t slot[KEY_SLOT_BYTES], read[KEY_SLOT_BYTES];
    for (uint32_t merchant = 1; merchant <= MERCHANTS; merchant++) {
        memset(slot, (int)merchant, sizeof slot);
        assert_int_equal(key_slots_write(slots, merchant, ANNA, slot), STORE_OK);
        if (merchant % PER_SYNC == 0) {
            assert_int_equal(key_slots_sync(slots), STORE_OK);
        }
    }
    for (uint32_t merchant = 1; merchant <= MERCHANTS; merchant++) {
        assert_int_equal(key_slots_read(slots, merchant, ANNA, read), STORE_OK);
        assert_int_equal(read[63], merchant);
    }
}

static void unseal_returns_what_was_sealed(void **state)
{
    (void)state;
    uint8_t sealed[128], plain[128];
    size_t sealed_size, size;
    struct bytes text = scratch_bytes("+8613800138000");
    begin(MERCHANT);
    seal_make_key(batch, ANNA, SEED);
    /* With the key only staged yet, as at a registration. */
    assert_int_equal(seal(batch, ANNA, text, NONCE, sealed, &sealed_size), STORE_OK);
    assert_int_equal(sealed_size, text.size + SEAL_OVERHEAD_BYTES);
    assert_int_equal(unseal(&batch->reader, batch, ANNA, (struct bytes){sealed, sealed_size},
                            plain, &size), STORE_OK);
    assert_int_equal(batch_commit(batch), STORE_OK);
    reopen();
    struct reader reader;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = MERCHANT;
    memset(plain, 0, sizeof plain);
    assert_int_equal(unseal(&reader, NULL, ANNA, (struct bytes){sealed, sealed_size}, plain,
                            &size), STORE_OK);
    assert_int_equal(size, text.size);
    assert_memory_equal(plain, text.data, size);
    reader_close(&reader);
}

static void a_sealed_record_opens_nowhere_else_and_not_when_changed(void **state)
{
    (void)state;
    uint8_t sealed[128], plain[128];
    size_t sealed_size, size;
    make_keys(); /* all three have the same data key here: only the additional data differs */
    begin(MERCHANT);
    assert_int_equal(seal(batch, ANNA, scratch_bytes("x"), NONCE, sealed, &sealed_size),
                     STORE_OK);
    struct bytes all = {sealed, sealed_size};
    assert_int_equal(unseal(&batch->reader, batch, ANNA, all, plain, &size), STORE_OK);
    assert_int_equal(unseal(&batch->reader, batch, BERTA, all, plain, &size), STORE_DAMAGED);
    assert_int_equal(unseal(&batch->reader, batch, GUIDE, all, plain, &size), STORE_DAMAGED);
    for (size_t i = 0; i < sealed_size; i++) {
        sealed[i] ^= 0x80;
        assert_int_equal(unseal(&batch->reader, batch, ANNA, all, plain, &size), STORE_DAMAGED);
        sealed[i] ^= 0x80;
    }
    for (size_t i = 0; i < sealed_size; i++) {
        assert_int_equal(unseal(&batch->reader, batch, ANNA, (struct bytes){sealed, i}, plain,
                                &size), STORE_DAMAGED);
    }
    batch_abandon(batch);
}

static void after_erasure_nothing_opens_and_nothing_is_sealed(void **state)
{
    (void)state;
    uint8_t sealed[128], plain[128], zero[KEY_SLOT_BYTES] = {0};
    size_t sealed_size, size;
    make_keys();
    begin(MERCHANT);
    assert_int_equal(seal(batch, ANNA, scratch_bytes("x"), NONCE, sealed, &sealed_size),
                     STORE_OK);
    batch_put_key_slot(batch, ANNA, zero);
    assert_int_equal(batch_commit(batch), STORE_OK);
    begin(MERCHANT);
    assert_int_equal(unseal(&batch->reader, batch, ANNA, (struct bytes){sealed, sealed_size},
                            plain, &size), STORE_ABSENT);
    assert_int_equal(seal(batch, ANNA, scratch_bytes("y"), NONCE, sealed, &sealed_size),
                     STORE_ABSENT);
    assert_int_equal(seal(batch, BERTA, scratch_bytes("y"), NONCE, sealed, &sealed_size),
                     STORE_OK);
    batch_abandon(batch);
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(a_wrapped_key_opens_for_its_own_party_only),
        IN_STORE(slots_stand_at_their_number_and_survive_reopening),
        IN_STORE(more_merchants_than_open_files_are_served),
        IN_STORE(unseal_returns_what_was_sealed),
        IN_STORE(a_sealed_record_opens_nowhere_else_and_not_when_changed),
        IN_STORE(after_erasure_nothing_opens_and_nothing_is_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
