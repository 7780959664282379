/* Rankings, targets, and what is behind figures. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/command/ranking.h"

/* ---- ranks ----------------------------------------------------------------------------------- */

static struct place FOUR[] = {{9, 5, 1}, {7, 2, 1}, {7, 3, 1}, {-4, 1, 1}};
static const struct ranking RANKED = {FOUR, 4};

static void equal_figures_share_a_rank_and_the_next_is_counted_on(void **state)
{
    (void)state;
    static const uint32_t ranks[] = {1, 2, 2, 4};
    static const int64_t gaps[] = {0, 2, 2, 11};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ranking_rank(&RANKED, i), ranks[i]);
        assert_int_equal(ranking_gap(&RANKED, i), gaps[i]);
        assert_int_equal(ranking_after(&RANKED, &FOUR[i]), i + 1);
    }
    assert_int_equal(ranking_find(&RANKED, 3), 2);
    assert_true(ranking_find(&RANKED, 4) == SIZE_MAX);
    /* A page goes on where the guide it ended with would stand. */
    assert_int_equal(ranking_after(&RANKED, &(struct place){.value = 8, .guide = 9}), 1);
    assert_int_equal(ranking_after(&RANKED, &(struct place){.value = -9, .guide = 1}), 4);
}

static void a_gap_beyond_64_bits_is_the_largest(void **state)
{
    (void)state;
    struct place places[] = {{INT64_MAX, 1, 1}, {-2, 2, 1}};
    assert_int_equal(ranking_gap(&(struct ranking){places, 2}, 1), INT64_MAX);
}

/* ---- plays ----------------------------------------------------------------------------------- */

#define GUIDE_OF(shop, number)                                                                  \
    ANSWERS("admin", create_guide,                                                              \
            "guide.employee_no=F" number " guide.name=Guide" number                             \
            " guide.employments[0].shop_id=" shop                                               \
            " guide.employments[0].from_date=2026-01-01", "guide.guide_number=" number)

static void a_ranking_is_honest_and_shames_no_tail(void **state)
{
    (void)state;
    static const struct step steps[] = {
        GUIDE_OF("S1", "4"), GUIDE_OF("S1", "5"), GUIDE_OF("S1", "6"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=20000",
                ""),
        /* Guide 3 left before March; who has nothing shares a rank. */
        ANSWERS("admin", list_ranking, "kpi=SALES",
                "rows#=5 guide_count=5 rows[0].guide_number=1 rows[0].value=20000 rows[0].rank=1 "
                "rows[0].name=Wang_Li rows[0].employee_no=E1 rows[0].shop_id=S1 "
                "rows[1].guide_number=2 !rows[1].value rows[1].rank=2 rows[1].shop_id=S2 "
                "rows[4].guide_number=6 rows[4].rank=2 !own start_date=2026-03-01 "
                "end_date=2026-04-01 !next_page_token"),
        ANSWERS("manager:1", list_ranking, "kpi=SALES",
                "rows#=4 rows[0].guide_number=1 rows[1].guide_number=4"),
        ANSWERS("admin", list_ranking, "kpi=SALES date=2026-01-31",
                "guide_count=6 rows[0].rank=1 rows[5].rank=1"),
        /* His own place: what he lacks, and two neighbours on each side. */
        ANSWERS("guide:5", list_ranking, "kpi=NEW_MEMBERS",
                "own.guide_number=5 own.rank=2 own.employee_no=F5 gap=1 above#=2 "
                "above[0].guide_number=2 above[1].guide_number=4 !above[1].employee_no "
                "above[1].name=Guide4 below#=1 below[0].guide_number=6 below[0].rank=2 "
                "!next_page_token"),
        ANSWERS("guide:1", list_ranking, "kpi=NEW_MEMBERS page_size=2",
                "rows#=2 own.rank=1 !gap !above below#=2 guide_count=5 !next_page_token"),
        ANSWERS("admin", list_ranking, "kpi=SALES guide_number=6 page_size=2",
                "rows#=2 own.guide_number=6 gap=20000 above[1].guide_number=5 !below",
                .save = "page=next_page_token"),
        ANSWERS("admin", list_ranking, "kpi=SALES guide_number=6 page_size=2 page_token=$page",
                "rows[0].guide_number=4 rows[0].rank=2 rows[1].guide_number=5"),
        REFUSES("admin", list_ranking, "kpi=PURCHASES page_token=$page", OUTCOME_PAGE_INVALID,
                "page_token"),
        ANSWERS("admin", list_ranking, "kpi=REPURCHASE_RATE span=YEAR",
                "rows[0].guide_number=1 !rows[0].value rows[0].denominator=1 rows[1].rank=1"),
        ANSWERS("payroll", list_ranking, "kpi=CASH_EARNED span=WEEK shop_id=S1",
                "rows[0].value=500 guide_count=4"),
        ANSWERS("auditor", list_ranking, "kpi=POINTS_EARNED span=DAY", "rows[0].rank=1"),
        REFUSES("guide:1", list_ranking, "kpi=SALES guide_number=2", OUTCOME_NOT_YOURS,
                "guide_number"),
        REFUSES("manager:1", list_ranking, "kpi=SALES shop_id=S2", OUTCOME_NOT_YOURS, "shop_id"),
        REFUSES("admin", list_ranking, "kpi=SALES shop_id=S9", OUTCOME_SHOP_UNKNOWN, "shop_id"),
        REFUSES("admin", list_ranking, "", OUTCOME_VALUE_INVALID, "kpi"),
        REFUSES("admin", list_ranking, "kpi=REPURCHASE_RATE span=WEEK", OUTCOME_VALUE_INVALID,
                "span"),
        REFUSES("admin", list_ranking, "kpi=SALES span=YEAR date=2027-01-01",
                OUTCOME_VALUE_INVALID, "date"),
    };
    PLAY_ON(STAGE, steps);
}

