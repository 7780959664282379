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

/* ---- periods --------------------------------------------------------------------------------- */

/* 90 points from 50 % who came back, after 10 days, 150 in all; 300 for each guide who brought
 * members in the quarter, leavers too. */
#define PERIODS(of)                                                                             \
    of ".rules[0].rule_id=back " of ".rules[0].trigger=PERIOD_CLOSE "                           \
    of ".rules[0].beneficiary=SERVING_GUIDE " of ".rules[0].unit=POINTS "                       \
    of ".rules[0].kpi=REPURCHASE_RATE " of ".rules[0].period=MONTH " of ".rules[0].wait_days=10 " \
    of ".rules[0].minimum_n=1 " of ".rules[0].budget=150 " of ".rules[0].brackets[0].to=5000 "  \
    of ".rules[0].brackets[1].from=5000 " of ".rules[0].brackets[1].fixed_amount=90 "           \
    of ".rules[1].rule_id=heads " of ".rules[1].trigger=PERIOD_CLOSE "                          \
    of ".rules[1].beneficiary=SERVING_GUIDE " of ".rules[1].unit=CASH "                         \
    of ".rules[1].kpi=NEW_MEMBERS " of ".rules[1].period=QUARTER " of ".rules[1].minimum_n=1 "  \
    of ".rules[1].fixed_amount=300 " of ".rules[1].include_leavers=true "                       \
    of ".rules[1].wait_days=1 " of ".inherit_serving_guide=true "
#define REGISTER(phone, code, on)                                                               \
    ANSWERS("admin", register_member, "phone=" phone " consent_policy_version=v1 code=" code    \
            " occurred_at=" on "T08:00", NULL)
#define BOUGHT(receipt, buyer, on) \
    ANSWERS("admin", record_purchase, BUY(receipt, buyer, "1000", "occurred_at=" on "T08:00"), NULL)
#define REFUNDED(refund, receipt)                                                               \
    ANSWERS("admin", record_refund, "shop_id=S1 refund_number=" refund " receipt_number=" receipt \
            " amount_minor=1000", NULL)
#define CLOSED(rule, period, amount)                                                            \
    ANSWERS("payroll", close_period, "rule_id=" rule " period=" period,                         \
            "period_close.done=1 period_close.amount=" amount)

static void the_program_in_force_costs_what_its_closes_posted(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 " PERIODS("program"),
                "program.version=2"),
        REGISTER("13800000003", "$g2", "2026-01-10"), REGISTER("13800000004", "$g3", "2026-01-11"),
        BOUGHT("F1", "member_number=3", "2026-02-10"),
        BOUGHT("F2", "member_number=3", "2026-02-11"),
        AT("2026-03-20T10:00"),
        CLOSED("back", "2026-02", "90"),
        /* Of guide 1's one comes back; guide 2's takes her second day back in time ... */
        BOUGHT("M1", "member_number=1", "2026-03-03"),
        BOUGHT("M2", "member_number=1", "2026-03-05"),
        BOUGHT("M3", "member_number=2", "2026-03-04"),
        BOUGHT("M4", "member_number=3", "2026-03-04"),
        BOUGHT("M5", "member_number=3", "2026-03-06"),
        AT("2026-04-10T10:00"), REFUNDED("R1", "M5"),
        /* ... and guide 1's too late. */
        AT("2026-04-11T10:00"), REFUNDED("R2", "M2"),
        CLOSED("back", "2026-03", "60"), CLOSED("heads", "2026Q1", "900"),
        ANSWERS("admin", back_test_program,
                PERIODS("draft") "from_date=2026-01-01 to_date=2026-04-01",
                "done=1 rows#=3 rows[0].rule_id=back rows[0].month=2026-02 "
                "rows[0].beneficiary=GUIDE rows[0].unit=POINTS rows[0].draft.count=1 "
                "rows[0].draft.posted=90 rows[0].recorded.count=1 rows[0].recorded.posted=90 "
                "rows[1].rule_id=back rows[1].month=2026-03 rows[1].draft.posted=60 "
                "rows[1].recorded.posted=60 rows[2].rule_id=heads rows[2].month=2026-03 "
                "rows[2].unit=CASH rows[2].draft.count=3 rows[2].draft.posted=900 "
                "rows[2].recorded.count=3 rows[2].recorded.posted=900 notes#=3"),
        /* What February's close took of the budget is missing in March; April is not over. */
        ANSWERS("admin", back_test_program,
                PERIODS("draft") "from_date=2026-03-31 to_date=2027-01-01",
                "done=1 rows#=2 rows[0].rule_id=back rows[0].draft.posted=60 "
                "rows[0].recorded.posted=60 rows[1].rule_id=heads rows[1].draft.posted=900 "
                "rows[1].recorded.posted=900"),
        ANSWERS("admin", back_test_program,
                PERIODS("draft") "from_date=2026-03-01 to_date=2026-03-31", "done=1 rows#=0"),
        /* Another draft pays more, and nobody who left. */
        ANSWERS("admin", back_test_program,
                PERIODS("draft") "draft.rules[0].budget=0 draft.rules[1].fixed_amount=500 "
                "draft.rules[1].include_leavers=false from_date=2026-03-31 to_date=2026-04-01",
                "done=1 rows[0].draft.posted=90 rows[0].recorded.posted=60 "
                "rows[1].draft.count=2 rows[1].draft.posted=1000"),
    };
    PLAY_ON(STAGE, steps);
}

/* Closed before its wait is over, a period counts for the draft too. */
static void a_period_closed_early_is_closed_by_the_draft_too(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 " PERIODS("program"),
                "program.version=2"),
        BOUGHT("M1", "member_number=1", "2026-03-01"),
        BOUGHT("M2", "member_number=1", "2026-03-02"),
        AT("2026-04-01T10:00"),
        ANSWERS("admin", back_test_program,
                PERIODS("draft") "from_date=2026-03-01 to_date=2026-04-01", "done=1 rows#=0"),
        ANSWERS("admin", close_period, "rule_id=back period=2026-03 early=true",
                "period_close.done=1 period_close.amount=90"),
        ANSWERS("admin", back_test_program,
                PERIODS("draft") "from_date=2026-03-01 to_date=2026-04-01",
                "done=1 rows#=1 rows[0].rule_id=back rows[0].draft.posted=90 "
                "rows[0].recorded.posted=90"),
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
        cmocka_unit_test(the_program_in_force_costs_what_its_closes_posted),
        cmocka_unit_test(a_period_closed_early_is_closed_by_the_draft_too),
        cmocka_unit_test(a_history_beyond_the_bounds_is_refused_before_memory_is_taken),
        cmocka_unit_test(counters_add_up_however_many_there_are),
        cmocka_unit_test(totals_keep_a_row_for_each_rule_unit_kind_and_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
