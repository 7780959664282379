/* Purchases: what they earn, on which business date, exactly once. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUY(receipt, buyer, amount, rest) \
    "receipt_number=" receipt " " buyer " amount_minor=" amount " " rest

static void a_purchase_credits_buyer_friend_and_guide(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", record_purchase, BUY("A1", "member_number=2", "12345", "shop_id=S1"),
                      "purchase.credits#=3 purchase.base_minor=12345 purchase.program_version=1 "
                      "purchase.business_date=2026-03-02 purchase.serving_guide=1 "
                      "purchase.credits[0].rule_id=buyer purchase.credits[0].unit=POINTS "
                      "purchase.credits[0].beneficiary=member:2 purchase.credits[0].amount=123 "
                      "purchase.credits[0].balance_after=123 purchase.credits[0].credit_number=1 "
                      "purchase.credits[1].rule_id=friend purchase.credits[1].unit=CASH "
                      "purchase.credits[1].beneficiary=member:1 purchase.credits[1].amount=247 "
                      "purchase.credits[2].rule_id=serving purchase.credits[2].amount=61 "
                      "purchase.credits[2].beneficiary=guide:1 purchase.credits[2].reason=GRANTED"),
        /* A till sees its customer's own alone; the way she was named is content. */
        ANSWERS_AGAIN("pos:1", record_purchase, BUY("A2", "phone=13800000002", "100", ""),
                      "purchase.credits#=1 purchase.shop_id=S1 purchase.credits[0].amount=1 "
                      "purchase.credits[0].beneficiary=member:2"),
        REFUSES("pos:1", record_purchase, BUY("A2", "member_number=2", "100", ""),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].unit=POINTS "
                "account_balances.balances[0].available=124 "
                "!account_balances.balances[1].available"),
        ANSWERS("admin", get_balance, "account=member:1",
                "account_balances.balances[1].unit=CASH "
                "account_balances.balances[1].available=249"),
        ANSWERS("guide:1", get_balance, "",
                "account_balances.balances[1].available=61 account_balances.employee_no=E1"),
    };
    PLAY_ON(STAGE, steps);
}

#define LINE(i, amount, tax, category)                                                           \
    " lines[" #i "].amount_minor=" amount " lines[" #i "].tax_minor=" tax                        \
    " lines[" #i "].category=" category

