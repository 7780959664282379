/* What a close keeps of those it pays: sealed under the run's own key, whatever becomes of theirs;
 * and verify on it and on the list of exports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/exports.h"
#include "store/key.h"
#include "store/key_slots.h"
#include "store/settlement_payees.h"
#include "store/settlements.h"
#include "tests/store/corruption.h"
#include "tests/store/scenario.h"
#include "tests/store/scratch.h"

enum { RUN = 1, RETAINED = 20000, LATER = 21000 };
static const uint8_t SEED[SETTLEMENT_KEY_SEED_BYTES] =
    "a run has a key of 32 bytes; a slot nonce.";
static const uint8_t NONCE[SETTLEMENT_NONCE_BYTES] = "a nonce for sealing";
static const struct line_name GUIDE = {{PARTY_GUIDE, 1}, 1};

static struct settlement_line line_of(uint32_t run)
{
    return (struct settlement_line){
        .run = run, .draft = 1, .payee = GUIDE.payee, .pay_entity = GUIDE.pay_entity, .shop = 1,
        .carry_in_minor = 5, .carry_out_minor = 5, .entry = 1,
        .payment = PAYMENT_PAID, .payment_at = 7, .payment_by = 1,
    };
}

static void close_run(struct batch *batch, uint32_t number, business_date retained_until)
{
    struct settlement_run run = {
        .number = number, .type = RUN_ADJUSTMENT, .state = RUN_CLOSED, .draft = 1, .start = 90,
        .end = 160, .rate_points = 10, .rate_minor = 100, .made_at = 1, .submitted_at = 2,
        .minimum_payout_minor = 10,
        .approved_at = 3, .closed_at = 4, .made_by = 1, .submitted_by = 1, .approved_by = 2,
        .closed_by = 2, .paid_count = 1, .export_count = 1,
        .entry = 1000000, /* behind all there are: none of them has closed it */
        .totals = {.line_count = 1, .carry_in_minor = 5, .carry_out_minor = 5},
    };
    struct settlement_line line = line_of(number);
    struct export_event event = {
        .run = number, .number = 1, .profile = 1, .format = 2, .payees = 1, .created_at = 9,
        .created_by = 1,
    };
    struct settlement_payee_copy copy;

    struct line_place place = {.pay_entity_name = "E", .employee_no = "1",
                               .guide = GUIDE.payee.number, .pay_entity = GUIDE.pay_entity};

    run_hash_add(run.hash, line.statement_hash);
    settlements_put(batch, &run);
    settlement_order_put(batch, number, &place);
    settlement_lines_put(batch, &line);
    settlement_payees_begin(batch, number, retained_until, SEED);
    assert_int_equal(settlement_payee_make(batch, &run, &line, NONCE, &copy), STORE_OK);
    settlement_payee_put(batch, &line, &copy);
    exports_put(batch, &event);
}

static void make_sound(struct batch *batch)
{
    close_run(batch, RUN, RETAINED);
}

/* ---- the copies ------------------------------------------------------------------------------ */

static struct scratch scratch;
static struct store *store;
static struct batch *batch;

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    store = scratch_store(&scratch, false);
    scenario_build(store);
    batch = batch_new(store);
    scenario_begin(batch, 2000);
    close_run(batch, RUN, RETAINED);
    close_run(batch, RUN + 1, LATER);
    assert_int_equal(batch_commit(batch), STORE_OK);
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

static struct settlement_payee payee_now(uint32_t run)
{
    struct settlement_payee payee;
    struct reader reader;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = SCENARIO_MERCHANT;
    assert_int_equal(settlement_payees_get(&reader, run, &GUIDE, &payee), STORE_OK);
    reader_close(&reader);
    return payee;
}

static void destroy_key(struct party party)
{
    static const uint8_t ZERO[KEY_SLOT_BYTES];
    struct key_slots *slots = store_key_slots(store);
    assert_int_equal(key_slots_write(slots, SCENARIO_MERCHANT, party, ZERO), STORE_OK);
    assert_int_equal(key_slots_sync(slots), STORE_OK);
}

static void a_copy_says_who_he_was_and_where_last(void **state)
{
    (void)state;
    struct settlement_payee payee = payee_now(RUN);
    assert_true(payee.kept);
    assert_string_equal(payee.name, "Wang Fang");
    assert_string_equal(payee.shop_id, "S1");
    assert_string_equal(payee.cost_center, "C2"); /* from day 150; the period ends with 159 */
}

static void it_stays_when_the_guides_own_key_is_gone(void **state)
{
    (void)state;
    destroy_key(GUIDE.payee);
    assert_string_equal(payee_now(RUN).name, "Wang Fang");
}

static void it_goes_with_the_runs_key_and_no_other(void **state)
{
    (void)state;
    destroy_key((struct party){PARTY_RUN, RUN});
    struct settlement_payee payee = payee_now(RUN);
    assert_false(payee.kept);
    assert_string_equal(payee.name, "");
    assert_string_equal(payee.shop_id, "S1");
    assert_true(payee_now(RUN + 1).kept);
}

