/* Disputes, held credits left to the next run and payments: put, found, listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/disputes.h"
#include "store/held_carried.h"
#include "store/payments.h"

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

static struct dispute sample(uint32_t number, uint32_t guide)
{
    struct dispute dispute = {
        .run = UINT32_MAX, .number = number, .draft = UINT16_MAX, .payee = {PARTY_GUIDE, guide},
        .pay_entity = UINT32_MAX, .credit = UINT64_MAX, .state = DISPUTE_ACCEPTED,
        .opened_at = UINT64_MAX, .opened_by = UINT32_MAX, .decided_at = UINT64_MAX,
        .decided_by = UINT32_MAX, .remedy = REMEDY_NOW, .unit = UNIT_CASH, .amount = INT64_MIN,
        .posted = INT64_MIN, .entry = UINT64_MAX,
    };
    memset(dispute.text, 't', REASON_BYTES_MAX);
    memset(dispute.reason, 'r', REASON_BYTES_MAX);
    return dispute;
}

static void the_largest_dispute_comes_back_as_it_went(void **state)
{
    (void)state;
    struct dispute dispute = sample(UINT32_MAX, UINT32_MAX), found;
    disputes_put(batch, &dispute);
    assert_int_equal(disputes_get(reader, UINT32_MAX, UINT32_MAX, &found), STORE_OK);
    assert_memory_equal(&found, &dispute, sizeof found);
    assert_int_equal(disputes_get(reader, UINT32_MAX, 1, &found), STORE_ABSENT);
    assert_int_equal(disputes_get(reader, UINT32_MAX, 0, &found), STORE_ABSENT);
}

static void disputes_are_listed_by_run_by_payee_and_while_they_wait(void **state)
{
    (void)state;
    uint32_t numbers[8];
    size_t count;
    for (uint32_t number = 1; number <= 4; number++) {
        struct dispute dispute = sample(number, 1 + number % 2);
        dispute.run = 3;
        if (number == 3) dispute.remedy = REMEDY_LATER;
        disputes_put(batch, &dispute);
        dispute.run = 4;
        disputes_put(batch, &dispute);
    }
    assert_int_equal(disputes_list(reader, 3, 1, numbers, 2, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 2);
    struct party guide = {PARTY_GUIDE, 2};
    assert_int_equal(disputes_list_of(reader, 3, guide, 0, numbers, 8, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[1], 3);
    assert_int_equal(disputes_list_waiting(reader, 3, REMEDY_NOW, 0, numbers, 8, &count), STORE_OK);
    assert_int_equal(count, 3);
    assert_int_equal(disputes_list_waiting(reader, 3, REMEDY_LATER, 0, numbers, 8, &count),
                     STORE_OK);
    assert_int_equal(count, 1);
    struct dispute done = sample(3, 2);
    done.run = 3;
    done.remedy = REMEDY_LATER;
    done.corrected = true;
    disputes_put(batch, &done);
    assert_int_equal(disputes_list_waiting(reader, 3, REMEDY_LATER, 0, numbers, 8, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
}

static void a_held_credit_is_left_with_its_reason(void **state)
{
    (void)state;
    struct held_carried carried = {.run = 2, .party = {PARTY_MEMBER, 3}, .credit = 4,
                                   .carried_at = 7, .carried_by = 1};
    struct held_carried found;
    memset(carried.reason, 'r', REASON_BYTES_MAX);
    held_carried_put(batch, &carried);
    assert_int_equal(held_carried_get(reader, 2, carried.party, 4, &found), STORE_OK);
    assert_memory_equal(&found, &carried, sizeof found);
    assert_int_equal(held_carried_get(reader, 3, carried.party, 4, &found), STORE_ABSENT);
}

static void payments_of_a_line_follow_each_other(void **state)
{
    (void)state;
    struct line_name line = {{PARTY_GUIDE, 1}, 2}, other = {{PARTY_GUIDE, 1}, 3};
    struct payment_event events[4];
    uint32_t last = 9;
    size_t count;
    assert_int_equal(payments_last(reader, 1, &line, &last), STORE_OK);
    assert_int_equal(last, 0);
    for (uint32_t number = 1; number <= 3; number++) {
        struct payment_event event = {.run = 1, .line = line, .number = number,
                                      .payment = (enum payment)number, .at = number, .by = 8};
        memset(event.reference, 'x', PAYMENT_REFERENCE_BYTES_MAX);
        payments_put(batch, &event);
    }
    assert_int_equal(payments_last(reader, 1, &line, &last), STORE_OK);
    assert_int_equal(last, 3);
    assert_int_equal(payments_list(reader, 1, &line, 1, events, 4, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(events[1].payment, PAYMENT_RETURNED);
    assert_int_equal(strlen(events[0].reference), PAYMENT_REFERENCE_BYTES_MAX);
    assert_int_equal(payments_list(reader, 1, &other, 0, events, 4, &count), STORE_OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_largest_dispute_comes_back_as_it_went, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            disputes_are_listed_by_run_by_payee_and_while_they_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(a_held_credit_is_left_with_its_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(payments_of_a_line_follow_each_other, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
