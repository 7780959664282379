/* What rules of every kind earn: sellers, caps, conditions, brackets, maturity. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUY(receipt, buyer, amount, rest)                                                       \
    "shop_id=S1 receipt_number=" receipt " member_number=" buyer " amount_minor=" amount " " rest
#define SELLER(i, guide, bp)                                                                    \
    " sellers[" #i "].guide_number=" guide " sellers[" #i "].share_bp=" bp
#define RULE(i, id, trigger_, whom, unit_, rest)                                                \
    " program.rules[" #i "].rule_id=" id " program.rules[" #i "].trigger=" trigger_             \
    " program.rules[" #i "].beneficiary=" whom " program.rules[" #i "].unit=" unit_ rest
#define PART(i, text) " program.rules[" #i "]." text
#define PUBLISHES(id, date, number, rules)                                                       \
    ANSWERS("admin", publish_program, "request_id=" id " program.from_date=" date rules,        \
            "program.version=" number)
#define CREDIT(i, text) " purchase.credits[" #i "]." text

/* ---- sellers --------------------------------------------------------------------------------- */

static void sellers_share_what_rules_for_them_give(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISHES("p2", "2026-03-02", "2",
                  RULE(0, "sold", "PURCHASE", "SELLING_GUIDE", "CASH", PART(0, "rate_bp=100"))),
        ANSWERS("admin", register_member, "phone=13900000001 consent_policy_version=v1",
                "member_number=3"), /* guide 1 as a member */
        ANSWERS_AGAIN("admin", record_purchase,
                      BUY("A1", "2", "10000", SELLER(0, "1", "6667") SELLER(1, "2", "3333")),
                      "purchase.sellers#=2 purchase.sellers[0].guide_number=1 "
                      "purchase.sellers[1].share_bp=3333 purchase.credits#=2"
                      CREDIT(0, "beneficiary=guide:1") CREDIT(0, "amount=67")
                      CREDIT(1, "beneficiary=guide:2") CREDIT(1, "amount=33")),
        ANSWERS_AGAIN("admin", record_purchase, BUY("A2", "2", "10000", SELLER(0, "2", "0")),
                      "purchase.sellers[0].share_bp=10000" CREDIT(0, "amount=100")),
        ANSWERS_AGAIN("admin", record_purchase,
                      BUY("A3", "3", "10000", SELLER(0, "3", "5000") SELLER(1, "1", "5000")),
                      "purchase.credits#=2" CREDIT(0, "reason=GUIDE_INACTIVE")
                      CREDIT(1, "reason=SELF")),
        ANSWERS("admin", record_purchase, BUY("A4", "2", "10000", ""),
                "purchase.credits#=0 purchase.sellers#=0"),
        REFUSES("admin", record_purchase, BUY("A2", "2", "10000", SELLER(0, "1", "0")),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("admin", record_purchase, BUY("A4", "2", "10000", SELLER(0, "1", "0")),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("admin", record_purchase, BUY("A5", "2", "1", SELLER(0, "9", "0")),
                OUTCOME_GUIDE_UNKNOWN, "sellers.guide_number"),
        REFUSES("admin", record_purchase, BUY("A5", "2", "1", SELLER(0, "0", "10000")),
                OUTCOME_SELLERS_INVALID, "sellers.guide_number"),
        REFUSES("admin", record_purchase,
                BUY("A5", "2", "1", SELLER(0, "1", "5000") SELLER(1, "1", "5000")),
                OUTCOME_SELLERS_INVALID, "sellers.guide_number"),
        REFUSES("admin", record_purchase,
                BUY("A5", "2", "1", SELLER(0, "1", "5000") SELLER(1, "2", "4999")),
                OUTCOME_SELLERS_INVALID, "sellers.share_bp"),
        REFUSES("admin", record_purchase,
                BUY("A5", "2", "1", SELLER(0, "1", "10001") SELLER(1, "2", "-1")),
                OUTCOME_SELLERS_INVALID, "sellers.share_bp"),
        REFUSES("admin", record_purchase,
                BUY("A5", "2", "1", SELLER(0, "1", "2000") SELLER(1, "2", "2000")
                    SELLER(2, "3", "2000") SELLER(3, "4", "2000") SELLER(4, "5", "2000")),
                OUTCOME_SELLERS_INVALID, "sellers"),
    };
    PLAY_ON(STAGE, steps);
}

/* ---- caps ------------------------------------------------------------------------------------ */

static void caps_leave_a_part_and_then_nothing(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* Of one friend's purchases 150 in all, 200 a month, 260 for everybody. */
        PUBLISHES("p2", "2026-03-02", "2",
                  RULE(0, "friend", "PURCHASE", "REFERRER", "CASH", PART(0, "rate_bp=1000")
                       PART(0, "cap_per_referee=150") PART(0, "cap_per_beneficiary=200")
                       PART(0, "cap_period=MONTH") PART(0, "budget=260"))),
        ANSWERS("admin", register_member, "phone=13800000003 consent_policy_version=v1 code=$m1",
                "member_number=3"),
        ANSWERS("admin", record_purchase, BUY("A1", "2", "1000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=100") CREDIT(0, "reason=GRANTED")),
        ANSWERS_AGAIN("admin", record_purchase, BUY("A2", "2", "1000", ""), "purchase.credits#=1"
                      CREDIT(0, "amount=50") CREDIT(0, "reason=CAPPED")),
        ANSWERS_AGAIN("admin", record_purchase, BUY("A3", "2", "1000", ""), "purchase.credits#=1"
                      CREDIT(0, "reason=CAPPED")),
        ANSWERS("admin", record_purchase, BUY("A4", "3", "1000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=50") CREDIT(0, "reason=CAPPED")), /* the month's */
        AT("2026-04-01T10:00"),
        ANSWERS("admin", record_purchase, BUY("A5", "3", "500", ""), "purchase.credits#=1"
                CREDIT(0, "amount=50") CREDIT(0, "reason=GRANTED")),
        ANSWERS("admin", record_purchase, BUY("A6", "3", "500", ""), "purchase.credits#=1"
                CREDIT(0, "amount=10") CREDIT(0, "reason=CAPPED")), /* the budget's */
        /* The next version's budget is the same rule's: its id says so. */
        PUBLISHES("p3", "2026-04-02", "3",
                  RULE(0, "friend", "PURCHASE", "REFERRER", "CASH", PART(0, "rate_bp=1000")
                       PART(0, "budget=300"))),
        AT("2026-04-02T10:00"),
        ANSWERS("admin", record_purchase, BUY("A7", "3", "1000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=40") CREDIT(0, "reason=CAPPED")),
        ANSWERS("admin", get_balance, "account=member:1",
                "account_balances.balances[1].available=300"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_gives_room_back(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISHES("p2", "2026-03-02", "2",
                  RULE(0, "friend", "PURCHASE", "REFERRER", "CASH", PART(0, "rate_bp=1000")
                       PART(0, "cap_per_referee=150"))),
        ANSWERS("admin", record_purchase, BUY("A1", "2", "1000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=100")),
        ANSWERS("admin", record_purchase, BUY("A2", "2", "1000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=50") CREDIT(0, "reason=CAPPED")),
        ANSWERS("admin", record_refund,
                "shop_id=S1 refund_number=F1 receipt_number=A1 amount_minor=400",
                "refund.state=POSTED"),
        ANSWERS("admin", record_purchase, BUY("A3", "2", "2000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=40") CREDIT(0, "reason=CAPPED")),
        /* A credit that was capped gives back its share of what it was. */
        ANSWERS("admin", record_refund,
                "shop_id=S1 refund_number=F2 receipt_number=A2 amount_minor=1000",
                "refund.state=POSTED"),
        ANSWERS("admin", record_purchase, BUY("A4", "2", "2000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=50") CREDIT(0, "reason=CAPPED")),
    };
    PLAY_ON(STAGE, steps);
}

static void what_pays_a_debt_gives_room_back(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISHES("p2", "2026-03-02", "2",
                  " program.redemption.points=1 program.redemption.minor=1"
                  RULE(0, "buyer", "PURCHASE", "BUYER", "POINTS", PART(0, "rate_bp=1000")
                       PART(0, "budget=300"))),
        ANSWERS("admin", record_purchase, BUY("A1", "2", "1000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=100")),
        ANSWERS("admin", redeem, "member_number=2 unit=POINTS amount=100 shop_id=S1 "
                "receipt_number=X request_id=r1", "redemption.redemption_number=1"),
        /* What was spent is owed, and still counts in the budget ... */
        ANSWERS("admin", record_refund,
                "shop_id=S1 refund_number=F1 receipt_number=A1 amount_minor=1000",
                "refund.state=POSTED"),
        /* ... until the next credit pays it: 150 posted, 100 of them taken back. */
        ANSWERS_AGAIN("admin", record_purchase, BUY("A2", "2", "1500", ""), "purchase.credits#=1"
                      CREDIT(0, "amount=150")),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].available=50"),
        ANSWERS("admin", record_purchase, BUY("A3", "2", "2000", ""), "purchase.credits#=1"
                CREDIT(0, "amount=150") CREDIT(0, "reason=CAPPED")),
    };
    PLAY_ON(STAGE, steps);
}

