/* verify proves disputes, held credits left to the next run, and what became of a line's money. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/disputes.h"
#include "store/held_carried.h"
#include "store/key.h"
#include "store/payments.h"
#include "store/settlement_payees.h"
#include "store/settlements.h"

enum { CREDIT = 2 }; /* the guide's cash, pending */
static const struct party guide = {PARTY_GUIDE, 1};
static const struct line_name line_of_guide = {{PARTY_GUIDE, 1}, 1};

static struct dispute sound_dispute(uint32_t number)
{
    struct dispute dispute = {
        .run = 1, .number = number, .draft = 1, .payee = guide, .pay_entity = 1,
        .text = "a purchase is missing", .state = DISPUTE_OPEN, .opened_at = 900, .opened_by = 1,
    };
    if (number == 1) {
        dispute.credit = CREDIT;
        return dispute;
    }
    dispute.state = DISPUTE_ACCEPTED;
    dispute.decided_at = 950;
    dispute.decided_by = 2;
    strcpy(dispute.reason, "seen");
    dispute.remedy = REMEDY_LATER;
    dispute.unit = UNIT_CASH;
    dispute.amount = -7;
    return dispute;
}

static struct settlement_line sound_line(void)
{
    return (struct settlement_line){.run = 1, .draft = 1, .payee = guide, .pay_entity = 1,
                                    .shop = 1, .carry_in_minor = 500, .net_minor = 500,
                                    .payment = PAYMENT_PAID, .payment_at = 980, .payment_by = 1};
}

static void make_sound(struct batch *batch)
{
    struct settlement_line line = sound_line();
    struct settlement_run run = {
        .number = 1, .type = RUN_LEAVER, .state = RUN_PAID, .draft = 1, .start = 0, .end = 200,
        .guide = 1, .rate_points = 1, .made_at = 800, .made_by = 1, .submitted_at = 850,
        .submitted_by = 1, .approved_at = 860, .approved_by = 2, .closed_at = 870, .closed_by = 1,
        .entry = 1000000, /* behind all there are: none of them has closed it */
        .paid_at = 980, .dispute_count = 2, .dispute_open_count = 1, .paid_count = 1,
        .totals = {.line_count = 1, .carry_in_minor = 500, .net_minor = 500},
    };
    struct held_carried carried = {.run = 1, .party = guide, .credit = CREDIT, .reason = "court",
                                   .carried_at = 900, .carried_by = 1};
    struct payment_event event = {.run = 1, .line = line_of_guide, .number = 1,
                                  .payment = PAYMENT_PAID, .reference = "B1", .at = 980, .by = 1};
    statement_hash_end(line.statement_hash, &line);
    run_hash_add(run.hash, line.statement_hash);
    static const uint8_t seed[SETTLEMENT_KEY_SEED_BYTES], nonce[SETTLEMENT_NONCE_BYTES];
    struct line_place place = {.pay_entity_name = "E", .employee_no = "1",
                               .guide = guide.number, .pay_entity = 1};
    struct settlement_payee_copy copy;

    settlement_lines_put(batch, &line);
    settlement_order_put(batch, 1, &place);
    settlements_put(batch, &run);
    settlement_payees_begin(batch, 1, 9000, seed);
    assert_int_equal(settlement_payee_make(batch, &run, &line, nonce, &copy), STORE_OK);
    settlement_payee_put(batch, &line, &copy);
    for (uint32_t number = 1; number <= 2; number++) {
        struct dispute dispute = sound_dispute(number);
        disputes_put(batch, &dispute);
    }
    held_carried_put(batch, &carried);
    payments_put(batch, &event);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

#define DISPUTE_CORRUPTION(name, which, change)                                                  \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct dispute dispute = sound_dispute(which);                                           \
        change;                                                                                  \
        disputes_put(batch, &dispute);                                                           \
    }
DISPUTE_CORRUPTION(a_dispute_is_not_counted, 1, dispute.number = 3)
DISPUTE_CORRUPTION(a_dispute_is_decided_but_counts_as_open, 1,
                   (dispute.state = DISPUTE_REJECTED, dispute.decided_at = 1))
DISPUTE_CORRUPTION(a_dispute_names_a_credit_nobody_has, 1, dispute.credit = 99)
DISPUTE_CORRUPTION(a_dispute_becomes_anothers, 1, dispute.payee.number = 2)
DISPUTE_CORRUPTION(a_correction_names_an_entry_of_another_kind, 2,
                   (dispute.corrected = true, dispute.posted = -7, dispute.entry = 1))

