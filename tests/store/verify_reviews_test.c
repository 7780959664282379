/* verify proves reviews against credits, and the counts of fraud signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/key.h"
#include "store/ledger.h"
#include "store/reviews.h"
#include "store/signals.h"

enum { CREDIT = 2 }; /* the guide's cash, pending */
static const struct party member = {PARTY_MEMBER, 1}, guide = {PARTY_GUIDE, 1};

/* ---- a sound store with a review and a refund cycle ------------------------------------------ */

static struct review sound_review(const struct credit *credit)
{
    return (struct review){
        .number = 1, .state = REVIEW_OPEN, .business_date = 100, .recorded_at = 77, .guide = 1,
        .event = {.kind = EVENT_REGISTRATION, .member = 1}, .evidence_count = 1,
        .evidence = {{SIGNAL_REGISTRATION_RATE, 5, 6, 10}}, .credit_count = 1,
        .credits = {{guide, credit->unit, credit->number, credit->posted}},
    };
}

static struct credit credit_of(struct batch *batch)
{
    struct credit credit;
    assert_int_equal(credits_find(&batch->reader, guide, CREDIT, &credit), STORE_OK);
    return credit;
}

static void put_credit(struct batch *batch, struct credit credit)
{
    struct credit before = credit_of(batch);
    credits_change(batch, guide, &credit, credit_filed_on(&before));
}

static struct review review_of(struct batch *batch)
{
    struct review review;
    assert_int_equal(reviews_get(&batch->reader, 1, &review), STORE_OK);
    return review;
}

static void post_hold(struct batch *batch, const struct credit *credit)
{
    struct ledger ledger;
    struct account account;
    struct entry entry = {
        .business_date = 100, .kind = ENTRY_HOLD, .unit = credit->unit, .from = SIDE_LIABILITY,
        .to = SIDE_LIABILITY, .party = guide, .amount = credit->remaining,
        .credit = credit->number, .program_version = credit->program_version,
        .rule = credit->rule, .event = {.kind = EVENT_REGISTRATION, .member = 1},
    };
    assert_int_equal(ledger_open(batch, &ledger), STORE_OK);
    assert_int_equal(accounts_get(&batch->reader, guide, &account), STORE_OK);
    ledger_post(batch, &ledger, &account, &entry);
    accounts_put(batch, guide, &account);
    ledger_close(batch, &ledger);
}

static void make_sound(struct batch *batch)
{
    struct credit credit = credit_of(batch);
    struct review review = sound_review(&credit);
    struct signal_counts minutes = {.first = 5, .counts = {1}}, days = {.counts = {[3] = 2}};
    struct account account;
    credit.flags = CREDIT_HELD;
    credit.review = 1;
    put_credit(batch, credit);
    post_hold(batch, &credit);
    reviews_put(batch, &review);
    signals_put(batch, SIGNAL_KIND_REGISTRATIONS, guide, 0, &minutes);
    signals_put(batch, SIGNAL_KIND_FULL_REFUNDS, member, date_month_start(100), &days);
    assert_int_equal(accounts_get(&batch->reader, member, &account), STORE_OK);
    account.refund_cycle_count = 2;
    account.refund_cycle_from = date_month_start(100) + 3;
    accounts_put(batch, member, &account);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

#define CREDIT_CORRUPTION(name, change)                                                          \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct credit credit = credit_of(batch);                                                 \
        change;                                                                                  \
        put_credit(batch, credit);                                                               \
    }
CREDIT_CORRUPTION(the_credit_is_free, credit.flags = 0)
CREDIT_CORRUPTION(the_credit_names_no_review, credit.review = 0)
CREDIT_CORRUPTION(the_credit_names_a_review_nobody_has, credit.review = 9)

#define REVIEW_CORRUPTION(name, change)                                                          \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct review review = review_of(batch);                                                 \
        change;                                                                                  \
        reviews_put(batch, &review);                                                             \
    }
REVIEW_CORRUPTION(the_review_names_another_amount, review.credits[0].amount++)
REVIEW_CORRUPTION(the_review_names_a_credit_nobody_has, review.credits[0].number = 99)
REVIEW_CORRUPTION(the_review_is_voided_and_its_credit_lives,
                  (review.state = REVIEW_VOIDED, review.decided_at = 1))

static void the_review_leaves_the_list(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_REVIEW_OPEN);
    key_u32(&key, 1);
    batch_delete(batch, key_view(&key));
}

static void nothing_is_in_the_list(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_REVIEW_OPEN);
    key_u32(&key, 7);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)"", 0});
}

static void the_review_is_cut_short(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_REVIEW);
    key_u32(&key, 1);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)"\x08\x01", 2});
}

static void a_refund_less_is_counted(struct batch *batch)
{
    struct account account;
    assert_int_equal(accounts_get(&batch->reader, member, &account), STORE_OK);
    account.refund_cycle_count--;
    accounts_put(batch, member, &account);
}

static void refunds_are_counted_of_somebody_who_has_none(struct batch *batch)
{
    struct signal_counts days = {.counts = {1}};
    signals_put(batch, SIGNAL_KIND_FULL_REFUNDS, (struct party){PARTY_MEMBER, 2}, 0, &days);
}

static void a_signal_is_counted_within_a_month(struct batch *batch)
{
    struct signal_counts days = {.counts = {1}};
    signals_put(batch, SIGNAL_KIND_FULL_REFUNDS, (struct party){PARTY_MEMBER, 3}, 1, &days);
}

static const struct corruption_row rows[] = {
    ROW(the_credit_is_free, "review 1: credit 2 is not held or left as it says"),
    ROW(the_credit_names_no_review, "review 1: credit 2 is not held or left as it says"),
    ROW(the_credit_names_a_review_nobody_has,
        "guide 1: credit 2 names review 9, which does not name it"),
    ROW(the_review_names_another_amount, "review 1: credit 2 is not held or left as it says"),
    ROW(the_review_names_a_credit_nobody_has, "review 1: credit 99 is not held or left"),
    ROW(the_review_names_a_credit_nobody_has, "guide 1: credit 2 names review 1, which does not"),
    ROW(the_review_is_voided_and_its_credit_lives, "review 1: credit 2 is not held or left"),
    ROW(the_review_leaves_the_list, "review 1 is open but not in the list of open ones"),
    ROW(nothing_is_in_the_list, "no review 7 where one is said to be open"),
    ROW(the_review_is_cut_short, "review 1 is damaged"),
    ROW(a_refund_less_is_counted, "member 1: 1 full refunds are counted, not 2"),
    ROW(refunds_are_counted_of_somebody_who_has_none, "member 2: signals are counted that nobody"),
    ROW(a_signal_is_counted_within_a_month, "signals are counted that nobody has"),
};

/* ---- tests ----------------------------------------------------------------------------------- */

static void verify_holds_each_review_against_its_credits(void **state)
{
    (void)state;
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_holds_each_review_against_its_credits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
