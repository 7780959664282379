/* Erasure: she is gone from every answer at once and for good, the books stay whole (verify counts
 * after each step), and whoever comes back with her phone is welcome and looked at. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUY(receipt, who, told)                                                                 \
    ANSWERS("admin", record_purchase,                                                           \
            "shop_id=S1 receipt_number=" receipt " " who " amount_minor=10000", told)
#define ERASE(number, told)                                                                     \
    ANSWERS_AGAIN("admin", erase_member, "member_number=" number " reason=REQUEST", told)
#define WORK(number)                                                                            \
    ANSWERS("ticker", tick_erasures, "kind=1 number=" number " step_count=16", NULL)
#define UNKNOWN(who, rpc, asked, field)                                                         \
    REFUSES(who, rpc, asked, OUTCOME_MEMBER_UNKNOWN, field)

static void she_is_gone_from_every_answer(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "member_number=1", "purchase.credits[0].amount=100"),
        ANSWERS("admin", create_token, "request_id=t token.role=MEMBER token.principal=member:1",
                "token.token_number=2"),
        ANSWERS("admin", update_member, "member.member_number=1 member.phone=13700000099 "
                                        "update_fields[0]=phone", NULL),
        ERASE("1", "member_number=1 erased_at=2026-03-02T10:00:00 items[0].kind=PROFILE "
                   "!items[0].kept items[5].kind=LEDGER items[5].kept=1 items[6].kind=POINTS "
                   "items[6].amount=100 items[7].kind=BACKUPS items#=8"),
        /* Another reason a day later is no other answer. */
        AT("2026-03-03T10:00"),
        ANSWERS("admin", erase_member, "member_number=1 reason=INACTIVE",
                "erased_at=2026-03-02T10:00:00"),
        UNKNOWN("admin", get_member, "member_number=1", "member_number"),
        UNKNOWN("admin", get_member, "phone=13800000001", "phone"),
        UNKNOWN("admin", get_member, "phone=13700000099", "phone"),
        UNKNOWN("pos:1", get_member, "code=$m1", "code"),
        REFUSES("guide:1", get_member, "member_number=1", OUTCOME_NOT_YOURS, "member_number"),
        UNKNOWN("pos:1", record_purchase,
                "receipt_number=2 phone=13700000099 amount_minor=100", "phone"),
        UNKNOWN("pos:1", record_purchase,
                "receipt_number=2 member_number=1 amount_minor=100", "member_number"),
        UNKNOWN("pos:1", redeem,
                "request_id=r member_number=1 unit=POINTS amount=10 receipt_number=9",
                "member_number"),
        UNKNOWN("admin", update_member,
                "member.member_number=1 member.name=X update_fields[0]=name",
                "member.member_number"),
        UNKNOWN("admin", set_consent, "member_number=1 policy_version=v2", "member_number"),
        UNKNOWN("admin", get_member_data, "member_number=1", "member_number"),
        REFUSES("stranger", resolve_code, "code=$m1", OUTCOME_CODE_NOT_VALID, "code"),
        ANSWERS("guide:1", list_members, "", "members#=1 members[0].member_number=2"),
        ANSWERS("manager:1", list_members, "", "members#=1"),
        ANSWERS("auditor", list_members, "",
                "members#=2 members[0].member_number=1 members[0].erased_at=2026-03-02T10:00:00 "
                "!members[0].name !members[0].phone !members[1].erased_at"),
        ANSWERS("admin", list_tokens, "", "tokens#=2 tokens[1].revoked_at=2026-03-02T10:00:00"),
        ANSWERS("auditor", list_erasures, "",
                "erasures#=1 erasures[0].member_number=1 erasures[0].reason=REQUEST "
                "!erasures[0].finished"),
        WORK("1"),
        ANSWERS("auditor", list_erasures, "", "erasures[0].finished=1"),
        ANSWERS("admin", get_code, "code=$m1", "code.revoked_at=2026-03-03T10:00:00"),
        ANSWERS("admin", erase_member, "member_number=1 reason=REQUEST",
                "erased_at=2026-03-02T10:00:00 items#=8"),
        /* The money is the ledger's: staff see it under her number. */
        ANSWERS("admin", get_balance, "account=member:1",
                "account_balances.balances[0].available=100"),
        ANSWERS("auditor", list_purchases, "member_number=1", "purchases#=1"),
        ANSWERS("admin", list_redemptions, "member_number=1", "redemptions#=0"),
        UNKNOWN("pos:1", list_purchases, "member_number=1", "member_number"),
        UNKNOWN("pos:1", list_redemptions, "member_number=1", "member_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_refuses_and_in_which_order(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("member:2", erase_member, "member_number=1", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("member:2", erase_member, "member_number=9", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("admin", erase_member, "reason=REQUEST", OUTCOME_FIELD_REQUIRED, "member_number"),
        REFUSES("admin", erase_member, "member_number=9 reason=REQUEST", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin", erase_member, "member_number=1", OUTCOME_FIELD_REQUIRED, "reason"),
        REFUSES("admin", erase_member, "member_number=1 reason=9", OUTCOME_VALUE_INVALID,
                "reason"),
        REFUSES("member:1", erase_member, "reason=INACTIVE", OUTCOME_VALUE_INVALID, "reason"),
        ANSWERS("member:2", erase_member, "", "member_number=2 items#=7"),
        ANSWERS("admin", list_erasures, "",
                "erasures[0].member_number=2 erasures[0].reason=REQUEST "
                "!erasures[0].erased_by_token"),
        ANSWERS("token:$admin", erase_member, "member_number=1 reason=UNLAWFUL", NULL),
        ANSWERS("admin", list_erasures, "page_size=1",
                "erasures#=1 erasures[0].reason=UNLAWFUL erasures[0].erased_by_token=1",
                .save = "next=next_page_token"),
        ANSWERS("admin", list_erasures, "page_size=1 page_token=$next",
                "erasures#=1 erasures[0].member_number=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void the_books_go_on_without_her(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "member_number=1", NULL),
        BUY("2", "member_number=2",
            "purchase.credits[1].beneficiary=member:1 purchase.credits[1].amount=200"),
        ERASE("1", "items[6].kind=POINTS items[7].kind=CASH items[7].amount=200"),
        /* Whom she recommended goes on; she herself earns no more, and it says why. */
        BUY("3", "member_number=2",
            "purchase.credits[1].beneficiary=member:1 purchase.credits[1].reason=ERASED "
            "!purchase.credits[1].amount"),
        ANSWERS("admin", explain_purchase, "shop_id=S1 receipt_number=3", NULL),
        /* A late refund finds its purchase by its own number. */
        ANSWERS("pos:1", record_refund,
                "refund_number=R1 receipt_number=1 amount_minor=10000", NULL),
        ANSWERS("admin", get_balance, "account=member:1",
                "!account_balances.balances[0].available "
                "account_balances.balances[1].available=200"),
        ANSWERS("pos:1", record_refund,
                "refund_number=R2 receipt_number=2 amount_minor=10000", NULL),
        ANSWERS("admin", get_balance, "account=member:1",
                "!account_balances.balances[1].available"),
        WORK("1"), AT("2027-06-02T10:00"),
        ANSWERS("ticker", tick_due, "account_count=16", NULL),
        BUY("4", "member_number=2", "purchase.credits[1].reason=ERASED"),
    };
    PLAY_ON(STAGE, steps);
}

static void nobody_serves_her_from_that_day_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "member_number=1", NULL),
        AT("2026-03-10T10:00"),
        ANSWERS("guide:1", get_scoreboard, "span=MONTH date=2026-03-10",
                "scoreboard.new_members=1 scoreboard.repurchase_12_months.denominator=1"),
        ANSWERS("admin", hand_over_members,
                "reason=r request_id=h from_guide_number=1 to_guide_number=2 "
                "from_date=2026-03-20 member_numbers[0]=1", NULL),
        ANSWERS("ticker", tick_handovers, "step_count=32", NULL),
        ERASE("1", NULL), WORK("1"),
        ANSWERS("auditor", list_erasures, "", "erasures[0].finished=1"),
        ANSWERS("guide:1", get_scoreboard, "span=MONTH date=2026-03-10",
                "scoreboard.new_members=1 !scoreboard.repurchase_12_months.denominator"),
        /* What was planned lasts a day and shows nobody. */
        AT("2026-03-20T10:00"), ANSWERS("ticker", tick_due, "account_count=16", NULL),
        ANSWERS("guide:2", list_members, "", "members#=0"),
        AT("2026-03-22T10:00"), ANSWERS("ticker", tick_due, "account_count=16", NULL),
        ANSWERS("guide:2", list_members, "", "members#=0"),
        ANSWERS("admin", list_members, "guide_number=2", "members#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void one_erased_on_the_day_she_came_is_released_the_day_after(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ERASE("1", NULL), WORK("1"),
        ANSWERS("auditor", list_erasures, "", "erasures[0].finished=1"),
        AT("2026-03-04T10:00"), ANSWERS("ticker", tick_due, "account_count=16", NULL),
        ANSWERS("ticker", tick_erasures, "kind=1 number=1 step_count=4", NULL),
        ANSWERS("ticker", tick_erasures, "kind=1 number=7 step_count=4", NULL),
        ANSWERS("guide:1", list_members, "", "members#=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void her_phone_comes_back_as_somebody_new_who_is_looked_at(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", update_member, "member.member_number=1 member.phone=13700000099 "
                                        "update_fields[0]=phone", NULL),
        ERASE("1", NULL), WORK("1"),
        AT("2026-03-08T10:00"),
        /* At once, without the rest of a number given up; the earlier one, too. */
        ANSWERS("stranger", register_member,
                "phone=13800000001 consent_policy_version=v1 code=$g2",
                "scan_result=BOUND !member_number"),
        ANSWERS("admin", create_code, "request_id=m2 code.owner=member:2", NULL,
                .save = "m2=code.code"),
        ANSWERS("pos:1", register_member,
                "phone=13700000099 consent_policy_version=v1 code=$m2",
                "scan_result=REFERRED member_number=4"),
        ANSWERS("admin", get_member, "phone=13800000001", "member.member_number=3"),
        /* Her own points are hers; what her friend earns by her first purchase waits. */
        BUY("1", "member_number=4",
            "purchase.credits[0].amount=100 purchase.credits[1].beneficiary=member:2"),
        ANSWERS("admin", list_reviews, "",
                "reviews#=1 reviews[0].member_number=4 reviews[0].evidence#=1 "
                "reviews[0].evidence[0].signal=ERASED_BEFORE reviews[0].evidence[0].observed=6"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[1].held=200"),
        ANSWERS("admin", get_balance, "account=member:4",
                "account_balances.balances[0].available=100 !account_balances.balances[0].held"),
        /* The second is a purchase like any other. */
        BUY("2", "member_number=4", NULL),
        ANSWERS("admin", list_reviews, "", "reviews#=1"),
        /* Erased again, known again. */
        ERASE("4", "erased_at=2026-03-08T10:00:00"),
        ANSWERS("pos:1", register_member, "phone=13700000099 consent_policy_version=v1",
                "scan_result=NONE member_number=5"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_others_earn_by_a_registration_is_held_too(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-03 "
                "program.rules[0].rule_id=head program.rules[0].trigger=REGISTRATION "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "
                "program.rules[0].fixed_amount=700", NULL),
        ERASE("1", NULL), AT("2026-03-03T10:00"),
        ANSWERS("admin", register_member,
                "shop_id=S1 phone=13800000001 consent_policy_version=v1 code=$g2",
                "scan_result=BOUND member_number=3 credits[0].amount=700"),
        ANSWERS("admin", list_reviews, "",
                "reviews#=1 reviews[0].evidence[0].signal=ERASED_BEFORE "
                "reviews[0].evidence[0].observed=1"),
        ANSWERS("admin", register_member,
                "shop_id=S1 phone=13800000009 consent_policy_version=v1 code=$g2",
                "member_number=4"),
        ANSWERS("admin", list_reviews, "", "reviews#=1"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(she_is_gone_from_every_answer),
        cmocka_unit_test(what_refuses_and_in_which_order),
        cmocka_unit_test(the_books_go_on_without_her),
        cmocka_unit_test(nobody_serves_her_from_that_day_on),
        cmocka_unit_test(one_erased_on_the_day_she_came_is_released_the_day_after),
        cmocka_unit_test(her_phone_comes_back_as_somebody_new_who_is_looked_at),
        cmocka_unit_test(what_others_earn_by_a_registration_is_held_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