/* ---- conditions, formulas, maturity ---------------------------------------------------------- */

static void conditions_look_at_person_shop_and_lines(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISHES("p2", "2026-03-02", "2",
                  RULE(0, "first", "PURCHASE", "BUYER", "POINTS", PART(0, "fixed_amount=7")
                       PART(0, "first_purchase=true"))
                  RULE(1, "birthday", "PURCHASE", "BUYER", "POINTS", PART(1, "fixed_amount=20")
                       PART(1, "birthday=WEEK"))
                  RULE(2, "gold", "PURCHASE", "BUYER", "POINTS", PART(2, "rate_bp=1000")
                       PART(2, "categories[0]=gold") PART(2, "minimum_minor=1000"))
                  RULE(3, "club", "PURCHASE", "BUYER", "CASH", PART(3, "fixed_amount=3")
                       PART(3, "attribute=club") PART(3, "attribute_value=a")
                       PART(3, "shop_ids[0]=S1"))),
        /* March 2 was a Monday. */
        ANSWERS("admin", register_member,
                "phone=13800000003 consent_policy_version=v1 birthday=1990-03-08 "
                "attributes[0].name=club attributes[0].value=a", "member_number=3"),
        ANSWERS_AGAIN("admin", record_purchase,
                      BUY("A1", "3", "1000", "lines[0].amount_minor=400 lines[0].category=gold "
                          "lines[1].amount_minor=600 lines[1].category=shoes"),
                      "purchase.credits#=4" CREDIT(0, "amount=7") CREDIT(1, "amount=20")
                      CREDIT(2, "amount=40") CREDIT(2, "base_minor=400") CREDIT(3, "amount=3")),
        ANSWERS("admin", record_purchase,
                BUY("A2", "3", "999", "lines[0].amount_minor=999 lines[0].category=gold"),
                "purchase.credits#=3" CREDIT(0, "rule_id=birthday") CREDIT(1, "rule_id=gold")
                CREDIT(1, "reason=BELOW_MINIMUM") CREDIT(2, "rule_id=club")),
        AT("2026-03-09T10:00"),
        ANSWERS("admin", record_purchase,
                "shop_id=S2 receipt_number=B1 member_number=3 amount_minor=5000",
                "purchase.credits#=0"),
        /* Of member 2 nothing is known. */
        ANSWERS("admin", record_purchase, BUY("A3", "2", "100", ""),
                "purchase.credits#=1" CREDIT(0, "rule_id=first")),
    };
    PLAY_ON(STAGE, steps);
}

