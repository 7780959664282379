/* verify proves that everybody's key opens, and that whoever has a profile has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/key.h"
#include "store/key_rotation.h"
#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/seal.h"
#include "store/table.h"

static const uint8_t SEED[44] = "a data key of 32 bytes, random  a slot nonce";
static const struct party anna = {PARTY_MEMBER, 1}, berta = {PARTY_MEMBER, 2},
                          guide = {PARTY_GUIDE, 1}, run = {PARTY_RUN, 5};

static void make_sound(struct batch *batch)
{
    seal_make_key(batch, anna, SEED);
    seal_make_key(batch, berta, SEED);
    seal_make_key(batch, guide, SEED);
    seal_make_key(batch, run, SEED);
}

static void change_slot(struct batch *batch, struct party party, size_t at, uint8_t mask)
{
    uint8_t slot[KEY_SLOT_BYTES];
    struct key_slots *slots = store_key_slots(batch->reader.store);
    assert_int_equal(key_slots_read(slots, SCENARIO_MERCHANT, party, slot), STORE_OK);
    slot[at] ^= mask;
    assert_int_equal(key_slots_write(slots, SCENARIO_MERCHANT, party, slot), STORE_OK);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

static void a_key_is_torn(struct batch *batch)
{
    uint8_t slot[KEY_SLOT_BYTES];
    struct key_slots *slots = store_key_slots(batch->reader.store);
    assert_int_equal(key_slots_read(slots, SCENARIO_MERCHANT, berta, slot), STORE_OK);
    memset(slot, 0, KEY_SLOT_BYTES / 2);
    assert_int_equal(key_slots_write(slots, SCENARIO_MERCHANT, berta, slot), STORE_OK);
}

static void a_guides_key_is_changed(struct batch *batch)
{
    change_slot(batch, guide, 20, 1);
}

static void a_runs_key_names_a_key_there_is_not(struct batch *batch)
{
    change_slot(batch, run, KEY_SLOT_BYTES - 1, 6);
}

static void a_key_is_somebody_elses(struct batch *batch)
{
    uint8_t slot[KEY_SLOT_BYTES];
    struct key_slots *slots = store_key_slots(batch->reader.store);
    assert_int_equal(key_slots_read(slots, SCENARIO_MERCHANT, anna, slot), STORE_OK);
    assert_int_equal(key_slots_write(slots, SCENARIO_MERCHANT, berta, slot), STORE_OK);
}

static void a_profile_has_no_key(struct batch *batch)
{
    static const uint8_t zeros[KEY_SLOT_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_PROFILE);
    key_party(&key, anna);
    table_put(batch, &key, "sealed", 6);
    assert_int_equal(key_slots_write(store_key_slots(batch->reader.store), SCENARIO_MERCHANT, anna,
                                     zeros), STORE_OK);
}

static void rotation_put(struct batch *batch, uint64_t finished_at)
{
    static const uint8_t key[WRAPPING_KEY_BYTES] = "a wrapping key";
    struct key_rotation rotation = {.generation = 2, .from = 1, .started_at = 5,
                                    .finished_at = finished_at, .kind = PARTY_MEMBER};
    assert_int_equal(batch_command_begin(batch, 0), STORE_OK);
    batch_add_wrapping_key(batch, 2, key);
    key_rotation_put(batch, &rotation);
}

static void a_rotation_runs(struct batch *batch)
{
    make_sound(batch);
    rotation_put(batch, 0);
}

static void a_rotation_ended_before_all_were_wrapped(struct batch *batch)
{
    rotation_put(batch, 6);
}

static void the_record_is_cut_short(struct batch *batch)
{
    struct key key = key_begin(0, TABLE_KEY_ROTATION);
    assert_int_equal(batch_command_begin(batch, 0), STORE_OK);
    table_put(batch, &key, "\x01", 1);
}

static const struct corruption_row rows[] = {
    ROW(a_key_is_torn, "keys: that of member 2 doesn't open"),
    ROW(a_guides_key_is_changed, "keys: that of guide 1 doesn't open"),
    ROW(a_runs_key_names_a_key_there_is_not, "keys: that of settlement run 5 doesn't open"),
    ROW(a_key_is_somebody_elses, "keys: that of member 2 doesn't open"),
    ROW(a_profile_has_no_key, "keys: member 1 has a sealed profile and no key"),
    ROW(a_rotation_ended_before_all_were_wrapped,
        "keys: that of member 1 is under wrapping key 1, which is dropped"),
    ROW(the_record_is_cut_short, "keys: damaged record of the wrapping keys"),
};

static void verify_finds_every_key_that_does_not_open(void **state)
{
    (void)state;
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

static void while_a_rotation_runs_both_keys_are_good(void **state)
{
    (void)state;
    corruptions_are_found(a_rotation_runs, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_finds_every_key_that_does_not_open),
        cmocka_unit_test(while_a_rotation_runs_both_keys_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
