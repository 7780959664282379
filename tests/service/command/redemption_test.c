/* Redemptions: what members spend, exactly once and never twice, and how it is given back. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/accounts.h"
#include "store/ledger.h"

/* 10 points for 4 fen: worth whole fen in steps of 5. The buyer gets 1 % in points. */
#define PROGRAM                                                                                  \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-03-02 program.redemption.points=10 "           \
            "program.redemption.minor=4 program.adjust_limit_points=1000 "                       \
            "program.adjust_limit_minor=500 program.restore_grace_days=7 "                       \
            "program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "                  \
            "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "                   \
            "program.rules[0].rate_bp=100", "program.version=2")
#define BUY(receipt, amount)                                                                     \
    ANSWERS("pos:1", record_purchase,                                                            \
            "receipt_number=" receipt " member_number=2 amount_minor=" amount,                   \
            "purchase.credits#=1")
#define SPEND(amount, id)                                                                        \
    "member_number=2 unit=POINTS amount=" amount " receipt_number=R9 request_id=" id
#define HAS(points)                                                                              \
    ANSWERS("admin", get_balance, "account=member:2",                                            \
            "account_balances.balances[0].available=" points)

static void a_balance_says_what_it_is_worth_at_the_till(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* No rate, no worth. */
        ANSWERS("member:2", get_balance, "",
                "!redeem_rate_points !redeem_rate_minor !worth_minor !redeemable_points "
                "!redeem_step_points !redeem_cash currency=CNY"),
        PROGRAM,
        ANSWERS("member:2", get_balance, "",
                "redeem_rate_points=10 redeem_rate_minor=4 redeem_step_points=5 !worth_minor "
                "!redeemable_points !redeem_cash"),
        BUY("A1", "12800"), /* credit 1: 128 points */
        ANSWERS("member:2", get_balance, "", "redeemable_points=125 worth_minor=50"),
        ANSWERS("pos:1", get_balance, "account=member:2", "worth_minor=50"),
        /* What Redeem takes, to the step. */
        REFUSES("pos:1", redeem, SPEND("130", "r1"), OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        ANSWERS("pos:1", redeem, SPEND("125", "r1"), "redemption.value_minor=50"),
        ANSWERS("member:2", get_balance, "", "!redeemable_points !worth_minor"),
        BUY("A2", "5000"), /* 53 now; what is held is spent by nobody */
        ANSWERS("admin", hold_credit, "credit_number=3 reason=look request_id=h", NULL),
        ANSWERS("member:2", get_balance, "", "!worth_minor account_balances.balances[0].held=50"),
        ANSWERS("admin", release_credit, "credit_number=3 reason=fine request_id=f", NULL),
        ANSWERS("member:2", get_balance, "", "redeemable_points=50 worth_minor=20"),
        /* Cash one for one, where the program lets her. */
        ANSWERS("admin", adjust_balance,
                "account=member:2 unit=CASH amount=77 reason=r request_id=c", NULL),
        ANSWERS("member:2", get_balance, "",
                "!redeem_cash !redeemable_cash_minor account_balances.balances[1].available=77"),
        AT("2026-03-03T10:00"),
        ANSWERS("admin", publish_program,
                "request_id=p3 program.from_date=2026-03-03 program.redeem_cash=true "
                "program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "
                "program.rules[0].beneficiary=BUYER program.rules[0].unit=CASH "
                "program.rules[0].rate_bp=100",
                "program.version=3"),
        ANSWERS("member:2", get_balance, "",
                "redeem_cash=1 redeemable_cash_minor=77 !redeem_rate_points !worth_minor"),
        /* Guides don't spend. */
        ANSWERS("guide:1", get_balance, "", "!redeem_cash !currency !worth_minor"),
    };
    PLAY_ON(STAGE, steps);
}

