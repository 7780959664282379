/* Members change hands by date: what is past stays, what comes follows; verify counts the guides'
 * figures again after each step. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HIRE(number, shop)                                                                      \
    ANSWERS("admin", create_guide,                                                              \
            "guide.employee_no=N" number " guide.name=N guide.employments[0].shop_id=" shop     \
            " guide.employments[0].from_date=2026-01-01", "guide.guide_number=" number)
#define BUY(receipt, member, on, told)                                                          \
    ANSWERS("pos:1", record_purchase,                                                           \
            "receipt_number=" receipt " member_number=" member                                  \
            " amount_minor=10000 occurred_at=" on "T08:00", told)
#define HAND(id, fields, told)                                                                  \
    ANSWERS_AGAIN("admin", hand_over_members, "reason=r request_id=" id " " fields, told)
#define REFUSED(fields, outcome, field)                                                         \
    REFUSES("admin", hand_over_members, "reason=r request_id=no " fields, outcome, field)
#define WORK ANSWERS("ticker", tick_handovers, "step_count=32", NULL)
#define SHOWS(number, told)                                                                     \
    ANSWERS("auditor", get_handover, "handover_number=" number, told)
#define ROWS(number, told)                                                                      \
    ANSWERS("admin", list_handover_rows, "handover_number=" number, told)

static void all_he_serves_go_to_another_from_a_day_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "2026-03-02", "purchase.serving_guide=1"),
        AT("2026-03-10T10:00"), HIRE("4", "S1"),
        HAND("h", "from_guide_number=1 to_guide_number=4 from_date=2026-03-08 all_members=true",
             "handover.handover_number=1 handover.state=UNSPECIFIED"),
        SHOWS("1", "handover.state=WORKING"),
        WORK,
        SHOWS("1", "handover.state=DONE handover.counts#=1 handover.counts[0].outcome=BOUND "
                   "handover.counts[0].members=2"),
        ROWS("1", "rows#=2 rows[0].member_number=1 rows[0].outcome=BOUND "
                  "rows[0].from_date=2026-03-08 rows[0].guide_number=1"),
        ANSWERS("admin", get_member, "member_number=1", "member.serving_guide=4"),
        /* By the purchase's own date, whenever it is recorded. */
        BUY("2", "1", "2026-03-07", "purchase.serving_guide=1"),
        BUY("3", "1", "2026-03-08", "purchase.serving_guide=4"),
        BUY("4", "2", "2026-03-10", "purchase.serving_guide=4"),
        ANSWERS("guide:1", list_members, "", "members#=0"),
        ANSWERS("guide:4", list_members, "", "members#=2"),
        /* On the scoreboard they stand apart, on the day they came. */
        ANSWERS("guide:4", get_scoreboard, "span=MONTH date=2026-03-08",
                "scoreboard.handed_over_members=2 !scoreboard.new_members"),
        ANSWERS("guide:4", list_scoreboard_members,
                "kpi=HANDED_OVER_MEMBERS span=DAY date=2026-03-08", "members#=2"),
        ANSWERS("guide:4", list_scoreboard_members,
                "kpi=HANDED_OVER_MEMBERS span=DAY date=2026-03-10", "members#=0"),
        /* What was recorded stays his, in a refund too. */
        ANSWERS("admin", record_refund,
                "shop_id=S1 refund_number=R1 receipt_number=1 amount_minor=10000", NULL),
        ANSWERS("admin", get_balance, "account=guide:4",
                "account_balances.balances[1].available=100"),
        HAND("again", "from_guide_number=1 to_guide_number=4 from_date=2026-03-10 "
                      "all_members=true", "handover.handover_number=2"),
        WORK, SHOWS("2", "handover.state=DONE handover.counts#=0"),
        ANSWERS("admin", list_handovers, "", "handovers#=2"),
        ANSWERS("admin", list_handovers, "guide_number=3", "handovers#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void each_member_named_comes_to_her_own_outcome(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", register_member, "phone=13800000003 consent_policy_version=v1 code=$g2",
                "member_number=3"),
        ANSWERS("admin", register_member, "phone=13800000004 consent_policy_version=v1",
                "member_number=4"),
        AT("2026-03-10T10:00"), HIRE("4", "S1"),
        HAND("h", "from_guide_number=1 to_guide_number=2 from_date=2026-03-10 member_numbers[0]=1 "
                  "member_numbers[1]=3 member_numbers[2]=4", "handover.handover_number=1"),
        WORK,
        ROWS("1", "rows#=3 rows[0].outcome=BOUND rows[1].member_number=3 "
                  "rows[1].outcome=ALREADY_BOUND_TO_THIS rows[2].outcome=NOT_BOUND"),
        HAND("i", "from_guide_number=2 to_guide_number=4 from_date=2026-03-10 member_numbers[0]=2",
             "handover.handover_number=2"),
        WORK, ROWS("2", "rows#=1 rows[0].outcome=BOUND_TO_OTHER rows[0].guide_number=1"),
        HAND("j", "to_guide_number=4 from_date=2026-03-10 member_numbers[0]=4",
             "handover.handover_number=3"),
        WORK, ROWS("3", "rows#=1 rows[0].outcome=BOUND"),
        HAND("k", "from_guide_number=4 release=true from_date=2026-03-12 member_numbers[0]=4",
             "handover.handover_number=4"),
        WORK, ROWS("4", "rows#=1 rows[0].outcome=RELEASED rows[0].from_date=2026-03-12"),
        AT("2026-03-12T10:00"),
        ANSWERS("admin", get_member, "member_number=4", "!member.serving_guide"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_guide_who_leaves_hands_on_his_members_and_his_printed_codes(void **state)
{
    (void)state;
    static const struct step steps[] = {
        AT("2026-03-10T10:00"), HIRE("4", "S1"),
        ANSWERS_AGAIN("admin", end_employment,
                      "guide_number=1 until_date=2026-03-15 handover.to_guide_number=4 "
                      "handover.codes_follow=true handover.reason=leaves handover.request_id=q",
                      "guide_number=1 employment.until_date=2026-03-15 handover_number=1"),
        WORK,
        SHOWS("1", "handover.state=WAITING handover.codes_moved=1 handover.counts[0].members=2"),
        /* Until then he registers and serves; who comes meanwhile goes over, too. */
        ANSWERS("admin", register_member, "phone=13800000003 consent_policy_version=v1 code=$g1",
                "member_number=3 scan_result=BOUND"),
        BUY("1", "1", "2026-03-10", "purchase.serving_guide=1"),
        AT("2026-03-15T10:00"), WORK,
        SHOWS("1", "handover.state=DONE handover.counts[0].outcome=BOUND "
                   "handover.counts[0].members=3"),
        ANSWERS("admin", get_member, "member_number=3", "member.serving_guide=4"),
        BUY("2", "1", "2026-03-15", "purchase.serving_guide=4"),
        /* The card on the shelf works on, for the other. */
        ANSWERS("admin", register_member, "phone=13800000005 consent_policy_version=v1 code=$g1",
                "scan_result=BOUND member_number=4"),
        ANSWERS("admin", get_member, "member_number=4", "member.serving_guide=4"),
        REFUSES("admin", end_employment, "guide_number=1 until_date=2026-01-01",
                OUTCOME_DATE_INVALID, "until_date"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_guide_goes_to_another_shop_and_keeps_what_he_earned(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "2026-03-02", "purchase.serving_guide=1"),
        AT("2026-03-10T10:00"),
        ANSWERS("admin", create_guide,
                "guide.employee_no=E1 guide.name=Twin guide.employments[0].shop_id=S2 "
                "guide.employments[0].from_date=2026-01-01", "guide.guide_number=4"),
        REFUSES("admin", transfer_guide, "guide_number=1 shop_id=S2 from_date=2026-03-20",
                OUTCOME_EMPLOYEE_NO_TAKEN, "employee_no"),
        REFUSES("admin", transfer_guide, "guide_number=1 shop_id=S2 from_date=2025-12-31",
                OUTCOME_DATE_INVALID, "from_date"),
        ANSWERS_AGAIN("admin", transfer_guide,
                      "guide_number=1 shop_id=S2 from_date=2026-03-20 employee_no=E1b",
                      "pay_entity=Franchise employee_no=E1b employment.from_date=2026-03-20"),
        BUY("2", "1", "2026-03-10", "purchase.serving_guide=1"),
        AT("2026-03-20T10:00"),
        BUY("3", "1", "2026-03-20", "purchase.serving_guide=1"),
        ANSWERS("ticker", tick_due, "account_count=8", NULL),
        ANSWERS("admin", get_guide, "guide_number=1",
                "guide.employments#=2 guide.employments[0].until_date=2026-03-20 "
                "guide.employments[1].shop_id=S2"),
        ANSWERS("admin", update_guide,
                "guide.guide_number=1 guide.name='New Name' update_fields[0]=name",
                "guide.name=New_Name"),
        REFUSES("admin", update_guide,
                "guide.guide_number=1 guide.employee_no=E2 update_fields[0]=employee_no",
                OUTCOME_EMPLOYEE_NO_TAKEN, "guide.employee_no"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_handover_is_asked_for_in_its_form(void **state)
{
    (void)state;
    static const struct step steps[] = {
        AT("2026-03-10T10:00"),
        REFUSED("from_guide_number=1 to_guide_number=3 from_date=2026-03-10 all_members=true",
                OUTCOME_GUIDE_INACTIVE, "to_guide_number"),
        REFUSED("from_guide_number=1 to_guide_number=9 from_date=2026-03-10 all_members=true",
                OUTCOME_GUIDE_UNKNOWN, "to_guide_number"),
        REFUSED("from_guide_number=1 to_guide_number=2 from_date=2028-03-10 all_members=true",
                OUTCOME_DATE_INVALID, "from_date"),
        REFUSED("from_guide_number=1 to_guide_number=2 from_date=2026-03-10 member_numbers[0]=9",
                OUTCOME_MEMBER_UNKNOWN, "member_numbers"),
        REFUSES("manager:2", hand_over_members,
                "reason=r request_id=no from_guide_number=1 to_guide_number=2 "
                "from_date=2026-03-10 all_members=true", OUTCOME_NOT_YOURS, "from_guide_number"),
        REFUSES("admin", get_handover, "handover_number=1", OUTCOME_HANDOVER_UNKNOWN,
                "handover_number"),
        HAND("h", "from_guide_number=1 to_guide_number=2 from_date=2026-03-10 all_members=true",
             "handover.handover_number=1"),
        REFUSES("admin", hand_over_members,
                "reason=other request_id=h from_guide_number=1 to_guide_number=2 "
                "from_date=2026-03-10 all_members=true", OUTCOME_REQUEST_ID_REUSED, "request_id"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_he_serves_go_to_another_from_a_day_on),
        cmocka_unit_test(each_member_named_comes_to_her_own_outcome),
        cmocka_unit_test(a_guide_who_leaves_hands_on_his_members_and_his_printed_codes),
        cmocka_unit_test(a_guide_goes_to_another_shop_and_keeps_what_he_earned),
        cmocka_unit_test(a_handover_is_asked_for_in_its_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
