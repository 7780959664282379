/* Program versions kept for reads: the same as those stored, of the right merchant, and never in
 * the way of who must see what is stored. */
#include "store/programs_kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/key.h"
#include "store/programs.h"
#include "store/table.h"
#include "store/verify.h"

static struct scratch scratch;
static struct store *store;
static struct batch *batch;
static struct program kept, stored; /* large */

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    store = scratch_store(&scratch, false);
    scenario_build(store);
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

static enum store_result get_kept(uint32_t merchant, uint32_t version)
{
    struct reader reader;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = merchant;
    enum store_result result = programs_get_kept(&reader, version, &kept);
    reader_close(&reader);
    return result;
}

static void publish(uint32_t version, business_date from, const char *title)
{
    scenario_begin(batch, 2000);
    assert_int_equal(programs_get(&batch->reader, 1, &stored), STORE_OK);
    stored.version = version;
    stored.from = from;
    memset(stored.title, 0, sizeof stored.title);
    memcpy(stored.title, title, strlen(title));
    programs_put(batch, &stored);
}

static void a_kept_version_is_the_stored_one(void **state)
{
    (void)state;
    for (int run = 0; run < 2; run++) {
        assert_int_equal(get_kept(SCENARIO_MERCHANT, 1), STORE_OK);
        assert_int_equal(kept.version, 1);
        assert_string_equal(kept.rules[0].title_en, "Points");
        assert_int_equal(get_kept(SCENARIO_MERCHANT + 1, 1), STORE_ABSENT);
        assert_int_equal(get_kept(SCENARIO_MERCHANT, 2), STORE_ABSENT);
    }
    /* More than are kept: all come out right, again and again. */
    for (uint32_t version = 2; version <= 12; version++) {
        publish(version, (business_date)version * 10, "later");
        assert_int_equal(batch_commit(batch), STORE_OK);
    }
    for (uint32_t look = 0; look < 40; look++) {
        uint32_t version = 1 + look * 7 % 12;
        assert_int_equal(get_kept(SCENARIO_MERCHANT, version), STORE_OK);
        assert_int_equal(kept.version, version);
        assert_string_equal(kept.title, version == 1 ? "R1" : "later");
    }
}

static void the_version_in_force_is_asked_for_each_time(void **state)
{
    (void)state;
    struct reader reader;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = SCENARIO_MERCHANT;
    assert_int_equal(programs_in_force_kept(&reader, -2000, &kept), STORE_ABSENT);
    assert_int_equal(programs_in_force_kept(&reader, 0, &kept), STORE_OK);
    assert_int_equal(kept.version, 1);
    reader_close(&reader);
    publish(2, 0, "new");
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = SCENARIO_MERCHANT;
    assert_int_equal(programs_in_force_kept(&reader, 0, &kept), STORE_OK);
    assert_int_equal(kept.version, 2);
    assert_string_equal(kept.title, "new");
    reader_close(&reader);
}

static void verify_reads_what_is_stored(void **state)
{
    (void)state;
    struct verify_report *report = calloc(1, sizeof *report);
    assert_non_null(report);
    assert_int_equal(get_kept(SCENARIO_MERCHANT, 1), STORE_OK);
    scenario_begin(batch, 2000);
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_PROGRAM);
    key_u32(&key, 1);
    table_put(batch, &key, "?", 1);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(get_kept(SCENARIO_MERCHANT, 1), STORE_OK);
    assert_int_equal(store_verify(store, SCENARIO_MERCHANT, NULL, NULL, report), STORE_OK);
    assert_true(report->finding_count > 0);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_kept_version_is_the_stored_one, setup, teardown),
        cmocka_unit_test_setup_teardown(the_version_in_force_is_asked_for_each_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(verify_reads_what_is_stored, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