static void points_are_spent_first_expiring_first_and_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"), /* credit 1: 100 */
        BUY("A2", "5000"),  /* credit 2: 50 */
        ANSWERS_AGAIN("pos:1", redeem, SPEND("120", "r1"),
                      "redemption.redemption_number=1 redemption.member_number=2 "
                      "redemption.amount=120 redemption.value_minor=48 redemption.shop_id=S1 "
                      "redemption.receipt_number=R9 redemption.unit=POINTS redemption.lots#=2 "
                      "redemption.lots[0].credit_number=1 redemption.lots[0].amount=100 "
                      "redemption.lots[1].credit_number=2 redemption.lots[1].amount=20 "
                      "redemption.business_date=2026-03-02 !redemption.restored"),
        HAS("30"),
        REFUSES("pos:1", redeem, SPEND("110", "r1"), OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("pos:1", redeem, SPEND("35", "r2"), OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        REFUSES("pos:1", redeem, SPEND("7", "r2"), OUTCOME_AMOUNT_STEP, "amount"),
        ANSWERS("pos:1", redeem, "phone=13800000002 unit=POINTS amount=30 receipt_number=R10 "
                "request_id=r2", "redemption.redemption_number=2 redemption.lots#=1"),
        ANSWERS("admin", get_credit, "credit_number=2",
                "credit.state=DONE credit.redeemed=50 !credit.remaining"),
        REFUSES("pos:1", redeem, SPEND("5", "r3"), OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        ANSWERS("auditor", get_redemption, "redemption_number=1", "redemption.amount=120"),
        ANSWERS("member:2", list_redemptions, "",
                "redemptions#=2 redemptions[1].receipt_number=R10"),
        ANSWERS("pos:2", list_redemptions, "member_number=2", "redemptions#=0"),
        ANSWERS("admin", list_redemptions, "member_number=2 page_size=1",
                "redemptions#=1 redemptions[0].redemption_number=1",
                .save = "page=next_page_token"),
        ANSWERS("admin", list_redemptions, "member_number=2 page_size=1 page_token=$page",
                "redemptions#=1 redemptions[0].redemption_number=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_was_spent_can_be_given_back(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"),
        BUY("A2", "5000"),
        ANSWERS("pos:1", redeem, SPEND("120", "r1"), "redemption.redemption_number=1"),
        REFUSES("pos:2", cancel_redemption, "redemption_number=1 request_id=c1",
                OUTCOME_NOT_YOURS, "redemption_number"),
        REFUSES("pos:1", cancel_redemption, "redemption_number=7 request_id=c1",
                OUTCOME_REDEMPTION_UNKNOWN, "redemption_number"),
        REFUSES("pos:1", cancel_redemption, "redemption_number=1", OUTCOME_FIELD_REQUIRED,
                "request_id"),
        ANSWERS_AGAIN("pos:1", cancel_redemption, "redemption_number=1 request_id=c1",
                      "redemption_number=1 restored=120"),
        HAS("150"),
        REFUSES("pos:1", cancel_redemption, "redemption_number=1 request_id=c2",
                OUTCOME_REDEMPTION_CANCELLED, "redemption_number"),
        REFUSES("pos:1", cancel_redemption, "redemption_number=2 request_id=c1",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        ANSWERS("pos:1", get_redemption, "redemption_number=1",
                "redemption.restored=120 redemption.lots[0].restored=100"),
        /* The till's repeat still hears what it heard. */
        ANSWERS("pos:1", redeem, SPEND("120", "r1"),
                "redemption.lots#=2 !redemption.restored !redemption.cancelled_at"),
        ANSWERS("admin", get_credit, "credit_number=1",
                "credit.state=AVAILABLE credit.remaining=100 !credit.redeemed"),
    };
    PLAY_ON(STAGE, steps);
}

static void only_members_spend_and_only_what_the_program_lets_them(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* The stage's program names no rate. */
        REFUSES("pos:1", redeem, SPEND("10", "r1"), OUTCOME_NOT_REDEEMABLE, "unit"),
        PROGRAM,
        REFUSES("pos:1", redeem, "member_number=2 unit=CASH amount=1 receipt_number=R "
                "request_id=r1", OUTCOME_NOT_REDEEMABLE, "unit"),
        REFUSES("pos:1", redeem, "member_number=2 amount=1 receipt_number=R request_id=r1",
                OUTCOME_FIELD_REQUIRED, "unit"),
        REFUSES("pos:1", redeem, "member_number=2 unit=POINTS receipt_number=R request_id=r1",
                OUTCOME_AMOUNT_INVALID, "amount"),
        REFUSES("pos:1", redeem, "member_number=2 unit=POINTS amount=5 request_id=r1",
                OUTCOME_RECEIPT_INVALID, "receipt_number"),
        REFUSES("pos:1", redeem, "member_number=9 unit=POINTS amount=5 receipt_number=R "
                "request_id=r1", OUTCOME_MEMBER_UNKNOWN, "member_number"),
        REFUSES("pos:1", redeem, "member_number=2 unit=POINTS amount=5 receipt_number=R "
                "request_id=r1 shop_id=S2", OUTCOME_NOT_YOURS, "shop_id"),
        REFUSES("member:1", get_redemption, "redemption_number=1", OUTCOME_REDEMPTION_UNKNOWN,
                "redemption_number"),
        BUY("A1", "10000"),
        ANSWERS("admin", redeem, "code=$m1 unit=POINTS amount=5 receipt_number=R request_id=r1 "
                "shop_id=S1", "", .outcome = OUTCOME_INSUFFICIENT_BALANCE, .field = "amount"),
        ANSWERS("pos:1", redeem, SPEND("5", "r1"), "redemption.value_minor=2"),
        REFUSES("member:1", get_redemption, "redemption_number=1", OUTCOME_NOT_YOURS,
                "redemption_number"),
        ANSWERS("member:2", get_redemption, "redemption_number=1", "redemption.amount=5"),
    };
    PLAY_ON(STAGE, steps);
}

/* 150 corrections of 10 points each, as 150 calls would have made them. */
static enum store_result give_many(struct batch *batch)
{
    struct party member = {PARTY_MEMBER, 2};
    struct account account;
    struct ledger ledger;
    enum store_result result = accounts_get(&batch->reader, member, &account);
    if (result == STORE_OK) result = ledger_open(batch, &ledger);
    if (result != STORE_OK) return result;
    for (int i = 0; i < 150; i++) {
        struct entry entry = {.business_date = 20514, .kind = ENTRY_ADJUST, .to = SIDE_OWNER,
                              .party = member, .amount = 10, .event = {.kind = EVENT_DECISION}};
        struct credit credit = {
            .number = ledger_post(batch, &ledger, &account, &entry),
            .state = CREDIT_AVAILABLE, .posted = 10, .remaining = 10, .business_date = 20514,
            .matures_on = 20514, .expires_on = DATE_NEVER,
        };
        credits_add(batch, member, &credit);
    }
    accounts_put(batch, member, &account);
    ledger_close(batch, &ledger);
    return STORE_OK;
}

static void one_call_empties_a_bounded_number_of_credits(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        {.meddle = give_many},
        REFUSES("pos:1", redeem, SPEND("1300", "r1"), OUTCOME_LOTS_TOO_MANY, "amount"),
        REFUSES("pos:1", redeem, SPEND("1505", "r1"), OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        ANSWERS("pos:1", redeem, SPEND("1280", "r1"), "redemption.lots#=128"),
        HAS("220"),
        REFUSES("admin", adjust_balance,
                "account=member:2 unit=POINTS amount=-221 reason=x request_id=a1",
                OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        ANSWERS("pos:1", cancel_redemption, "redemption_number=1 request_id=c1",
                "restored=1280"),
        HAS("1500"),
    };
    play_on_lmdb(STAGE, STAGE_STEPS, steps, sizeof steps / sizeof steps[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_balance_says_what_it_is_worth_at_the_till),
        cmocka_unit_test(points_are_spent_first_expiring_first_and_once),
        cmocka_unit_test(what_was_spent_can_be_given_back),
        cmocka_unit_test(one_call_empties_a_bounded_number_of_credits),
        cmocka_unit_test(only_members_spend_and_only_what_the_program_lets_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