static void rewards_are_computed_from_the_base(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", record_purchase,
                      BUY("A1", "member_number=2", "12345",
                          "shop_id=S1 tax_minor=1000 freight_minor=345 gift_card_minor=900 "
                          "points_minor=100"),
                      "purchase.amount_minor=12345 purchase.base_minor=10000 "
                      "purchase.tax_minor=1000 purchase.points_minor=100 "
                      "purchase.credits[0].amount=100 purchase.credits[0].base_minor=10000"),
        ANSWERS_AGAIN("admin", record_purchase,
                      BUY("A2", "member_number=2", "2500",
                          "shop_id=S1 tax_minor=500 freight_minor=500 gift_card_minor=500")
                      LINE(0, "1000", "500", "shoes") LINE(1, "1000", "0", "coats"),
                      "purchase.base_minor=1000 purchase.credits[0].amount=10"),
        ANSWERS("admin", get_purchase, "shop_id=S1 receipt_number=A2",
                "purchase.lines#=2 purchase.lines[0].base_minor=333 "
                "purchase.lines[0].category=shoes purchase.lines[1].base_minor=667 "
                "!purchase.lines[1].tax_minor"),
        REFUSES("admin", record_purchase,
                BUY("A2", "member_number=2", "2500",
                    "shop_id=S1 tax_minor=500 freight_minor=500 gift_card_minor=500")
                LINE(0, "1000", "500", "shoes") LINE(1, "1000", "0", "hats"),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("admin", record_purchase,
                BUY("A1", "member_number=2", "12345",
                    "shop_id=S1 tax_minor=1001 freight_minor=345 gift_card_minor=900"),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("admin", record_purchase, BUY("A3", "member_number=2", "100", "tax_minor=101"),
                OUTCOME_AMOUNT_INVALID, "tax_minor"),
        REFUSES("admin", record_purchase, BUY("A3", "member_number=2", "100", "points_minor=-1"),
                OUTCOME_AMOUNT_INVALID, "points_minor"),
        REFUSES("admin", record_purchase,
                BUY("A3", "member_number=2", "100", "shop_id=S1") LINE(0, "99", "0", "x"),
                OUTCOME_LINES_INVALID, "lines"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_receipt_is_recorded_once_whoever_asks(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase,
                BUY("A1", "member_number=2", "100", "occurred_at=2026-03-02T09:00"), NULL),
        REFUSES("pos:1", record_purchase,
                BUY("A1", "member_number=2", "101", "occurred_at=2026-03-02T09:00"),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("pos:1", record_purchase,
                BUY("A1", "member_number=2", "100", "occurred_at=2026-03-02T09:01"),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=2", "100", ""),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        REFUSES("pos:1", record_purchase,
                BUY("A1", "member_number=1", "100", "occurred_at=2026-03-02T09:00"),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        /* Looked up before anything it names: a buyer who never was is reused too. */
        REFUSES("pos:1", record_purchase,
                BUY("A1", "member_number=99", "100", "occurred_at=2026-03-02T09:00"),
                OUTCOME_RECEIPT_REUSED, "receipt_number"),
        AT("2026-03-09T10:00"),
        ANSWERS("manager:1", record_purchase,
                BUY("A1", "member_number=2", "100", "occurred_at=2026-03-02T09:00 shop_id=S1"),
                "purchase.recorded_at=2026-03-02T10:00:00"),
        /* The same number in another shop is another purchase. */
        ANSWERS("pos:2", record_purchase,
                BUY("A1", "member_number=2", "100", "occurred_at=2026-03-02T09:00"),
                "purchase.shop_id=S2 purchase.recorded_at=2026-03-09T10:00:00"),
        ANSWERS("admin", list_purchases, "member_number=2", "purchases#=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void each_refusal_names_its_field(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=2", "-1", ""),
                OUTCOME_AMOUNT_INVALID, "amount_minor"),
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=2", "1000000000001", ""),
                OUTCOME_AMOUNT_INVALID, "amount_minor"),
        REFUSES("pos:1", record_purchase, "member_number=2", OUTCOME_RECEIPT_INVALID,
                "receipt_number"),
        REFUSES("pos:1", record_purchase, BUY("' A1'", "member_number=2", "1", ""),
                OUTCOME_RECEIPT_INVALID, "receipt_number"),
        REFUSES("pos:1", record_purchase,
                BUY("12345678901234567890123456789012345678901", "member_number=2", "1", ""),
                OUTCOME_RECEIPT_INVALID, "receipt_number"),
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=2", "1", "currency=USD"),
                OUTCOME_CURRENCY_MISMATCH, "currency"),
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=2", "1", "occurred_at=raw:-1,0"),
                OUTCOME_TIME_INVALID, "occurred_at"),
        REFUSES("pos:1", record_purchase,
                BUY("A1", "member_number=2", "1", "occurred_at=raw:1,1000000000"),
                OUTCOME_TIME_INVALID, "occurred_at"),
        REFUSES("pos:1", record_purchase,
                BUY("A1", "member_number=2", "1", "occurred_at=2026-03-02T10:10:00.001"),
                OUTCOME_TIME_IN_FUTURE, "occurred_at"),
        REFUSES("admin", record_purchase, BUY("A1", "member_number=2", "1", ""),
                OUTCOME_FIELD_REQUIRED, "shop_id"),
        REFUSES("admin", record_purchase, BUY("A1", "member_number=2", "1", "shop_id=S9"),
                OUTCOME_SHOP_UNKNOWN, "shop_id"),
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=2", "1", "shop_id=S2"),
                OUTCOME_NOT_YOURS, "shop_id"),
        REFUSES("pos:1", record_purchase, BUY("A1", "", "1", ""), OUTCOME_FIELD_REQUIRED, "buyer"),
        REFUSES("pos:1", record_purchase, BUY("A1", "member_number=99", "1", ""),
                OUTCOME_MEMBER_UNKNOWN, "member_number"),
        REFUSES("pos:1", record_purchase, BUY("A1", "phone=13811111111", "1", ""),
                OUTCOME_MEMBER_UNKNOWN, "phone"),
        REFUSES("pos:1", record_purchase, BUY("A1", "phone=1", "1", ""), OUTCOME_PHONE_INVALID,
                "phone"),
        REFUSES("pos:1", record_purchase, BUY("A1", "code=$g1", "1", ""), OUTCOME_MEMBER_UNKNOWN,
                "code"),
        REFUSES("pos:1", record_purchase, BUY("A1", "code=123456789", "1", ""),
                OUTCOME_CODE_MISTYPED, "code"),
        /* Two faults: the first in the order of the contract. */
        REFUSES("pos:1", record_purchase, BUY("''", "member_number=99", "-1", "currency=USD"),
                OUTCOME_AMOUNT_INVALID, "amount_minor"),
        ANSWERS("pos:1", record_purchase,
                BUY("A1", "code=$m1", "1000000000000", "currency=CNY "
                    "occurred_at=2026-03-02T10:10"),
                "purchase.member_number=1 purchase.credits[0].amount=10000000000"),
        REFUSES("admin", get_purchase, "shop_id=S2 receipt_number=A1", OUTCOME_PURCHASE_UNKNOWN,
                "receipt_number"),
        ANSWERS("admin", get_purchase, "shop_id=S1 receipt_number=A1",
                "purchase.amount_minor=1000000000000"),
    };
    PLAY_ON(STAGE, steps);
}

