/* Reviews and what fraud signals count: put, found, listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/date.h"
#include "store/reviews.h"
#include "store/signals.h"

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

static struct review sample(uint32_t number)
{
    struct review review = {
        .number = number, .state = REVIEW_OPEN, .business_date = 19000, .recorded_at = 77,
        .event = {.kind = EVENT_PURCHASE, .member = 3, .receipt = {1, 2, "R7"}}, .guide = 9,
        .evidence_count = EVIDENCE_MAX, .credit_count = AWARDS_MAX,
    };
    for (int i = 0; i < EVIDENCE_MAX; i++)
        review.evidence[i] = (struct evidence){(enum fraud_signal)(i + 1), INT64_MAX, INT64_MIN,
                                               INT64_MAX};
    for (uint32_t i = 0; i < AWARDS_MAX; i++)
        review.credits[i] = (struct review_credit){{PARTY_GUIDE, UINT32_MAX - i}, UNIT_CASH,
                                                   UINT64_MAX - i, INT64_MAX};
    return review;
}

static void the_largest_review_comes_back_as_it_went(void **state)
{
    (void)state;
    struct review review = sample(UINT32_MAX - 1), found;
    review.state = REVIEW_VOIDED;
    review.decided_at = UINT64_MAX;
    review.decided_by = UINT32_MAX;
    memset(review.reason, 'r', REASON_BYTES_MAX);
    memset(review.event.receipt.text, 'x', RECEIPT_BYTES_MAX);
    review.event.receipt.size = RECEIPT_BYTES_MAX;
    reviews_put(batch, &review);
    assert_int_equal(reviews_get(reader, review.number, &found), STORE_OK);
    assert_int_equal(found.state, REVIEW_VOIDED);
    assert_int_equal(found.decided_by, UINT32_MAX);
    assert_memory_equal(&found.event, &review.event, sizeof found.event);
    assert_memory_equal(found.evidence, review.evidence, sizeof found.evidence);
    assert_memory_equal(found.credits, review.credits, sizeof found.credits);
    assert_string_equal(found.reason, review.reason);
}

static void decided_reviews_leave_the_list_of_open_ones(void **state)
{
    (void)state;
    uint32_t last, numbers[4];
    size_t count;
    assert_int_equal(reviews_last(reader, &last), STORE_OK);
    assert_int_equal(last, 0);
    for (uint32_t number = 1; number <= 3; number++) {
        struct review review = sample(number);
        reviews_put(batch, &review);
    }
    struct review second = sample(2);
    second.state = REVIEW_RELEASED;
    second.decided_at = 1;
    reviews_put(batch, &second);
    assert_int_equal(reviews_last(reader, &last), STORE_OK);
    assert_int_equal(last, 3);
    assert_int_equal(reviews_list(reader, true, 0, numbers, 4, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 3);
    assert_int_equal(reviews_list(reader, false, 1, numbers, 4, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(reviews_is_open(reader, 1), STORE_OK);
    assert_int_equal(reviews_is_open(reader, 2), STORE_ABSENT);
    struct review found;
    assert_int_equal(reviews_get(reader, 4, &found), STORE_ABSENT);
}

static void counts_by_day_are_summed_over_months_and_years(void **state)
{
    (void)state;
    struct party member = {PARTY_MEMBER, 3}, other = {PARTY_MEMBER, 4};
    struct signal_counts counts;
    uint32_t sum;
    business_date december = date_from_civil(2024, 12, 1), january = date_from_civil(2025, 1, 1);
    assert_int_equal(signals_get(reader, SIGNAL_KIND_FULL_REFUNDS, member, december, &counts),
                     STORE_OK);
    counts.counts[0] = 1;
    counts.counts[30] = 2;
    signals_put(batch, SIGNAL_KIND_FULL_REFUNDS, member, december, &counts);
    memset(&counts, 0, sizeof counts);
    counts.counts[14] = 4;
    signals_put(batch, SIGNAL_KIND_FULL_REFUNDS, member, january, &counts);
    static const struct { business_date from, days; uint32_t sum; } rows[] = {
        {0, 1, 1}, {1, 29, 0}, {1, 30, 2}, {0, 31 + 14, 3}, {0, 31 + 15, 7}, {31 + 14, 1, 4},
        {-365 + 46, 366, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        business_date from = december + rows[i].from, to = from + rows[i].days - 1;
        assert_int_equal(
            signals_sum(reader, SIGNAL_KIND_FULL_REFUNDS, member, from, to, &sum), STORE_OK);
        assert_int_equal(sum, rows[i].sum);
    }
    assert_int_equal(signals_sum(reader, SIGNAL_KIND_FULL_REFUNDS, other, december, january, &sum),
                     STORE_OK);
    assert_int_equal(sum, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_largest_review_comes_back_as_it_went, setup, teardown),
        cmocka_unit_test_setup_teardown(decided_reviews_leave_the_list_of_open_ones, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(counts_by_day_are_summed_over_months_and_years, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