static struct key dispute_key(uint32_t number)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_DISPUTE);
    key_u32(&key, 1);
    key_u32(&key, number);
    return key;
}

static void a_dispute_is_gone(struct batch *batch)
{
    struct key key = dispute_key(1);
    batch_delete(batch, key_view(&key));
}

static void a_dispute_is_cut_short(struct batch *batch)
{
    struct key key = dispute_key(1);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)"\x08\x01", 2});
}

static void a_waiting_correction_leaves_its_list(struct batch *batch)
{
    struct key key = dispute_key(0);
    key_u8(&key, 2);
    key_u8(&key, REMEDY_LATER);
    key_u32(&key, 2);
    batch_delete(batch, key_view(&key));
}

static void a_list_names_a_dispute_that_waits_for_nothing(struct batch *batch)
{
    struct key key = dispute_key(0);
    key_u8(&key, 2);
    key_u8(&key, REMEDY_NOW);
    key_u32(&key, 1);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)"", 0});
}

static void a_list_is_of_no_kind(struct batch *batch)
{
    struct key key = dispute_key(0);
    key_u8(&key, 7);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)"", 0});
}

static void a_held_credit_nobody_has_is_left(struct batch *batch)
{
    struct held_carried carried = {.run = 1, .party = guide, .credit = 99, .reason = "none",
                                   .carried_at = 1};
    held_carried_put(batch, &carried);
}

static void a_held_credit_is_left_by_no_run(struct batch *batch)
{
    struct held_carried carried = {.run = 9, .party = guide, .credit = CREDIT, .reason = "none",
                                   .carried_at = 1};
    held_carried_put(batch, &carried);
}

static void a_line_is_paid_and_nobody_said_so(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_PAYMENT);
    key_u32(&key, 1);
    key_party(&key, guide);
    key_u32(&key, 1);
    key_u32(&key, 1);
    batch_delete(batch, key_view(&key));
}

static void a_payment_came_back_and_its_line_says_paid(struct batch *batch)
{
    struct payment_event event = {.run = 1, .line = line_of_guide, .number = 2,
                                  .payment = PAYMENT_RETURNED, .at = 990};
    payments_put(batch, &event);
}

static void a_payment_is_missing_between_two(struct batch *batch)
{
    struct payment_event event = {.run = 1, .line = line_of_guide, .number = 3, .at = 990};
    payments_put(batch, &event);
}

static void a_payment_is_of_nobodys_line(struct batch *batch)
{
    struct payment_event event = {.run = 1, .line = {{PARTY_MEMBER, 1}, 0}, .number = 1,
                                  .at = 990};
    payments_put(batch, &event);
}

static const struct corruption_row rows[] = {
    ROW(a_dispute_is_not_counted, "run 1 counts no dispute 3"),
    ROW(a_dispute_is_decided_but_counts_as_open, "run 1: 0 disputes are open, not 1"),
    ROW(a_dispute_names_a_credit_nobody_has, "dispute 1 of run 1: no credit 99"),
    ROW(a_dispute_becomes_anothers, "run 1: a list leads to dispute 1, which is not so"),
    ROW(a_correction_names_an_entry_of_another_kind, "entry 1 does not put it right"),
    ROW(a_dispute_is_gone, "run 1: no dispute 1"),
    ROW(a_dispute_is_cut_short, "dispute 1 of run 1 is damaged"),
    ROW(a_waiting_correction_leaves_its_list, "dispute 2 of run 1 is missing in a list"),
    ROW(a_list_names_a_dispute_that_waits_for_nothing, "a list leads to dispute 1"),
    ROW(a_list_is_of_no_kind, "disputes: a key of 14 bytes says nothing"),
    ROW(a_held_credit_nobody_has_is_left, "run 1: credit 99 was left to the next run"),
    ROW(a_held_credit_is_left_by_no_run, "run 9: credit 2 was left to the next run"),
    ROW(a_line_is_paid_and_nobody_said_so, "what became of the money of guide 1 does not add up"),
    ROW(a_payment_came_back_and_its_line_says_paid, "money of guide 1 does not add up"),
    ROW(a_payment_is_missing_between_two, "money of guide 1 does not add up"),
    ROW(a_payment_is_of_nobodys_line, "payments of member 1, who has no line in it"),
};

/* ---- tests ----------------------------------------------------------------------------------- */

static void verify_holds_disputes_and_payments_against_their_run(void **state)
{
    (void)state;
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_holds_disputes_and_payments_against_their_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