static void small_amounts_are_rounded_as_the_rule_says_and_zero_has_its_reason(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase, BUY("Z", "member_number=2", "0", "shop_id=S1"),
                "purchase.credits#=3 purchase.credits[0].reason=ROUNDED_TO_ZERO "
                "!purchase.credits[0].credit_number purchase.credits[2].reason=ROUNDED_TO_ZERO"),
        ANSWERS("admin", record_purchase, BUY("24", "member_number=2", "24", "shop_id=S1"),
                "purchase.credits[1].reason=ROUNDED_TO_ZERO"), /* 0.48 half up */
        ANSWERS("admin", record_purchase, BUY("25", "member_number=2", "25", "shop_id=S1"),
                "purchase.credits[1].amount=1 purchase.credits[1].reason=GRANTED"), /* 0.50 */
        ANSWERS("admin", record_purchase, BUY("99", "member_number=2", "99", "shop_id=S1"),
                "!purchase.credits[0].amount"), /* 0.99 floor */
        ANSWERS("admin", record_purchase, BUY("100", "member_number=2", "100", "shop_id=S1"),
                "purchase.credits[0].amount=1"),
        ANSWERS("admin", get_member, "member_number=2", "member.purchase_count=5"),
    };
    PLAY_ON(STAGE, steps);
}