/* Whatever becomes of the folder afterwards: a backup brings runs' keys too. */
static void a_restored_backup_says_so_too(void **state)
{
    char backup[2 * SCRATCH_PATH_BYTES], data[2 * SCRATCH_PATH_BYTES], key[2 * SCRATCH_PATH_BYTES];
    bool list_made;
    char message[STORE_MESSAGE_BYTES], moved[2 * SCRATCH_PATH_BYTES];
    uint64_t bytes;
    (void)state;
    (void)scratch_path(&scratch, "backup", backup);
    (void)scratch_path(&scratch, "data", data);
    (void)scratch_path(&scratch, "moved", moved);
    (void)scratch_path(&scratch, "moved/master.key", key);
    assert_int_equal(store_backup(store, backup, &bytes, message), STORE_OK);
    batch_destroy(batch);
    store_close(store);
    assert_int_equal(rename(data, moved), 0);
    assert_int_equal(store_restore(backup, data, &(struct store_brought){.master_key = key},
                                   &list_made, message),
                     STORE_OK);
    store = scratch_store(&scratch, false);
    batch = batch_new(store);
    struct settlement_payee payee = payee_now(RUN);
    assert_true(payee.kept);
    assert_string_equal(payee.name, "Wang Fang");
}

static void a_guide_is_kept_until_the_last_run_that_paid_him(void **state)
{
    business_date until = 0;
    (void)state;
    scenario_begin(batch, 3000);
    assert_int_equal(settlement_payees_guide_until(&batch->reader, 1, &until), STORE_OK);
    assert_int_equal(until, LATER);
    assert_int_equal(settlement_payees_guide_until(&batch->reader, 2, &until), STORE_OK);
    assert_int_equal(until, DATE_ALWAYS);
    batch_abandon(batch);
}

/* ---- verify ---------------------------------------------------------------------------------- */

static struct key key_of(enum table table, uint32_t run, size_t count, const uint32_t *rest)
{
    struct key key = key_begin(SCENARIO_MERCHANT, table);
    key_u32(&key, run);
    for (size_t i = 0; i < count; i++) key_u32(&key, rest[i]);
    return key;
}

static void a_copy_is_missing(struct batch *changed)
{
    struct key key = key_of(TABLE_RUN_PAYEE, RUN, 2, (const uint32_t[]){1, 1});
    batch_delete(changed, key_view(&key));
}

static void a_copy_has_no_line(struct batch *changed)
{
    settlement_lines_delete(changed, RUN, &GUIDE);
}

static void a_copy_does_not_open(struct batch *changed)
{
    struct key key = key_of(TABLE_RUN_PAYEE, RUN, 2, (const uint32_t[]){1, 1});
    batch_put(changed, key_view(&key), (struct bytes){(const uint8_t *)"\x1a\x02..", 4});
}

static void a_run_that_is_open_keeps_payees(struct batch *changed)
{
    struct settlement_run run;
    assert_int_equal(settlements_get(&changed->reader, RUN, &run), STORE_OK);
    run.state = RUN_REVIEW;
    settlements_put(changed, &run);
}

static void nobody_counted_an_export(struct batch *changed)
{
    struct export_event event = {.run = RUN, .number = 2, .profile = 1, .format = 1, .payees = 1,
                                 .created_at = 1, .created_by = 1};
    exports_put(changed, &event);
}

static void an_export_is_missing(struct batch *changed)
{
    struct key key = key_of(TABLE_EXPORT, RUN, 1, (const uint32_t[]){1});
    batch_delete(changed, key_view(&key));
}

static void the_time_they_are_kept_is_damaged(struct batch *changed)
{
    struct key key = key_of(TABLE_RUN_PAYEE, RUN, 0, NULL);
    batch_put(changed, key_view(&key), (struct bytes){(const uint8_t *)"\x08", 1});
}

static const struct corruption_row rows[] = {
    ROW(a_copy_is_missing, "run 1 keeps 0 payees and has 1 guides' lines"),
    ROW(a_copy_has_no_line, "run 1: what is kept of guide 1 has no line or does not open"),
    ROW(a_copy_does_not_open, "run 1: what is kept of guide 1 has no line or does not open"),
    ROW(a_run_that_is_open_keeps_payees, "run 1 keeps payees but is not closed"),
    ROW(nobody_counted_an_export, "run 1 counts 1 exports, there are 2"),
    ROW(nobody_counted_an_export, "run 1: export 2 is damaged or not counted"),
    ROW(an_export_is_missing, "run 1 counts 1 exports, there are 0"),
    ROW(the_time_they_are_kept_is_damaged, "run 1: until when its payees are kept is damaged"),
};

static void verify_holds_copies_and_exports_against_runs(void **state)
{
    (void)state;
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_says_who_he_was_and_where_last, setup, teardown),
        cmocka_unit_test_setup_teardown(it_stays_when_the_guides_own_key_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(it_goes_with_the_runs_key_and_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(a_restored_backup_says_so_too, setup, teardown),
        cmocka_unit_test_setup_teardown(a_guide_is_kept_until_the_last_run_that_paid_him, setup,
                                        teardown),
        cmocka_unit_test(verify_holds_copies_and_exports_against_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
