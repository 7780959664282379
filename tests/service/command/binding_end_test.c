/* A binding ends on its date: nobody serves her from then on, whoever looks, and her days leave her
 * guide's counts (verify, after each step, counts them again). */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Bound for 30 days; a guide gets a point for what his members buy, and one at a month's end for
 * each hundredth of them who came back. */
#define BOUND                                                                                    \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-03-02 program.inherit_serving_guide=true "     \
            "program.binding_validity_days=30 "                                                  \
            "program.rules[0].rule_id=serving program.rules[0].trigger=PURCHASE "                \
            "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=POINTS "           \
            "program.rules[0].fixed_amount=1 "                                                   \
            "program.rules[1].rule_id=back program.rules[1].trigger=PERIOD_CLOSE "               \
            "program.rules[1].beneficiary=SERVING_GUIDE program.rules[1].unit=POINTS "           \
            "program.rules[1].kpi=REPURCHASE_RATE program.rules[1].period=MONTH "                \
            "program.rules[1].wait_days=0 program.rules[1].minimum_n=1 "                         \
            "program.rules[1].fixed_amount=10", "program.version=2"),                            \
    ANSWERS("admin", register_member,                                                            \
            "phone=13800000003 consent_policy_version=v1 code=$g2", "member_number=3")
#define BUY(receipt, on, told)                                                                   \
    ANSWERS("pos:1", record_purchase,                                                            \
            "receipt_number=" receipt " member_number=3 amount_minor=100 occurred_at=" on, told)
#define SERVED ANSWERS("admin", get_member, "member_number=3", "member.serving_guide=2")
#define NOT_SERVED ANSWERS("admin", get_member, "member_number=3", "!member.serving_guide")
#define TICK ANSWERS("admin", tick_due, "account_count=8", NULL)

static void nobody_serves_her_from_the_last_day_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BOUND,
        BUY("1", "2026-03-02T09:00", "purchase.serving_guide=2"),
        AT("2026-03-31T19:59"), /* 2026-04-01 begins at 20:00 */
        SERVED,
        ANSWERS("guide:2", list_members, "", "members#=1"),
        BUY("2", "2026-03-31T19:58", "purchase.serving_guide=2"),
        AT("2026-03-31T20:00"),
        NOT_SERVED, /* nobody ticked */
        ANSWERS("guide:2", list_members, "", "members#=0"),
        /* A purchase posts the end; one dated before it is his still. */
        BUY("3", "2026-03-31T20:00", "!purchase.serving_guide"),
        BUY("4", "2026-03-30T10:00", "purchase.serving_guide=2"),
        NOT_SERVED,
        ANSWERS("guide:2", list_members, "", "members#=0"),
        BUY("5", "2026-03-31T20:00", "!purchase.serving_guide"),
        /* Who served at the month's end keeps its bonus. */
        ANSWERS("admin", close_period, "rule_id=back period=2026-03",
                "period_close.done=1 period_close.credits=1 period_close.amount=10"),
        ANSWERS("admin", get_period_close, "rule_id=back period=2026-03",
                "results[1].guide_number=2 results[1].numerator=1 results[1].denominator=1"),
        AT("2026-05-02T10:00"),
        BUY("6", "2026-04-20T10:00", "!purchase.serving_guide"),
        ANSWERS("admin", close_period, "rule_id=back period=2026-04",
                "period_close.done=1 !period_close.credits"),
    };
    PLAY_ON(STAGE, steps);
}

static void the_ticker_posts_the_end_where_nobody_buys(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BOUND,
        BUY("1", "2026-03-02T09:00", "purchase.serving_guide=2"),
        AT("2026-03-20T10:00"),
        BUY("2", "2026-03-20T09:00", "purchase.serving_guide=2"),
        AT("2026-04-01T10:00"),
        TICK,
        NOT_SERVED,
        ANSWERS("admin", register_member,
                "phone=13800000004 consent_policy_version=v1 recommender=13800000003",
                "scan_result=REFERRED !serving_guide"),
        TICK,
        BUY("3", "2026-03-15T09:00", "purchase.serving_guide=2"),
        BUY("4", "2026-04-01T09:00", "!purchase.serving_guide"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_serves_her_from_the_last_day_on),
        cmocka_unit_test(the_ticker_posts_the_end_where_nobody_buys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
