/* Tiers: rise with a purchase, multiply what follows, fall at the review; what the card says. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUY(receipt, amount)                                                                    \
    "shop_id=S1 receipt_number=" receipt " member_number=2 amount_minor=" amount
#define TIERS(text) " program.tiers." text
#define LEVEL(i, id, threshold_, bp)                                                            \
    " program.tiers.levels[" #i "].tier_id=" id                                                 \
    " program.tiers.levels[" #i "].threshold=" threshold_                                       \
    " program.tiers.levels[" #i "].multiplier_bp=" bp
#define LEVELS LEVEL(0, "silver", "0", "0") LEVEL(1, "gold", "100", "15000")                    \
    LEVEL(2, "jade", "500", "20000") " program.tiers.levels[1].rights[0]='Free polishing'"
#define POINTS_RULE                                                                             \
    " program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "                        \
    "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "                          \
    "program.rules[0].rate_bp=100 program.rules[0].tier_multiplier=true"
#define GOLD_RULE                                                                               \
    " program.rules[1].rule_id=gold program.rules[1].trigger=PURCHASE "                         \
    "program.rules[1].beneficiary=BUYER program.rules[1].unit=CASH "                            \
    "program.rules[1].fixed_amount=1 program.rules[1].tier_ids[0]=gold"
#define CARD(told) ANSWERS("admin", get_member, "member_number=2", told)

static void a_tier_rises_at_once_and_falls_at_the_review(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02" POINTS_RULE GOLD_RULE
                TIERS("basis=POINTS") TIERS("window_months=12") TIERS("review=YEARLY")
                TIERS("review_month=6") TIERS("review_day=30") LEVELS, "program.version=2"),
        CARD("member.tier.tier_id=silver !member.tier.measure member.tier.next_tier_id=gold "
             "member.tier.missing_to_next=100 !member.tier.missing_to_keep"),
        /* The awards' multiplier is that of the tier before. */
        ANSWERS_AGAIN("admin", record_purchase, BUY("A1", "12000"),
                      "purchase.tier_id=silver purchase.credits#=1 "
                      "purchase.credits[0].amount=120"),
        CARD("member.tier.tier_id=gold member.tier.measure=120 member.tier.next_tier_id=jade "
             "member.tier.missing_to_next=380 member.tier.since_date=2026-03-02 "
             "member.tier.rights[0]=Free_polishing member.tier.review_date=2026-06-30 "
             "!member.tier.missing_to_keep member.tier.basis=POINTS"),
        /* Tier points are counted before the multiplier. */
        ANSWERS_AGAIN("admin", record_purchase, BUY("A2", "1000"),
                      "purchase.tier_id=gold purchase.credits#=2 purchase.credits[0].amount=15 "
                      "purchase.credits[1].rule_id=gold"),
        CARD("member.tier.measure=130"),
        /* The first review keeps her, the second doesn't: what she bought is a year old then. */
        AT("2026-07-01T10:00"),
        CARD("member.tier.tier_id=gold member.tier.review_date=2027-06-30 "
             "member.tier.missing_to_keep=100"),
        AT("2027-03-02T10:00"),
        CARD("member.tier.tier_id=gold !member.tier.measure member.tier.missing_to_keep=100"),
        AT("2027-06-30T10:00"),
        CARD("member.tier.tier_id=silver member.tier.since_date=2027-06-30 "
             "!member.tier.review_date"),
        ANSWERS_AGAIN("admin", record_purchase, BUY("A3", "1000"),
                      "purchase.tier_id=silver purchase.credits#=1 purchase.credits[0].amount=10"),
        CARD("member.tier.tier_id=silver member.tier.measure=10"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_takes_points_back_and_the_tier_waits_for_its_review(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02" POINTS_RULE
                TIERS("basis=POINTS") TIERS("review=ANNIVERSARY") LEVELS, "program.version=2"),
        ANSWERS("admin", record_purchase, BUY("A1", "12000"), "purchase.tier_id=silver"),
        ANSWERS("admin", record_refund,
                "shop_id=S1 refund_number=F1 receipt_number=A1 amount_minor=6000",
                "refund.state=POSTED"),
        CARD("member.tier.tier_id=gold member.tier.measure=60 member.tier.missing_to_keep=40 "
             "member.tier.review_date=2027-03-02"),
        AT("2027-03-02T10:00"),
        CARD("member.tier.tier_id=silver member.tier.measure=60 member.tier.missing_to_next=40"),
    };
    PLAY_ON(STAGE, steps);
}

static void rolling_spend_counts_the_last_months(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02" POINTS_RULE
                TIERS("basis=SPEND") TIERS("window_months=1") TIERS("review=ANNIVERSARY")
                TIERS("fall=ONE_STEP") LEVEL(0, "silver", "0", "0") LEVEL(1, "gold", "1000", "0")
                LEVEL(2, "jade", "3000", "0"), "program.version=2"),
        ANSWERS("admin", record_purchase, BUY("A1", "900"), "purchase.tier_id=silver"),
        AT("2026-04-02T10:00"),
        /* A month later the first counts no more. */
        ANSWERS("admin", record_purchase, BUY("A2", "900"), "purchase.tier_id=silver"),
        CARD("member.tier.tier_id=silver member.tier.measure=900 member.tier.basis=SPEND"),
        AT("2026-05-01T10:00"),
        ANSWERS("admin", record_purchase, BUY("A3", "2100"), "purchase.tier_id=silver"),
        CARD("member.tier.tier_id=jade member.tier.measure=3000 !member.tier.next_tier_id "
             "member.tier.review_date=2027-03-02 member.tier.missing_to_keep=3000"),
        /* Two anniversaries, a step each. */
        AT("2027-03-02T10:00"),
        CARD("member.tier.tier_id=gold member.tier.review_date=2028-03-02"),
        AT("2028-04-02T10:00"),
        CARD("member.tier.tier_id=silver"),
        /* What arrives late counts where it belongs: with the day she bought last. */
        ANSWERS("admin", record_purchase,
                BUY("A4", "1000") " occurred_at=2026-04-10T10:00", "purchase.tier_id=silver"),
        CARD("member.tier.tier_id=silver"),
    };
    PLAY_ON(STAGE, steps);
}

static void without_tiers_the_card_names_none(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase, BUY("A1", "12000"), "!purchase.tier_id"),
        CARD("!member.tier.tier_id"),
        /* The first version with tiers counts what was earned before it, and from its date. */
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-03" POINTS_RULE
                TIERS("basis=POINTS") LEVELS, "program.version=2"),
        AT("2026-03-03T10:00"),
        CARD("member.tier.tier_id=silver member.tier.measure=120 !member.tier.missing_to_next"),
        ANSWERS("admin", record_purchase, BUY("A2", "100"), "purchase.tier_id=silver"),
        CARD("member.tier.tier_id=gold member.tier.measure=121 !member.tier.review_date"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tier_rises_at_once_and_falls_at_the_review),
        cmocka_unit_test(a_refund_takes_points_back_and_the_tier_waits_for_its_review),
        cmocka_unit_test(rolling_spend_counts_the_last_months),
        cmocka_unit_test(without_tiers_the_card_names_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
