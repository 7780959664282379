/* Back-tests: small histories on both engines, and what they keep in memory. What a back-test of
 * the program in force must cost is in tests/clients/explained_test.py, on random markets. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/command/back_test_replay.h"
#include "service/limits.h"

#define BUY(receipt, buyer, amount, rest) \
    "receipt_number=" receipt " " buyer " amount_minor=" amount " shop_id=S1 " rest
#define DRAFT(rest) \
    "draft.rules[0].rule_id=buyer draft.rules[0].trigger=PURCHASE " \
    "draft.rules[0].beneficiary=BUYER draft.rules[0].unit=POINTS " rest " "

static void a_draft_is_held_against_what_was_given(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase,
                BUY("A1", "member_number=2", "10000", "occurred_at=2026-02-10T08:00"), NULL),
        ANSWERS("admin", record_purchase,
                BUY("A2", "member_number=2", "10000", "occurred_at=2026-02-11T08:00"), NULL),
        ANSWERS("admin", record_purchase,
                BUY("A3", "member_number=1", "5000", "occurred_at=2026-03-01T08:00"), NULL),
        ANSWERS("admin", record_refund,
                "shop_id=S1 refund_number=F1 receipt_number=A1 amount_minor=5000", NULL),
        /* Twice the points, but 250 a member and month at most; refunds make no room in what was
         * cut before they came. */
        ANSWERS("admin", back_test_program,
                DRAFT("draft.rules[0].rate_bp=200 draft.rules[0].cap_per_beneficiary=250 "
                      "draft.rules[0].cap_period=MONTH")
                "from_date=2026-01-01 to_date=2026-04-01",
                "done=1 events_done=6 events_total=6 rows[0].rule_id=buyer rows[0].month=2026-02 "
                "rows[0].beneficiary=MEMBER rows[0].unit=POINTS rows[0].draft.count=2 "
                "rows[0].draft.posted=250 rows[0].draft.reversed=100 rows[0].recorded.posted=200 "
                "rows[0].recorded.reversed=50 rows[1].rule_id=friend !rows[1].draft "
                "rows[1].recorded.posted=400 rows[1].recorded.reversed=100 notes#=3"),
        /* Only what is dated in the time asked for is added up. */
        ANSWERS("admin", back_test_program,
                DRAFT("draft.rules[0].rate_bp=200") "from_date=2026-03-01 to_date=2026-03-02",
                "done=1 rows#=2 rows[0].rule_id=buyer rows[0].draft.posted=100 "
                "rows[0].recorded.posted=50"),
        ANSWERS("admin", back_test_program,
                DRAFT("draft.rules[0].rate_bp=200") "from_date=2020-01-01 to_date=2020-03-02",
                "done=1 rows#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void tiers_rise_in_the_replay_as_the_draft_says(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase,
                BUY("A1", "member_number=2", "10000", "occurred_at=2026-02-10T08:00"), NULL),
        ANSWERS("admin", record_purchase,
                BUY("A2", "member_number=2", "10000", "occurred_at=2026-02-11T08:00"), NULL),
        ANSWERS("admin", back_test_program,
                DRAFT("draft.rules[0].rate_bp=100 draft.rules[0].tier_multiplier=true "
                      "draft.tiers.basis=POINTS draft.tiers.levels[0].tier_id=base "
                      "draft.tiers.levels[0].multiplier_bp=10000 "
                      "draft.tiers.levels[1].tier_id=gold draft.tiers.levels[1].threshold=100 "
                      "draft.tiers.levels[1].multiplier_bp=30000")
                "from_date=2026-01-01 to_date=2026-04-01",
                "done=1 rows[0].draft.posted=400 rows[0].recorded.posted=200"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_draft_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", back_test_program, "", OUTCOME_FIELD_REQUIRED, "from_date"),
        REFUSES("admin", back_test_program, "from_date=2026-01-01 to_date=2026-01-01",
                OUTCOME_VALUE_INVALID, "to_date"),
        REFUSES("admin", back_test_program, "from_date=2026-01-01 to_date=2026-01-02",
                OUTCOME_FIELD_REQUIRED, "draft"),
        REFUSES("admin", back_test_program,
                DRAFT("draft.rules[0].rate_bp=10001") "from_date=2026-01-01 to_date=2026-01-02",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rate_bp"),
    };
    PLAY_ON(STAGE, steps);
}

