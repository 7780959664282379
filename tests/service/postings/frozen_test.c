/* Refunds before, while and after settlement runs freeze, give back and settle the credits of one
 * account, in any order: what runs have frozen never changes, nothing free stands beside a debt it
 * has to pay, and taken + owed + carried + waived is always what was asked back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "service/postings/recall.h"

enum { ACCOUNTS = 4000, STEPS = 24, CREDITS = 6, RUN = 7 };

static const struct occasion occasion = {
    .date = 100, .event = {.kind = EVENT_REFUND, .receipt = {.shop = 1, .size = 1, .text = "F"}}};

/* The account: credits of purchases, any of which may be refunded, for two employers. */
struct world {
    struct lots lots; /* large */
    int64_t reversal[CREDITS];
    enum return_policy policy[CREDITS];
    bool of_mark[LOT_DEBTS_MAX]; /* a debt that the run carries */
    bool frozen;
    size_t refunded;             /* whose refund was the last */
    int64_t before[CREDITS];     /* what remained when it was frozen */
};
static struct world world;
static uint64_t seed;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t random_next(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t up_to(int64_t most)
{
    return (int64_t)(random_next() % (uint64_t)(most + 1));
}

static void begin(void)
{
    struct balance balance[UNIT_COUNT] = {0};
    struct credit credits[CREDITS];

    world.frozen = false;
    for (size_t i = 0; i < LOT_DEBTS_MAX; i++) world.of_mark[i] = false;
    for (size_t i = 0; i < CREDITS; i++) {
        int64_t amount = 1 + up_to(40);
        credits[i] = (struct credit){
            .number = i + 1, .unit = UNIT_POINTS, .state = CREDIT_AVAILABLE, .posted = amount,
            .remaining = amount, .program_version = 1, .expires_on = DATE_NEVER,
            .pay_entity = 1 + (uint32_t)up_to(1), .since = i + 1};
        balance[UNIT_POINTS].available += amount;
        world.reversal[i] = 0;
        world.policy[i] = (enum return_policy)up_to(RETURN_ONLY_PENDING - 1);
    }
    lots_begin(&world.lots, balance);
    for (size_t i = 0; i < CREDITS; i++) lots_add(&world.lots, &credits[i]);
}

/* ---- what happens ---------------------------------------------------------------------------- */

static void refund(size_t lot, int64_t reversal)
{
    struct lots *lots = &world.lots;
    struct refund_taking taking = {.credit = lot + 1, .party = {PARTY_GUIDE, 1}};
    struct recall recall;
    size_t lots_left = LOTS_PER_COMMAND_MAX, debts = lots->debt_count;

    world.reversal[lot] = reversal;
    world.refunded = lot;
    if (!recall_begin(lots, lot, reversal, world.policy[lot], &occasion, &taking, &recall)) return;
    recall_elsewhere(&recall, &occasion, &lots_left);
    recall_end(&recall, &occasion);
    for (size_t i = debts; i < lots->debt_count; i++) lots->debt[i].debt.number = 100 + i;
}

/* Some are of a date the run does not take. */
static void freeze(void)
{
    struct lots *lots = &world.lots;

    world.frozen = true;
    for (size_t i = 0; i < CREDITS; i++) {
        struct credit *credit = &lots->lot[i].credit;
        if (credit_free(credit) && up_to(2) > 0) {
            credit->settlement_run = RUN;
            lots->frozen[UNIT_POINTS] += credit->remaining;
        }
        world.before[i] = credit_frozen(credit) ? credit->remaining : 0;
    }
    for (size_t i = 0; i < lots->debt_count; i++)
        world.of_mark[i] = lots->debt[i].waits = debt_open(&lots->debt[i].debt) > 0;
}

static void thaw(void)
{
    struct lots *lots = &world.lots;

    world.frozen = false;
    lots->frozen[UNIT_POINTS] = 0;
    for (size_t i = 0; i < lots->debt_count; i++) lots->debt[i].waits = world.of_mark[i] = false;
    for (size_t i = 0; i < CREDITS; i++) lot_net(lots, i, &occasion);
}

static void pay_own(size_t debt)
{
    struct lots *lots = &world.lots;
    size_t lot = (size_t)lots->debt[debt].debt.credit - 1;

    lot_net_own(lots, lot, debt, &occasion);
    assert_false(lots->debt[debt].debt.settled);
    assert_true(debt_open(&lots->debt[debt].debt) == 0 || lots->lot[lot].credit.remaining == 0);
}

/* Given back: the refunds take what they would have taken, first of all from their own credits. */
static void release(void)
{
    struct lots *lots = &world.lots;

    for (size_t i = 0; i < lots->debt_count; i++) {
        struct lot_debt *debt = &lots->debt[i];
        if (debt->waits && !world.of_mark[i])
            pay_own(i);
    }
    for (size_t i = 0; i < CREDITS; i++)
        if (credit_frozen(&lots->lot[i].credit)) lots->lot[i].credit.settlement_run = 0;
    thaw();
}

/* As a close does: its debts are carried, what is frozen is settled. */
static void settle(void)
{
    struct lots *lots = &world.lots;
    struct balance *balance = &lots->balance[UNIT_POINTS];

    for (size_t i = 0; i < lots->debt_count; i++) {
        struct debt *debt = &lots->debt[i].debt;
        if (!world.of_mark[i]) continue;
        balance->debt -= debt_open(debt);
        if (debt->policy == RETURN_UNLIMITED) balance->debt_inside -= debt_open(debt);
        debt->carried += debt_open(debt);
    }
    for (size_t i = 0; i < CREDITS; i++) {
        struct credit *credit = &lots->lot[i].credit;
        if (!credit_frozen(credit)) continue;
        balance->available -= credit->remaining;
        credit->settled += credit->remaining;
        credit->remaining = 0;
        credit->state = CREDIT_DONE;
    }
    thaw();
}

/* ---- what must hold -------------------------------------------------------------------------- */

/* Nothing of one employer pays for a credit of another, and what is taken for a settled one is told
 * apart. */
static void check_movements(void)
{
    const struct lots *lots = &world.lots;

    for (size_t i = 0; i < lots->movement_count; i++) {
        const struct movement *movement = &lots->movement[i];
        if (movement->lot == LOT_NONE) continue;
        const struct credit *lot = &lots->lot[movement->lot].credit;
        const struct credit *refunded = &lots->lot[world.refunded].credit;
        if (movement->kind == ENTRY_NET) {
            const struct debt *debt = &lots->debt[movement->debt].debt;
            assert_int_equal(debt->pay_entity, lot->pay_entity);
            assert_int_equal(movement->clawed, debt->settled);
        } else {
            assert_int_equal(movement->kind, ENTRY_REVERSE);
            assert_int_equal(refunded->pay_entity, lot->pay_entity);
            assert_int_equal(movement->clawed, lot != refunded && refunded->settled > 0);
        }
    }
}

static void check(void)
{
    const struct lots *lots = &world.lots;
    int64_t asked = 0, taken = 0, available = 0, owed = 0, carried = 0, waived = 0;

    for (size_t i = 0; i < CREDITS; i++) {
        const struct credit *credit = &lots->lot[i].credit;
        assert_true(credit_balanced(credit));
        if (credit_frozen(credit)) assert_int_equal(credit->remaining, world.before[i]);
        asked += world.reversal[i];
        taken += credit->reversed;
        waived += credit->recall_waived;
        if (credit->state == CREDIT_AVAILABLE) available += credit->remaining;
        assert_int_equal(credit->recall_own + credit->recall_elsewhere + credit->recall_waived,
                         world.reversal[i]);
        assert_in_range(credit->recall_settled, 0, credit->recall_elsewhere);
    }
    for (size_t i = 0; i < lots->debt_count; i++) {
        assert_true(debt_sound(&lots->debt[i].debt));
        owed += debt_open(&lots->debt[i].debt);
        carried += lots->debt[i].debt.carried;
    }
    assert_int_equal(asked, taken + owed + carried + waived);
    assert_int_equal(available, lots->balance[UNIT_POINTS].available);
    assert_int_equal(owed, lots->balance[UNIT_POINTS].debt);
    assert_false(lots_net_left(lots));
    check_movements();
}

static void any_order_of_refunds_around_runs_ends_with_what_was_asked_back(void **state)
{
    (void)state;
    for (int account = 0; account < ACCOUNTS; account++) {
        begin();
        for (int step = 0; step < STEPS; step++) {
            world.lots.movement_count = 0; /* posted */
            size_t lot = (size_t)up_to(CREDITS - 1);
            int64_t left = world.lots.lot[lot].credit.posted - world.reversal[lot];
            if (up_to(3) > 0) refund(lot, world.reversal[lot] + up_to(left));
            else if (!world.frozen) freeze();
            else if (up_to(1) == 0) release();
            else settle();
            check();
        }
        if (world.frozen && up_to(1) == 0) release();
        for (size_t i = 0; i < CREDITS; i++) {
            world.lots.movement_count = 0;
            refund(i, world.lots.lot[i].credit.posted);
            check();
        }
    }
}

int main(void)
{
    const char *given = getenv("BECKON_TEST_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : 20261231;
    print_message("seed %llu (BECKON_TEST_SEED)\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_refunds_around_runs_ends_with_what_was_asked_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