static void a_held_credit_is_pending_until_its_date(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISHES("p2", "2026-03-02", "2",
                  RULE(0, "buyer", "PURCHASE", "BUYER", "POINTS", PART(0, "rate_bp=100")
                       PART(0, "hold_days=7") PART(0, "expiry=DAYS") PART(0, "expiry_count=10"))),
        ANSWERS_AGAIN("admin", record_purchase, BUY("A1", "2", "1000", ""), "purchase.credits#=1"
                      CREDIT(0, "amount=10") " !purchase.credits[0].balance_after"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].pending=10 "
                "!account_balances.balances[0].available"),
        AT("2026-03-09T10:00"),
        /* A purchase posts what is due on the buyer first. */
        ANSWERS_AGAIN("admin", record_purchase, BUY("A2", "2", "500", ""), "purchase.credits#=1"
                      CREDIT(0, "amount=5") " purchase.credits[0].balance_after=10"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].pending=5 account_balances.balances[0].available=10"),
        AT("2026-03-20T10:00"),
        ANSWERS("admin", record_purchase, BUY("A3", "2", "100", ""), "purchase.credits#=1"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].pending=1 account_balances.balances[0].available=5"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sellers_share_what_rules_for_them_give),
        cmocka_unit_test(caps_leave_a_part_and_then_nothing),
        cmocka_unit_test(a_refund_gives_room_back),
        cmocka_unit_test(what_pays_a_debt_gives_room_back),
        cmocka_unit_test(conditions_look_at_person_shop_and_lines),
        cmocka_unit_test(a_held_credit_is_pending_until_its_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