/* ---- in memory ------------------------------------------------------------------------------- */

static void a_history_beyond_the_bounds_is_refused_before_memory_is_taken(void **state)
{
    (void)state;
    struct replay replay = {.events.member_max = LIMIT_BACK_TEST_EVENTS};

    assert_int_equal(replay_begin(&replay), OUTCOME_BACK_TEST_TOO_LARGE);
    assert_null(replay.members);
    replay_clear(&replay);
}

static void counters_add_up_however_many_there_are(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct back_test_counters counters = {0};
    struct back_test_counter counter = {.rule = 3, .cap = CAP_BENEFICIARY};

    assert_int_equal(back_test_counters_get(&counters, &counter), 0);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= COUNT; i++) {
            counter.party = (struct party){PARTY_MEMBER, i};
            counter.start = (business_date)(i % 7);
            assert_true(back_test_counters_add(&counters, &counter, (int64_t)i));
        }
    }
    for (uint32_t i = 1; i <= COUNT; i++) {
        counter.party = (struct party){PARTY_MEMBER, i};
        counter.start = (business_date)(i % 7);
        assert_int_equal(back_test_counters_get(&counters, &counter), 2 * (int64_t)i);
        counter.start++;
        assert_int_equal(back_test_counters_get(&counters, &counter), 0);
        counter.start--;
        counter.party.kind = PARTY_GUIDE;
        assert_int_equal(back_test_counters_get(&counters, &counter), 0);
    }
    assert_int_equal(counters.used_count, COUNT);
    back_test_counters_clear(&counters);
}

static void totals_keep_a_row_for_each_rule_unit_kind_and_month(void **state)
{
    (void)state;
    struct back_test_totals totals = {0};
    struct back_test_row row = {.unit = UNIT_CASH, .kind = PARTY_GUIDE, .month = 100};
    uint16_t second;

    assert_true(back_test_totals_rule(&totals, "one", &row.rule));
    assert_true(back_test_totals_rule(&totals, "two", &second));
    assert_true(back_test_totals_rule(&totals, "two", &second));
    assert_int_equal(second, 1);
    assert_true(back_test_totals_add(&totals, &row, true, 5, 0));
    assert_true(back_test_totals_add(&totals, &row, false, 7, 2));
    row.month = 69;
    assert_true(back_test_totals_add(&totals, &row, true, 0, 1));
    row.rule = second;
    assert_true(back_test_totals_add(&totals, &row, true, 1, 0));
    back_test_totals_sort(&totals);
    assert_int_equal(totals.row_count, 3);
    assert_int_equal(totals.rows[0].month, 69);
    assert_int_equal(totals.rows[0].draft.count, 0);
    assert_int_equal(totals.rows[0].draft.reversed, 1);
    assert_int_equal(totals.rows[1].rule, second);
    assert_int_equal(totals.rows[2].draft.posted, 5);
    assert_int_equal(totals.rows[2].recorded.posted, 7);
    assert_int_equal(totals.rows[2].recorded.reversed, 2);
    back_test_totals_clear(&totals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_is_held_against_what_was_given),
        cmocka_unit_test(tiers_rise_in_the_replay_as_the_draft_says),
        cmocka_unit_test(a_draft_that_cannot_be_is_refused),
        cmocka_unit_test(a_history_beyond_the_bounds_is_refused_before_memory_is_taken),
        cmocka_unit_test(counters_add_up_however_many_there_are),
        cmocka_unit_test(totals_keep_a_row_for_each_rule_unit_kind_and_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
