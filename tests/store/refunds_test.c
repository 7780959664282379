/* Refunds in their tables: found by their own number, and by the purchase they are of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/refunds.h"
#include "store/store.h"

static struct scratch scratch;
static struct store *store;
static struct batch *batch;
static struct reader *reader; /* the batch's: it sees both the store and the writes */

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    store = scratch_store(&scratch, false);
    scenario_build(store);
    batch = batch_new(store);
    reader = &batch->reader;
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

static struct receipt receipt_of(uint32_t shop, const char *text)
{
    struct receipt receipt = {.shop = shop, .size = (uint8_t)strlen(text)};
    memcpy(receipt.text, text, receipt.size);
    return receipt;
}

/* "A" with refunds "1x" at shop 1 must not take in those of the purchase "A" + "1x". */
static void a_purchase_has_its_own_refunds_alone_parked_ones_too(void **state)
{
    (void)state;
    static struct refund refund, found;
    static const struct { const char *purchase, *number; uint32_t shop; } rows[] = {
        {"A", "2", 1}, {"A", "1", 2}, {"A", "1", 1}, {"AB", "1", 1}, {"A1", "3", 1},
    };
    struct refund_of list[4];
    size_t count;
    struct receipt purchase = receipt_of(1, "A"), none = {0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        refund = (struct refund){
            .receipt = receipt_of(rows[i].shop, rows[i].number),
            .purchase = receipt_of(1, rows[i].purchase),
            .state = i == 0 ? REFUND_POSTED : REFUND_PARKED, .amount_minor = (int64_t)i,
        };
        if (i != 4) refunds_put(batch, &refund);
    }
    assert_int_equal(refunds_of(reader, &purchase, &none, list, 4, &count), STORE_OK);
    assert_int_equal(count, 3);
    assert_int_equal(list[0].receipt.shop, 1);
    assert_int_equal(list[0].receipt.text[0], '1');
    assert_int_equal(list[0].state, REFUND_PARKED);
    assert_int_equal(list[1].receipt.text[0], '2');
    assert_int_equal(list[1].state, REFUND_POSTED);
    assert_int_equal(list[2].receipt.shop, 2);
    assert_int_equal(refunds_of(reader, &purchase, &list[0].receipt, list, 1, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].receipt.text[0], '2');

    struct receipt second = receipt_of(2, "1");
    assert_int_equal(refunds_get(reader, &second, &found), STORE_OK);
    assert_int_equal(found.amount_minor, 1);
    second.shop = 3;
    assert_int_equal(refunds_get(reader, &second, &found), STORE_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_purchase_has_its_own_refunds_alone_parked_ones_too, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