static void coming_again_counts_days_not_purchases(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase,
                BUY("1", "member_number=2", "0", "occurred_at=2026-03-01T06:00"),
                "purchase.business_date=2026-03-01 purchase.credits#=1"),
        ANSWERS("pos:1", record_purchase,
                BUY("2", "member_number=2", "100", "occurred_at=2026-03-01T08:00"),
                "purchase.business_date=2026-03-01 purchase.credits#=1"),
        /* Dated before, recorded after: her second day, though it is the earlier one. */
        ANSWERS("pos:1", record_purchase,
                BUY("3", "member_number=2", "100", "occurred_at=2026-02-20T08:00"),
                "purchase.business_date=2026-02-20 purchase.credits#=2 "
                "purchase.credits[1].rule_id=again purchase.credits[1].amount=5"),
        ANSWERS("pos:1", record_purchase,
                BUY("4", "member_number=2", "100", "occurred_at=2026-03-01T09:00"),
                "purchase.credits#=2"),
        /* Between the two, before both, after both, and a day that is there already. */
        ANSWERS("pos:1", record_purchase,
                BUY("5", "member_number=2", "100", "occurred_at=2026-02-25T08:00"), NULL),
        ANSWERS("pos:1", record_purchase,
                BUY("6", "member_number=2", "100", "occurred_at=2026-01-05T08:00"), NULL),
        ANSWERS("pos:1", record_purchase,
                BUY("7", "member_number=2", "100", "occurred_at=2026-03-02T08:00"), NULL),
        ANSWERS("pos:1", record_purchase,
                BUY("8", "member_number=2", "100", "occurred_at=2026-02-20T09:00"), NULL),
        ANSWERS("pos:1", record_purchase,
                BUY("9", "member_number=1", "100", "occurred_at=2026-02-28T09:00"), NULL),
        ANSWERS("admin", list_purchases, "member_number=2",
                "purchases#=8 purchases[0].receipt_number=8 purchases[7].receipt_number=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void the_business_day_begins_at_the_cutoff(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* 04:00 in Shanghai is 20:00 UTC. */
        ANSWERS("pos:1", record_purchase,
                BUY("1", "member_number=2", "100", "occurred_at=2026-03-01T19:59:59.999"),
                "purchase.business_date=2026-03-01"),
        ANSWERS("pos:1", record_purchase,
                BUY("2", "member_number=2", "100", "occurred_at=2026-03-01T20:00"),
                "purchase.business_date=2026-03-02"),
    };
    PLAY_ON(STAGE, steps);
}

static void daylight_saving_moves_the_cutoff_with_the_wall_clock(void **state)
{
    (void)state;
    static const struct step steps[] = {
        AT("2026-12-01T12:00"),
        ANSWERS("admin", update_merchant,
                "merchant.time_zone=America/New_York merchant.currency=USD",
                "merchant.time_zone=America/New_York merchant.day_cutoff_minutes=240"),
        ANSWERS("admin", create_shop, "shop.shop_id=S1", NULL),
        ANSWERS("admin", register_member,
                "phone=13800000001 consent_policy_version=v1 occurred_at=2026-01-01T12:00", NULL),
        /* The clocks go forward on 2026-03-08 at 02:00: 04:00 is 09:00 UTC before, 08:00 after. */
        ANSWERS("pos:1", record_purchase,
                BUY("1", "member_number=1", "1", "occurred_at=2026-03-07T08:59:59"),
                "purchase.business_date=2026-03-06"),
        ANSWERS("pos:1", record_purchase,
                BUY("2", "member_number=1", "1", "occurred_at=2026-03-07T09:00"),
                "purchase.business_date=2026-03-07"),
        ANSWERS("pos:1", record_purchase,
                BUY("3", "member_number=1", "1", "occurred_at=2026-03-08T07:59:59"),
                "purchase.business_date=2026-03-07"),
        ANSWERS("pos:1", record_purchase,
                BUY("4", "member_number=1", "1", "occurred_at=2026-03-08T08:00"),
                "purchase.business_date=2026-03-08"),
        /* And back on 2026-11-01. */
        ANSWERS("pos:1", record_purchase,
                BUY("5", "member_number=1", "1", "occurred_at=2026-10-31T08:00"),
                "purchase.business_date=2026-10-31"),
        ANSWERS("pos:1", record_purchase,
                BUY("6", "member_number=1", "1", "occurred_at=2026-11-01T08:59:59"),
                "purchase.business_date=2026-10-31"),
        ANSWERS("pos:1", record_purchase,
                BUY("7", "member_number=1", "1", "occurred_at=2026-11-01T09:00"),
                "purchase.business_date=2026-11-01 !purchase.program_version purchase.credits#=0"),
        REFUSES("admin", update_merchant, "merchant.time_zone=Asia/Shanghai",
                OUTCOME_MERCHANT_FIXED, "merchant.time_zone"),
        REFUSES("admin", update_merchant, "merchant.currency=CNY", OUTCOME_MERCHANT_FIXED,
                "merchant.currency"),
        REFUSES("admin", update_merchant, "merchant.day_cutoff_minutes=0", OUTCOME_MERCHANT_FIXED,
                "merchant.day_cutoff_minutes"),
        ANSWERS("admin", update_merchant,
                "merchant.name=New merchant.time_zone=America/New_York "
                "merchant.day_cutoff_minutes=240", "merchant.name=New merchant.fixed=1"),
    };
    PLAY(steps);
}

