/* Records of the landed layout, version 1, still decode: to what they said, and to the right
 * defaults for what they did not know yet. The writers below are those of that version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/codec.h"
#include "store/debts.h"
#include "store/encode.h"
#include "store/kpi.h"

static const struct receipt receipt = {.shop = 7, .size = 5, .text = "R-001"};
static const struct receipt earlier = {.shop = 8, .size = 1, .text = "Q"};

static struct bytes bytes_of(const struct encoder *encoder)
{
    return (struct bytes){encoder->start, encoder_size(encoder)};
}

static void old_accounts_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u8(&to, ACCOUNT_ACTIVE);
    for (int i = 1; i <= 8; i++) encoder_i64(&to, i * 100); /* pending .. debt, of both units */
    encoder_u64(&to, 77);          /* last entry */
    encoder_date(&to, DATE_NEVER); /* next due */
    encoder_u32(&to, 0);           /* settlement run */
    encoder_date(&to, 100);        /* registered_on */
    encoder_u64(&to, 1001);
    encoder_u64(&to, 1002);
    encoder_u32(&to, 3); /* shop */
    encoder_u8(&to, SCAN_BOUND);
    encoder_u64(&to, 42);
    encoder_party(&to, (struct party){PARTY_GUIDE, 9});
    encoder_u32(&to, 9); /* serving guide */
    encoder_flag(&to, true);
    encoder_date(&to, 100);
    encoder_date(&to, DATE_NEVER);
    encoder_date(&to, 130);
    encoder_u32(&to, 0); /* self_guide */
    encoder_u8(&to, 0);  /* tier */
    encoder_i64(&to, 0);
    encoder_date(&to, DATE_NEVER);
    encoder_u32(&to, 4); /* purchases, days */
    encoder_u32(&to, 3);
    encoder_date(&to, 220); /* last, second-last day */
    encoder_date(&to, 210);
    encoder_receipt_padded(&to, &receipt);
    encoder_u32(&to, 0); /* a guide's part */
    encoder_u32(&to, 0);
    encoder_date(&to, DATE_NEVER);
    encoder_date(&to, DATE_NEVER);
    assert_int_equal(encoder_size(&to), 231);

    struct account account;
    assert_int_equal(account_decode(bytes_of(&to), &account), STORE_OK);
    assert_int_equal(account.balance[UNIT_POINTS].pending, 100);
    assert_int_equal(account.balance[UNIT_CASH].available, 600);
    assert_int_equal(account.balance[UNIT_CASH].held, 700);
    assert_int_equal(account.balance[UNIT_CASH].debt, 800);
    assert_int_equal(account.balance[UNIT_CASH].debt_inside, 0);
    assert_int_equal(account.last_entry, 77);
    assert_int_equal(account.next_due, DATE_NEVER);
    assert_int_equal(account.serving_guide, 9);
    assert_true(account.serving_inherited);
    assert_int_equal(account.purchase_count, 4);
    assert_int_equal(account.last_day, 220);
    assert_memory_equal(&account.last_purchase, &receipt, sizeof receipt);
    assert_int_equal(account.first_day, 210); /* the earliest it still knew */
    assert_int_equal(account.tier_review_on, DATE_NEVER);
    assert_int_equal(account.refund_cycle_from, DATE_NEVER);
    assert_int_equal(account.refund_cycle_count, 0);
}

static void old_credits_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u64(&to, 5);
    encoder_u8(&to, UNIT_CASH);
    encoder_u8(&to, CREDIT_AVAILABLE);
    encoder_u8(&to, 0);
    encoder_i64(&to, 500); /* posted, remaining */
    encoder_i64(&to, 500);
    for (int i = 0; i < 5; i++) encoder_i64(&to, 0);
    encoder_u32(&to, 2); /* version, rule */
    encoder_u16(&to, 1);
    encoder_date(&to, 100);
    encoder_date(&to, 100);
    encoder_date(&to, DATE_NEVER);
    encoder_u32(&to, 3);
    encoder_u32(&to, 4);
    encoder_u32(&to, 0);
    assert_int_equal(encoder_size(&to), 98);

    struct credit credit;
    assert_int_equal(credit_decode(bytes_of(&to), &credit), STORE_OK);
    assert_int_equal(credit.number, 5);
    assert_int_equal(credit.remaining, 500);
    assert_int_equal(credit.expires_on, DATE_NEVER);
    assert_int_equal(credit.pay_entity, 4);
    assert_int_equal(credit.referee, 0);
    assert_int_equal(credit.review, 0);
    assert_int_equal(credit.recall_own + credit.recall_elsewhere + credit.recall_waived, 0);
    assert_int_equal(credit.recall_settled, 0);
    assert_int_equal(credit.since, 5); /* free from its making, as far as one knows */
}

