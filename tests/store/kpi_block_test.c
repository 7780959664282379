/* Sums of many guides, also where the landed version left months alone; and the roster in memory,
 * which is made anew when an employment has changed. */
#include "store/kpi_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/accounts.h"
#include "store/encode.h"
#include "store/roster.h"
#include "store/table.h"

enum { MONTH = 365, GUIDES = 100 };

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
    scenario_begin(batch, 5000);
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

/* As the landed version did: the month alone. */
static void put_month_alone(uint32_t guide, const struct kpi_month *counts)
{
    uint8_t data[KPI_MONTH_BYTES_MAX];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_KPI);
    key_date(&key, MONTH);
    key_u32(&key, guide);
    table_put(batch, &key, data, kpi_month_encode(counts, data));
}

static void expect_sums(enum kpi_column column, const int64_t wanted[4])
{
    static const uint32_t guides[4] = {1, 2, 33, 70};
    int64_t sums[GUIDES + 1] = {0}, total = 0;
    assert_int_equal(kpi_block_add_up(&batch->reader, MONTH, column, column, GUIDES, sums, sums),
                     STORE_OK);
    for (size_t i = 0; i <= GUIDES; i++) total += sums[i];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(sums[guides[i]], wanted[i]);
        total -= wanted[i];
    }
    assert_int_equal(total, 0);
}

static void months_without_a_block_are_summed_and_their_first_put_makes_it(void **state)
{
    (void)state;
    struct kpi_month counts = {.days = {{.new_members = 2, .sales_minor = -7},
                                        {.new_members = 3, .earned = {5, 11}}},
                               .once = {9, 8, 7}, .twice = {6, 5, 4}};
    struct kpi_block block;
    put_month_alone(1, &counts);
    put_month_alone(33, &counts);
    put_month_alone(70, &counts);
    expect_sums(KPI_NEW, (int64_t[]){5, 0, 5, 5});
    assert_int_equal(kpi_block_get(&batch->reader, 1, MONTH, &block), STORE_ABSENT);

    /* Guide 2's first month makes the block of guides 0 to 31, guide 1 with it; guide 64 and on
     * have theirs, those between none. */
    kpi_put(batch, 2, MONTH, &counts);
    kpi_put(batch, 70, MONTH, &counts);
    assert_int_equal(kpi_block_get(&batch->reader, 0, MONTH, &block), STORE_OK);
    assert_int_equal(block.column[KPI_SALES][1], -7);
    expect_sums(KPI_NEW, (int64_t[]){5, 5, 5, 5});
    expect_sums(KPI_EARNED + UNIT_CASH, (int64_t[]){11, 11, 11, 11});
    expect_sums(KPI_TWICE + KPI_SPAN_YEAR, (int64_t[]){4, 4, 4, 4});
    counts.days[0].sales_minor = 100;
    kpi_put(batch, 1, MONTH, &counts);
    expect_sums(KPI_SALES, (int64_t[]){100, -7, -7, -7});

    int64_t few[33] = {0};
    assert_int_equal(
        kpi_block_add_up(&batch->reader, MONTH, KPI_NEW, KPI_NEW, 32, few, few), STORE_DAMAGED);
}

static void commit_and_read(struct reader *ret)
{
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(reader_open(store, ret), STORE_OK);
    ret->merchant = SCENARIO_MERCHANT;
}

static void a_roster_is_shared_until_an_employment_changes(void **state)
{
    (void)state;
    struct reader before, after;
    const struct roster *first, *again, *changed, *old;
    struct employment employment = {.from = 200, .until = DATE_NEVER, .shop = 2, .pay_entity = 1};

    commit_and_read(&before);
    assert_int_equal(roster_acquire(&before, &first), STORE_OK);
    assert_int_equal(roster_acquire(&before, &again), STORE_OK);
    assert_ptr_equal(first, again);
    assert_true(first->guides[1].several); /* the scenario's guides changed shop once */

    scenario_begin(batch, 6000);
    employments_put(batch, 1, &employment);
    commit_and_read(&after);
    assert_int_equal(roster_acquire(&after, &changed), STORE_OK);
    assert_ptr_not_equal(first, changed);
    assert_true(changed->changed > first->changed);
    /* A reader of the time before gets what was true then, and doesn't displace the newer one. */
    assert_int_equal(roster_acquire(&before, &old), STORE_OK);
    assert_int_equal(old->changed, first->changed);
    assert_ptr_not_equal(old, changed);
    const struct roster *rosters[] = {first, again, changed, old};
    for (size_t i = 0; i < 4; i++) roster_release(store, rosters[i]);
    assert_int_equal(roster_acquire(&after, &again), STORE_OK);
    assert_ptr_equal(again, changed);
    roster_release(store, again);
    reader_close(&before);
    reader_close(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            months_without_a_block_are_summed_and_their_first_put_makes_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_roster_is_shared_until_an_employment_changes, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