static void a_guide_gone_earns_nothing_more_and_the_reason_says_so(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", register_member,
                "phone=13700000010 consent_policy_version=v1 code=$g3 "
                "occurred_at=2026-01-20T12:00", "scan_result=BOUND member_number=3"),
        ANSWERS("admin", record_purchase,
                BUY("1", "member_number=3", "1000", "shop_id=S1 occurred_at=2026-01-31T12:00"),
                "purchase.credits[1].amount=20 purchase.credits[2].amount=5"),
        ANSWERS("admin", record_purchase,
                BUY("2", "member_number=3", "1000", "shop_id=S1 occurred_at=2026-02-01T12:00"),
                "purchase.credits[1].reason=GUIDE_INACTIVE !purchase.credits[1].amount "
                "purchase.credits[2].reason=GUIDE_INACTIVE purchase.credits[3].amount=5"),
    };
    PLAY_ON(STAGE, steps);
}

static void rows_are_purchases_one_after_another(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", record_purchases, "", OUTCOME_ROWS_INVALID, "purchases"),
        ANSWERS_AGAIN("pos:1", record_purchases,
                      "purchases[0].receipt_number=1 purchases[0].member_number=2 "
                      "purchases[0].amount_minor=100 purchases[0].occurred_at=2026-03-01T08:00 "
                      "purchases[1].receipt_number=1 purchases[1].member_number=2 "
                      "purchases[1].amount_minor=101 purchases[1].occurred_at=2026-03-01T08:00 "
                      "purchases[2].receipt_number=1 purchases[2].member_number=2 "
                      "purchases[2].amount_minor=100 purchases[2].occurred_at=2026-03-01T08:00 "
                      "purchases[3].receipt_number=2 purchases[3].shop_id=S2 "
                      "purchases[4].receipt_number=3 purchases[4].member_number=2 "
                      "purchases[4].amount_minor=100 purchases[4].occurred_at=2026-03-02T08:00",
                      "results#=5 results[0].credits#=1 !results[0].status_code "
                      "results[1].reason=RECEIPT_REUSED results[1].status_code=6 "
                      "results[2].credits[0].amount=1 results[3].reason=NOT_YOURS "
                      "results[4].credits#=2"),
        ANSWERS("admin", list_purchases, "member_number=2", "purchases#=2"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_purchase_credits_buyer_friend_and_guide),
        cmocka_unit_test(rewards_are_computed_from_the_base),
        cmocka_unit_test(a_receipt_is_recorded_once_whoever_asks),
        cmocka_unit_test(each_refusal_names_its_field),
        cmocka_unit_test(small_amounts_are_rounded_as_the_rule_says_and_zero_has_its_reason),
        cmocka_unit_test(coming_again_counts_days_not_purchases),
        cmocka_unit_test(the_business_day_begins_at_the_cutoff),
        cmocka_unit_test(daylight_saving_moves_the_cutoff_with_the_wall_clock),
        cmocka_unit_test(a_guide_gone_earns_nothing_more_and_the_reason_says_so),
        cmocka_unit_test(rows_are_purchases_one_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