/* The second layout of a credit: it knew recalls, but nothing of settlements. */
static void credits_before_settlements_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 2);
    encoder_u64(&to, 5);
    encoder_u8(&to, UNIT_CASH);
    encoder_u8(&to, CREDIT_AVAILABLE);
    encoder_u8(&to, 0);
    for (int i = 0; i < 7; i++) encoder_i64(&to, i < 2 ? 500 : 0); /* posted, remaining */
    encoder_u32(&to, 2);
    encoder_u16(&to, 1);
    for (int i = 0; i < 3; i++) encoder_date(&to, 100);
    for (int i = 0; i < 5; i++) encoder_u32(&to, 0);
    for (int i = 1; i <= 3; i++) encoder_i64(&to, i);
    assert_int_equal(encoder_size(&to), 130);

    struct credit credit;
    assert_int_equal(credit_decode(bytes_of(&to), &credit), STORE_OK);
    assert_int_equal(credit.recall_waived, 3);
    assert_int_equal(credit.recall_settled, 0);
    assert_int_equal(credit.since, 5);
}

static void old_entries_count_for_the_date_they_bear(void **state)
{
    (void)state;
    static const uint8_t hash[HASH_BYTES] = {7};
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u64(&to, 9);
    encoder_u64(&to, 1001);
    encoder_date(&to, 100);
    encoder_u8(&to, ENTRY_ACCRUE);
    encoder_u8(&to, UNIT_CASH);
    encoder_u8(&to, SIDE_EXPENSE);
    encoder_u8(&to, SIDE_OWNER);
    encoder_party(&to, (struct party){PARTY_GUIDE, 9});
    encoder_i64(&to, 50);
    encoder_i64(&to, 70);
    encoder_u64(&to, 9);
    encoder_u32(&to, 1);
    encoder_u16(&to, 2);
    encoder_u64(&to, 0);
    encoder_u8(&to, EVENT_REGISTRATION);
    encoder_u32(&to, 6);
    encoder_bytes(&to, hash, sizeof hash);

    struct entry entry;
    assert_int_equal(entry_decode(bytes_of(&to), &entry), STORE_OK);
    assert_int_equal(entry.business_date, 100);
    assert_int_equal(entry.event_date, 100);
    assert_int_equal(entry.kind, ENTRY_ACCRUE);
    assert_int_equal(entry.event.run, 0);
}

static void old_debts_name_no_pay_entity(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u64(&to, 9);
    encoder_u8(&to, UNIT_CASH);
    encoder_u8(&to, RETURN_CARRY_FORWARD);
    encoder_i64(&to, 50);
    encoder_i64(&to, 20);
    encoder_i64(&to, 10);
    encoder_u64(&to, 4);
    encoder_u32(&to, 1);
    encoder_u16(&to, 2);
    encoder_date(&to, 100);
    encoder_u64(&to, 1001);
    encoder_u32(&to, 6);
    encoder_receipt_padded(&to, &receipt);
    assert_int_equal(encoder_size(&to), 110);

    struct debt debt;
    assert_int_equal(debt_decode(bytes_of(&to), &debt), STORE_OK);
    assert_int_equal(debt_open(&debt), 20);
    assert_int_equal(debt.pay_entity, 0);
    assert_int_equal(debt.carried, 0);
    assert_false(debt.settled);
}