static void every_number_opens_into_members_and_entries(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=20000",
                ""),
        ANSWERS("pos:1", record_purchase, "receipt_number=2 member_number=2 amount_minor=10000",
                ""),
        AT("2026-04-02T12:00"),
        ANSWERS("pos:1", record_refund,
                "refund_number=R1 receipt_number=1 amount_minor=5000", ""),
        ANSWERS("pos:1", record_purchase, "receipt_number=3 member_number=2 amount_minor=1000",
                ""),
        ANSWERS("guide:1", list_scoreboard_members, "kpi=NEW_MEMBERS date=2026-03-01",
                "members#=1 members[0].member_number=1 members[0].name=Li_Hua "
                "members[0].registered_date=2026-03-02 members[0].phone=+86138****0001 "
                "members[0].first_purchase_date=2026-03-02 !members[0].activation_until_date"),
        ANSWERS("guide:1", list_scoreboard_members, "kpi=ACTIVATED_MEMBERS span=QUARTER "
                "date=2026-03-01", "members#=1"),
        ANSWERS("guide:1", list_scoreboard_members, "kpi=INHERITED_MEMBERS span=YEAR",
                "members#=1 members[0].member_number=2"),
        ANSWERS("guide:1", list_scoreboard_members, "kpi=HANDED_OVER_MEMBERS span=YEAR",
                "!members"),
        ANSWERS("manager:1", list_scoreboard_members,
                "kpi=REPURCHASE_RATE span=YEAR guide_number=1",
                "members#=2 members[0].purchase_days=1 members[1].purchase_days=2"),
        /* April: one purchase, and a refund of one in March. */
        ANSWERS("admin", list_scoreboard_members, "kpi=SALES guide_number=1",
                "members#=2 !members[0].purchases members[0].sales_minor=-5000 "
                "members[1].purchases=1 members[1].sales_minor=1000"),
        ANSWERS("admin", get_scoreboard, "guide_number=1",
                "scoreboard.sales_minor=-4000 scoreboard.purchases=1 "
                "scoreboard.cash_earned_minor=-120"),
        /* Sums of several months. */
        ANSWERS("admin", list_ranking, "kpi=SALES span=YEAR", "rows[0].value=26000"),
        ANSWERS("admin", list_ranking, "kpi=SALES span=QUARTER guide_number=1",
                "own.value=-4000 own.rank=2 gap=4000 currency=CNY"),
        ANSWERS("admin", list_ranking, "kpi=SALES span=WEEK guide_number=1", "own.value=-4000"),
        ANSWERS("admin", list_ranking, "kpi=INHERITED_MEMBERS span=YEAR", "rows[0].value=1"),
        ANSWERS("admin", list_ranking, "kpi=REPURCHASE_RATE span=YEAR",
                "rows[0].value=5000 rows[0].numerator=1 rows[0].denominator=2"),
        ANSWERS("auditor", list_scoreboard_members,
                "kpi=SALES guide_number=1 page_size=1",
                "members#=1 members[0].member_number=1 !members[0].name !members[0].phone",
                .save = "page=next_page_token"),
        ANSWERS("auditor", list_scoreboard_members,
                "kpi=SALES guide_number=1 page_size=1 page_token=$page",
                "members#=1 members[0].member_number=2 !next_page_token"),
        ANSWERS("guide:1", list_scoreboard_entries, "kpi=CASH_EARNED",
                "entries#=3 entries[0].amount=5 entries[0].from=EXPENSE entries[1].to=EXPENSE "
                "entries[2].to=EXPENSE !next_page_token"),
        ANSWERS("payroll", list_scoreboard_entries,
                "kpi=CASH_EARNED guide_number=1 date=2026-03-31 page_size=1",
                "entries#=1 entries[0].amount=50 entries[0].event_date=2026-03-02",
                .save = "page=next_page_token"),
        ANSWERS("payroll", list_scoreboard_entries,
                "kpi=CASH_EARNED guide_number=1 date=2026-03-31 page_size=1 page_token=$page",
                "entries[0].amount=100"),
        ANSWERS("guide:1", list_scoreboard_entries, "kpi=POINTS_EARNED span=YEAR", "!entries"),
        REFUSES("guide:1", list_scoreboard_entries, "kpi=SALES", OUTCOME_VALUE_INVALID, "kpi"),
        REFUSES("guide:1", list_scoreboard_members, "kpi=CASH_EARNED", OUTCOME_VALUE_INVALID,
                "kpi"),
        REFUSES("guide:1", list_scoreboard_members, "kpi=SALES guide_number=2", OUTCOME_NOT_YOURS,
                "guide_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_target_is_set_once_and_tells_what_is_reached(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("manager:1", set_target,
                      "guide_number=1 kpi=SALES date=2026-03-17 value=40000",
                      "target.span=MONTH target.start_date=2026-03-01 target.value=40000 "
                      "target.guide_number=1 !target.reached"),
        ANSWERS("admin", set_target,
                "guide_number=1 kpi=REPURCHASE_RATE span=YEAR date=2026-03-17 value=3000", ""),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=30000",
                ""),
        ANSWERS("guide:1", list_targets, "",
                "targets#=2 targets[0].reached=30000 targets[0].progress_bp=7500 "
                "targets[1].span=YEAR !targets[1].reached !next_page_token"),
        ANSWERS("guide:1", get_scoreboard, "",
                "scoreboard.targets#=1 scoreboard.targets[0].kpi=SALES "
                "scoreboard.targets[0].progress_bp=7500"),
        ANSWERS("admin", list_targets, "guide_number=1 page_size=1",
                "targets#=1", .save = "page=next_page_token"),
        ANSWERS("admin", list_targets, "guide_number=1 page_size=1 page_token=$page",
                "targets[0].kpi=REPURCHASE_RATE"),
        /* A refund may leave less than nothing: no progress then. */
        AT("2026-04-01T12:00"),
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=1 amount_minor=9000",
                ""),
        ANSWERS("admin", set_target,
                "guide_number=1 kpi=SALES span=DAY date=2026-04-01 value=100", ""),
        ANSWERS("guide:1", get_scoreboard, "span=DAY",
                "scoreboard.targets[0].reached=-9000 !scoreboard.targets[0].progress_bp"),
        ANSWERS("admin", set_target, "guide_number=1 kpi=SALES date=2026-03-01", "!target"),
        ANSWERS("admin", set_target, "guide_number=1 kpi=SALES date=2026-03-01", "!target"),
        ANSWERS("guide:1", list_targets, "", "targets#=2"),
        ANSWERS("manager:1", set_target, "guide_number=1 kpi=SALES date=2029-12-31 value=1",
                "target.start_date=2029-12-01"),
        REFUSES("manager:1", set_target, "guide_number=2 kpi=SALES date=2026-03-01 value=1",
                OUTCOME_NOT_YOURS, "guide_number"),
        REFUSES("admin", set_target, "guide_number=1 kpi=SALES value=1", OUTCOME_FIELD_REQUIRED,
                "date"),
        REFUSES("admin", set_target, "guide_number=1 kpi=SALES date=2026-03-01 value=-1",
                OUTCOME_VALUE_INVALID, "value"),
        REFUSES("admin", set_target,
                "guide_number=1 kpi=REPURCHASE_RATE date=2026-03-01 value=10001",
                OUTCOME_VALUE_INVALID, "value"),
        REFUSES("admin", set_target, "guide_number=1 date=2026-03-01 value=1",
                OUTCOME_VALUE_INVALID, "kpi"),
        REFUSES("guide:1", list_targets, "guide_number=2", OUTCOME_NOT_YOURS, "guide_number"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_figures_share_a_rank_and_the_next_is_counted_on),
        cmocka_unit_test(a_gap_beyond_64_bits_is_the_largest),
        cmocka_unit_test(a_ranking_is_honest_and_shames_no_tail),
        cmocka_unit_test(every_number_opens_into_members_and_entries),
        cmocka_unit_test(a_target_is_set_once_and_tells_what_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
