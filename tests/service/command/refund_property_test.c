/* Random purchases, spent and then given back in random cuts and order, some before they are
 * recorded: through the commands, verified at the end. Everything being given back, nothing earned
 * is left, and what had been spent is owed. (recall_test.c does the same to the pure parts, at
 * length.) */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PURCHASES = 24, WAITING = 6, PARTS_MAX = 4, STEPS_MAX = 256, TEXT_SIZE = 512, ROUNDS = 4 };

static uint64_t seed;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t random_next(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static long up_to(long max)
{
    return (long)(random_next() % ((uint64_t)max + 1));
}

static struct step steps[STEPS_MAX];
static char texts[STEPS_MAX][TEXT_SIZE];
static size_t step_count;

__attribute__((format(printf, 4, 5)))
static void add(const char *who, const struct command *command, const char *told,
                const char *format, ...)
{
    va_list arguments;

    assert_true(step_count < STEPS_MAX);
    va_start(arguments, format);
    vsnprintf(texts[step_count], TEXT_SIZE, format, arguments);
    va_end(arguments);
    steps[step_count] = (struct step){
        .who = who, .command = command, .request = texts[step_count], .reply = told};
    step_count++;
}

static void add_program(void)
{
    add("admin", &publish_program, NULL,
        "request_id=p2 program.from_date=2026-03-02 program.redemption.points=1 "
        "program.redemption.minor=1 "
        "program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "
        "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "
        "program.rules[0].rate_bp=100 program.rules[1].rule_id=three "
        "program.rules[1].trigger=PURCHASE program.rules[1].beneficiary=BUYER "
        "program.rules[1].unit=POINTS program.rules[1].fixed_amount=3 "
        "program.rules[1].return_policy=UNLIMITED");
}

/* Cuts a purchase into parts: an amount, or a share of its one line, then what is left. */
static void add_refunds(size_t purchase, long amount, const char *told)
{
    long left = amount, line_left = amount / 2;

    for (int part = 0; left > 0 && part < PARTS_MAX; part++) {
        bool last = part + 1 == PARTS_MAX;
        if (!last && line_left > 0 && up_to(2) == 0) {
            long back = 1 + up_to(line_left - 1);
            if (back > left) continue;
            add("pos:1", &record_refund, told,
                "refund_number=R%zu-%d receipt_number=A%zu lines[0].line=1 "
                "lines[0].amount_minor=%ld", purchase, part, purchase, back);
            line_left -= back;
            left -= back;
            continue;
        }
        long back = last ? left : 1 + up_to(left - 1);
        add("pos:1", &record_refund, told,
            "refund_number=R%zu-%d receipt_number=A%zu amount_minor=%ld", purchase, part,
            purchase, back);
        left -= back;
    }
    if (left > 0)
        add("pos:1", &record_refund, told,
            "refund_number=R%zu-x receipt_number=A%zu amount_minor=%ld", purchase, purchase,
            left);
}

static void add_purchase(size_t purchase, long amount)
{
    add("pos:1", &record_purchase, NULL,
        "receipt_number=A%zu member_number=2 amount_minor=%ld lines[0].amount_minor=%ld "
        "lines[1].amount_minor=%ld", purchase, amount, amount / 2, amount - amount / 2);
}

/* The refunds of all purchases in one random order. */
static void shuffle(size_t from)
{
    for (size_t i = step_count - 1; i > from; i--) {
        size_t j = from + (size_t)up_to((long)(i - from));
        struct step held = steps[i];
        steps[i] = steps[j];
        steps[j] = held;
    }
}

static void everything_given_back_leaves_nothing_but_what_was_spent(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        static char told[128];
        long amounts[PURCHASES], available = 0, spent = 0;

        step_count = 0;
        add_program();
        for (size_t i = 0; i < PURCHASES; i++) amounts[i] = 1 + up_to(up_to(1) ? 20000 : 50);
        for (size_t i = 0; i < WAITING; i++) add_refunds(i, amounts[i], "refund.state=PARKED");
        for (size_t i = WAITING; i < PURCHASES; i++) {
            add_purchase(i, amounts[i]);
            available += amounts[i] / 100 + 3;
            if (up_to(2) != 0) continue;
            long amount = 1 + up_to(available - 1);
            add("pos:1", &redeem, NULL,
                "member_number=2 unit=POINTS amount=%ld receipt_number=X%zu request_id=x%zu",
                amount, i, i);
            available -= amount;
            spent += amount;
        }
        for (size_t i = 0; i < WAITING; i++) add_purchase(i, amounts[i]);
        size_t from = step_count;
        for (size_t i = WAITING; i < PURCHASES; i++)
            add_refunds(i, amounts[i], "refund.state=POSTED");
        shuffle(from);
        if (spent > 0)
            snprintf(told, sizeof told, "account_balances.balances[0].debt=%ld", spent);
        else snprintf(told, sizeof told, "!account_balances.balances[0].debt");
        add("admin", &list_credits, "credits#=0", "account=member:2 state=AVAILABLE");
        add("admin", &get_balance, told, "account=member:2");
        play_on_lmdb(STAGE, STAGE_STEPS, steps, step_count);
    }
}

int main(void)
{
    const char *given = getenv("BECKON_TEST_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : 20260302;
    print_message("seed %llu (BECKON_TEST_SEED)\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_given_back_leaves_nothing_but_what_was_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