static void old_purchase_days_and_totals_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u32(&to, 3);
    encoder_u32(&to, 2);
    encoder_i64(&to, 900);
    assert_int_equal(encoder_size(&to), 17);
    struct purchase_day day;
    assert_int_equal(purchase_day_decode(bytes_of(&to), &day), STORE_OK);
    assert_int_equal(day.recorded_count, 3);
    assert_int_equal(day.net_minor, 900);
    assert_int_equal(day.base_minor, 900);
    assert_int_equal(day.tier_points, 0);
    assert_int_equal(day.last_full_refund_on, DATE_ALWAYS);

    to = encoder_begin(data);
    encoder_u8(&to, 1);
    for (int i = 0; i < 12; i++) encoder_i64(&to, i); /* six sides of two units */
    assert_int_equal(encoder_size(&to), 97);
    struct ledger_totals totals;
    assert_int_equal(ledger_totals_decode(bytes_of(&to), &totals), STORE_OK);
    assert_int_equal(totals.balance[UNIT_POINTS][SIDE_SETTLEMENT], 5);
    assert_int_equal(totals.balance[UNIT_CASH][SIDE_EXPENSE], 6);
    assert_int_equal(totals.balance[UNIT_CASH][SIDE_DEBT], 0);

    to = encoder_begin(data);
    encoder_u8(&to, 2);
    for (int i = 0; i < 14; i++) encoder_i64(&to, i); /* and debts */
    assert_int_equal(ledger_totals_decode(bytes_of(&to), &totals), STORE_OK);
    assert_int_equal(totals.balance[UNIT_POINTS][SIDE_DEBT], 6);
    assert_int_equal(totals.balance[UNIT_CASH][SIDE_EXPENSE], 7);
    assert_int_equal(totals.balance[UNIT_CASH][SIDE_CARRY], 0);
}

static void old_awards(struct encoder *to)
{
    encoder_u16(to, 1);
    encoder_u16(to, 2); /* rule */
    encoder_party(to, (struct party){PARTY_GUIDE, 9});
    encoder_u8(to, UNIT_CASH);
    encoder_u8(to, AWARD_GRANTED);
    encoder_i64(to, 10000);
    encoder_i64(to, 50);
    encoder_u64(to, 12);
}

static void check_awards(const struct award *award, uint16_t count)
{
    assert_int_equal(count, 1);
    assert_int_equal(award->amount, 50);
    assert_int_equal(award->full_amount, 50);
    assert_int_equal(award->credit, 12);
    assert_int_equal(award->multiplier_bp, MULTIPLIER_ONE);
    assert_int_equal(award->share_bp, SHARE_WHOLE);
    assert_int_equal(award->bracket, BRACKET_NONE);
    assert_int_equal(award->cap, CAP_NONE);
}

static void old_purchases_and_registrations_decode(void **state)
{
    (void)state;
    static const uint8_t fingerprint[FINGERPRINT_BYTES] = {1, 2, 3};
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_receipt(&to, &receipt);
    encoder_u32(&to, 6);
    encoder_u64(&to, 1001);
    encoder_u64(&to, 1002);
    encoder_date(&to, 100);
    for (int i = 0; i < 7; i++) encoder_i64(&to, 1000 - i); /* parts, base, refunded */
    encoder_u8(&to, 2);
    encoder_u32(&to, 9);
    encoder_u32(&to, 1);
    encoder_bytes(&to, fingerprint, sizeof fingerprint);
    encoder_receipt(&to, &earlier);
    old_awards(&to);

    struct purchase purchase;
    assert_int_equal(purchase_decode(bytes_of(&to), &purchase), STORE_OK);
    assert_int_equal(purchase.member, 6);
    assert_int_equal(purchase.parts.points_minor, 996);
    assert_int_equal(purchase.base_minor, 995);
    assert_int_equal(purchase.refunded_minor, 994);
    assert_int_equal(purchase.refunded_base_minor, 0);
    assert_int_equal(purchase.refund_count, 0);
    assert_int_equal(purchase.line_count, 2);
    assert_int_equal(purchase.seller_count, 0);
    assert_int_equal(purchase.verdicts.count, 0);
    assert_int_equal(purchase.days_recorded, 0);
    assert_memory_equal(purchase.previous.text, earlier.text, 1);
    check_awards(purchase.awards, purchase.award_count);

    to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u32(&to, 6);
    encoder_u32(&to, 1);
    encoder_bytes(&to, fingerprint, sizeof fingerprint);
    old_awards(&to);
    struct registration registration;
    assert_int_equal(registration_decode(bytes_of(&to), &registration), STORE_OK);
    assert_int_equal(registration.member, 6);
    assert_int_equal(registration.verdicts.count, 0);
    check_awards(registration.awards, registration.award_count);
}

static void old_scoreboard_months_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    for (uint32_t i = 1; i <= 6; i++) encoder_u32(&to, i); /* once, twice of three spans */
    encoder_u32(&to, UINT32_C(1) << 30 | 1);
    encoder_u8(&to, 31);
    for (uint32_t i = 7; i <= 10; i++) encoder_u32(&to, i);
    encoder_i64(&to, -500);
    encoder_u8(&to, 1);
    encoder_u32(&to, 11);

    struct kpi_month month;
    assert_int_equal(kpi_month_decode(bytes_of(&to), &month), STORE_OK);
    assert_int_equal(month.once[KPI_SPAN_YEAR], 5);
    assert_int_equal(month.twice[KPI_SPAN_YEAR], 6);
    assert_int_equal(month.days[0].purchases, 10);
    assert_int_equal(month.days[0].sales_minor, -500);
    assert_int_equal(month.days[0].handed_over_members, 0);
    assert_int_equal(month.days[0].earned[UNIT_POINTS], 0);
    assert_int_equal(month.days[30].new_members, 11);

    /* Some of its days alone, in the old form and in today's. */
    for (int form = 0; form < 2; form++) {
        struct kpi_day days[7];
        assert_int_equal(kpi_month_decode_days(bytes_of(&to), 24, 30, days), STORE_OK);
        assert_memory_equal(days, &month.days[24], sizeof days);
        assert_int_equal(kpi_month_decode_days(bytes_of(&to), 0, 0, days), STORE_OK);
        assert_memory_equal(days, &month.days[0], sizeof days[0]);
        to = encoder_begin(data);
        to.at += kpi_month_encode(&month, data);
    }
}

static void old_lines_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    encoder_u8(&to, 1);
    encoder_u8(&to, 1);
    encoder_i64(&to, 500);
    encoder_i64(&to, 50);
    encoder_i64(&to, 450);
    encoder_text(&to, "shoe", LINE_TEXT_BYTES_MAX);
    encoder_text(&to, "shoes", LINE_TEXT_BYTES_MAX);
    static struct purchase_lines lines;
    assert_int_equal(purchase_lines_decode(bytes_of(&to), &lines), STORE_OK);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.lines[0].base_minor, 450);
    assert_int_equal(lines.lines[0].refunded_minor, 0);
    assert_string_equal(lines.lines[0].category, "shoes");
}

/* One without events may begin to count; one with some keeps no scoreboard. */
static void old_merchants_decode(void **state)
{
    (void)state;
    for (int fixed = 0; fixed <= 1; fixed++) {
        uint8_t data[RECORD_BYTES_MAX];
        struct encoder to = encoder_begin(data);
        struct merchant merchant;
        encoder_u8(&to, 1);
        encoder_u32(&to, 3);
        encoder_text(&to, "Tea", NAME_BYTES_MAX);
        encoder_text(&to, "CNY", CURRENCY_BYTES);
        encoder_text(&to, "Asia/Shanghai", TIME_ZONE_BYTES_MAX);
        encoder_u16(&to, 240);
        encoder_u16(&to, 86);
        encoder_text(&to, "T.EXAMPLE", HOST_BYTES_MAX);
        encoder_u64(&to, 500);
        encoder_flag(&to, fixed == 1);
        assert_int_equal(merchant_decode(bytes_of(&to), &merchant), STORE_OK);
        assert_int_equal(merchant.fixed, fixed == 1);
        assert_int_equal(merchant.counted, fixed == 0);
        assert_int_equal(merchant.closed_before, DATE_ALWAYS); /* nothing was closed */
        assert_int_equal(merchant.created_at, 500);
    }
}

static void old_bindings_decode(void **state)
{
    (void)state;
    uint8_t data[RECORD_BYTES_MAX];
    struct encoder to = encoder_begin(data);
    struct binding binding;
    encoder_u8(&to, 1);
    encoder_date(&to, 100);
    encoder_date(&to, DATE_NEVER);
    encoder_u8(&to, BINDING_ACTIVE);
    encoder_u32(&to, 9);
    encoder_flag(&to, true);
    assert_int_equal(binding_decode(bytes_of(&to), &binding), STORE_OK);
    assert_int_equal(binding.until, DATE_NEVER);
    assert_int_equal(binding.guide, 9);
    assert_true(binding.inherited);
    assert_int_equal(binding.protected_until, 100);
    assert_int_equal(binding.handover, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_accounts_decode),
        cmocka_unit_test(old_merchants_decode),
        cmocka_unit_test(old_bindings_decode),
        cmocka_unit_test(credits_before_settlements_decode),
        cmocka_unit_test(old_entries_count_for_the_date_they_bear),
        cmocka_unit_test(old_debts_name_no_pay_entity),
        cmocka_unit_test(old_credits_decode),
        cmocka_unit_test(old_purchase_days_and_totals_decode),
        cmocka_unit_test(old_purchases_and_registrations_decode),
        cmocka_unit_test(old_scoreboard_months_decode),
        cmocka_unit_test(old_lines_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
