/* Refunds as a property: whatever a purchase earned, whatever became of it before, however the
 * refunds are cut and in whatever order they come, the closing sums of domain.md 5 hold.
 *
 * Each round makes a purchase with lines, credits of several rules in both units for two holders,
 * other credits beside them, and a past (spent, expired, held); then it is given back in parts, by
 * amount and by line, in two orders. What is asked to date is computed again, by other code. */
#include "service/postings/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/rules/base.h"
#include "service/rules/clawback.h"
#include "store/credit.h"

enum { ROUNDS = 100000, HOLDERS = 2, CREDITS_MAX = 6, OTHERS_MAX = 3, PARTS_MAX = 9,
       TODAY = 20000, LINES_MAX = 4 };

static uint64_t seed;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t random_next(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 to max. */
static int64_t up_to(int64_t max)
{
    return (int64_t)(random_next() % ((uint64_t)max + 1));
}

/* ---- a world --------------------------------------------------------------------------------- */

struct own {
    int holder;
    size_t lot;
    struct rule rule;
    struct refund_taking sum; /* of all refunds so far */
};

static struct world {
    struct purchase purchase;
    struct purchase_lines lines;
    struct program program;
    struct lots lots[HOLDERS];
    size_t own_count;
    struct own own[CREDITS_MAX];
    size_t part_count;
    struct refund parts[PARTS_MAX];
} world;

static void make_purchase(void)
{
    struct purchase_parts *parts = &world.purchase.parts;
    static const char *const categories[] = {"shoes", "coats"};

    memset(&world.purchase, 0, sizeof world.purchase);
    memset(&world.lines, 0, sizeof world.lines);
    world.purchase.member = 1;
    world.lines.count = (size_t)up_to(LINES_MAX);
    if (world.lines.count == 0) parts->amount_minor = 1 + up_to(up_to(1) ? 200 : 1000000000);
    parts->freight_minor = up_to(1) ? 0 : up_to(world.lines.count > 0 ? 50 : parts->amount_minor);
    if (world.lines.count > 0) parts->amount_minor = parts->freight_minor;
    for (size_t i = 0; i < world.lines.count; i++) {
        struct purchase_line *line = &world.lines.lines[i];
        line->amount_minor = 1 + up_to(up_to(1) ? 100 : 1000000);
        line->tax_minor = up_to(2) ? 0 : up_to(line->amount_minor);
        strncpy(line->category, categories[up_to(1)], sizeof line->category);
        parts->amount_minor += line->amount_minor;
        parts->tax_minor += line->tax_minor;
    }
    if (up_to(5) == 0) parts->gift_card_minor = up_to(parts->amount_minor);
    world.purchase.base_minor = base_of(parts);
    world.purchase.line_count = (uint8_t)world.lines.count;
    if (world.lines.count > 0) base_split(parts, world.lines.lines, world.lines.count);
}

static struct credit make_credit(uint64_t number, bool own)
{
    static const int64_t sizes[] = {1, 3, 100, 1000000};
    int64_t posted = 1 + up_to(sizes[up_to(3)]);

    return (struct credit){
        .number = number, .unit = (enum unit)up_to(1),
        .state = own && up_to(3) == 0 ? CREDIT_PENDING : CREDIT_AVAILABLE,
        .posted = posted, .remaining = posted, .program_version = 1, .matures_on = TODAY,
        .expires_on = up_to(2) ? DATE_NEVER : TODAY + (business_date)up_to(5),
        .referee = 1, .business_date = TODAY,
    };
}

static size_t add_credit(int holder, const struct credit *credit)
{
    struct lots *lots = &world.lots[holder];
    struct balance *balance = &lots->balance[credit->unit];

    if (credit->state == CREDIT_PENDING) balance->pending += credit->posted;
    else balance->available += credit->posted;
    return lots_add(lots, credit);
}

static void make_credits(void)
{
    static const struct balance none[UNIT_COUNT];
    uint64_t number = 1;

    for (int i = 0; i < HOLDERS; i++) lots_begin(&world.lots[i], none);
    world.own_count = 1 + (size_t)up_to(CREDITS_MAX - 1);
    for (size_t i = 0; i < world.own_count; i++) {
        struct own *own = &world.own[i];
        struct credit credit = make_credit(number++, true);
        *own = (struct own){
            .holder = (int)up_to(HOLDERS - 1),
            .rule = {.rounding = up_to(1) ? ROUNDING_FLOOR : ROUNDING_HALF_UP,
                     .return_policy = (enum return_policy)up_to(RETURN_ONLY_PENDING)},
        };
        /* A rule of one category, where the purchase has such lines with something to count. */
        if (world.lines.count > 0 && up_to(3) == 0) own->rule.categories = (struct pool_part){0, 1};
        own->lot = add_credit(own->holder, &credit);
    }
    for (int i = 0; i < HOLDERS; i++) {
        for (int64_t j = up_to(OTHERS_MAX); j > 0; j--) {
            struct credit credit = make_credit(number++, false);
            add_credit(i, &credit);
        }
    }
}

/* Some of it is held, some spent, some has expired. */
static void make_past(void)
{
    struct occasion occasion = {.date = TODAY, .event = {.kind = EVENT_DECISION}};

    for (int i = 0; i < HOLDERS; i++) {
        struct lots *lots = &world.lots[i];
        for (size_t lot = 0; lot < lots->lot_count; lot++)
            if (up_to(7) == 0) lot_hold(lots, lot, 0, &occasion);
        for (int unit = 0; unit < UNIT_COUNT; unit++) {
            int64_t spent = up_to(lots_spendable(lots, (enum unit)unit));
            while (spent > 0) {
                size_t lot = lots_first_available(lots, (enum unit)unit, PAY_ENTITY_ANY);
                int64_t remaining = lots->lot[lot].credit.remaining;
                int64_t amount = remaining < spent ? remaining : spent;
                lot_redeem(lots, lot, amount, &occasion);
                spent -= amount;
            }
        }
        for (size_t lot = 0; lot < lots->lot_count; lot++) {
            const struct credit *credit = &lots->lot[lot].credit;
            bool expires = credit->state == CREDIT_AVAILABLE && credit->flags == 0 &&
                           credit->expires_on != DATE_NEVER;
            if (expires && up_to(1)) lot_expire(lots, lot);
        }
        lots->movement_count = 0;
    }
}

/* Cuts the whole amount into parts: a line, or an amount; the last takes what is left. */
static void make_parts(void)
{
    int64_t left = world.purchase.parts.amount_minor, of_line[LINES_MAX];

    for (size_t i = 0; i < world.lines.count; i++)
        of_line[i] = world.lines.lines[i].amount_minor;
    world.part_count = 0;
    while (left > 0) {
        struct refund *part = &world.parts[world.part_count++];
        bool last = world.part_count == PARTS_MAX;
        size_t line = world.lines.count > 0 ? random_next() % world.lines.count : 0;
        memset(part, 0, offsetof(struct refund, lines) + sizeof part->lines[0]);
        if (!last && world.lines.count > 0 && up_to(1) && of_line[line] > 0 &&
            of_line[line] <= left) {
            int64_t amount = up_to(1) ? of_line[line] : 1 + up_to(of_line[line] - 1);
            part->line_count = 1;
            part->lines[0] = (struct refund_line){(uint8_t)(line + 1), amount, 0};
            of_line[line] -= amount;
            left -= amount;
            continue;
        }
        part->amount_minor = last || up_to(3) == 0 ? left : 1 + up_to(left - 1);
        left -= part->amount_minor;
    }
}

static void make_world(uint64_t from)
{
    seed = from;
    strncpy(world.program.categories[0], "shoes", LINE_TEXT_BYTES_MAX);
    world.program.category_count = 1;
    make_purchase();
    make_credits();
    make_past();
    make_parts();
}

/* ---- what must be asked, by other code ------------------------------------------------------- */

/* Of a credit, to date: straight from domain.md 5. */
static int64_t expected_reversal(const struct own *own)
{
    const struct purchase *purchase = &world.purchase;
    const struct credit *credit = &world.lots[own->holder].lot[own->lot].credit;
    bool some = own->rule.categories.count > 0;
    __int128 base = some ? 0 : purchase->base_minor;
    __int128 amount = some ? 0 : purchase->parts.amount_minor, back = 0, back_amount = 0;

    if (purchase->refunded_minor == purchase->parts.amount_minor) return credit->posted;
    for (size_t i = 0; i < world.lines.count; i++) {
        const struct purchase_line *line = &world.lines.lines[i];
        if (some && strcmp(line->category, "shoes") != 0) continue;
        if (some) base += line->base_minor;
        if (some) amount += line->amount_minor;
        back += (__int128)line->base_minor * line->refunded_minor / line->amount_minor;
        back_amount += line->refunded_minor;
    }
    if (base == 0) base = amount, back = back_amount;
    if (base == 0) return 0;
    back += base * purchase->refunded_by_amount_minor / purchase->parts.amount_minor;
    if (back > base) back = base;
    __int128 twice = 2 * (__int128)credit->posted * back;
    if (own->rule.rounding == ROUNDING_HALF_UP) twice += base;
    return (int64_t)(twice / (2 * base));
}

/* ---- refunds --------------------------------------------------------------------------------- */

static void count_movements(int64_t ret_took[UNIT_COUNT], int64_t ret_owed[UNIT_COUNT])
{
    for (int i = 0; i < HOLDERS; i++) {
        struct lots *lots = &world.lots[i];
        for (size_t m = 0; m < lots->movement_count; m++) {
            const struct movement *movement = &lots->movement[m];
            assert_true(movement->kind == ENTRY_VOID || movement->kind == ENTRY_REVERSE);
            if (movement->from == SIDE_DEBT) ret_owed[movement->unit] += movement->amount;
            else ret_took[movement->unit] += movement->amount;
        }
        lots->movement_count = 0;
    }
}

static void add_taking(struct own *own, const struct refund_taking *taking)
{
    own->sum.asked += taking->asked;
    own->sum.own += taking->own;
    own->sum.elsewhere += taking->elsewhere;
    own->sum.owed += taking->owed;
    own->sum.waived += taking->waived;
}

/* Posts one part as the command does, every lot being in memory. */
static void give_back(struct refund *part)
{
    struct occasion occasion = {.date = TODAY, .event = {.kind = EVENT_REFUND, .member = 1}};
    struct refund_taking takings[CREDITS_MAX];
    struct recall recalls[CREDITS_MAX];
    bool asked[CREDITS_MAX];
    int64_t took[UNIT_COUNT] = {0}, owed[UNIT_COUNT] = {0};
    struct clawback_misfit misfit;
    size_t lots_left = LOTS_MAX;

    assert_int_equal(clawback_fit(&world.purchase, &world.lines, part, &misfit),
                     REFUND_REJECT_NONE);
    for (size_t i = 0; i < world.own_count; i++) {
        struct own *own = &world.own[i];
        struct lots *lots = &world.lots[own->holder];
        struct clawback_share share = clawback_share_of_rule(&world.purchase, &world.lines,
                                                             &world.program, &own->rule);
        int64_t reversal = clawback_reversal(lots->lot[own->lot].credit.posted, share,
                                             own->rule.rounding);
        assert_int_equal(reversal, expected_reversal(own));
        asked[i] = recall_begin(lots, own->lot, reversal, own->rule.return_policy, &occasion,
                                &takings[i], &recalls[i]);
    }
    for (size_t i = 0; i < world.own_count; i++) {
        if (!asked[i]) continue;
        recall_elsewhere(&recalls[i], &occasion, &lots_left);
        recall_end(&recalls[i], &occasion);
        add_taking(&world.own[i], &takings[i]);
        enum unit unit = recalls[i].lots->lot[recalls[i].lot].credit.unit;
        took[unit] -= takings[i].own + takings[i].elsewhere;
        owed[unit] -= takings[i].owed;
    }
    count_movements(took, owed);
    for (int unit = 0; unit < UNIT_COUNT; unit++) assert_true(took[unit] == 0 && owed[unit] == 0);
}

static void check_own(const struct own *own, bool full)
{
    const struct credit *credit = &world.lots[own->holder].lot[own->lot].credit;
    const struct refund_taking *sum = &own->sum;

    assert_true(credit_balanced(credit) && refund_taking_balanced(sum));
    assert_int_equal(credit->recall_own, sum->own);
    assert_int_equal(credit->recall_elsewhere, sum->elsewhere + sum->owed);
    assert_int_equal(credit->recall_waived, sum->waived);
    assert_int_equal(sum->asked, expected_reversal(own));
    if (full) assert_int_equal(sum->asked, credit->posted);
    switch (own->rule.return_policy) {
    case RETURN_CARRY_FORWARD:
    case RETURN_UNLIMITED:
        /* Taken + owed + expired = credit. */
        assert_true(sum->waived <= credit->expired);
        if (full) assert_int_equal(sum->own + sum->elsewhere + sum->owed,
                                   credit->posted - credit->expired);
        break;
    case RETURN_WITHIN_BALANCE: assert_int_equal(sum->owed, 0); break;
    case RETURN_ONLY_PENDING: assert_int_equal(sum->owed + sum->elsewhere, 0); break;
    }
}

/* What each holder is worth after all, per unit. */
struct worth { int64_t of[HOLDERS][UNIT_COUNT]; };

static struct worth run(bool backwards)
{
    struct worth worth;

    for (size_t i = 0; i < world.part_count; i++) {
        give_back(&world.parts[backwards ? world.part_count - 1 - i : i]);
        for (size_t j = 0; j < world.own_count; j++)
            check_own(&world.own[j], i + 1 == world.part_count);
    }
    assert_int_equal(world.purchase.refunded_base_minor, world.purchase.base_minor);
    for (int i = 0; i < HOLDERS; i++) {
        for (int unit = 0; unit < UNIT_COUNT; unit++) {
            const struct balance *balance = &world.lots[i].balance[unit];
            int64_t open = 0;
            for (size_t d = 0; d < world.lots[i].debt_count; d++)
                if ((int)world.lots[i].debt[d].debt.unit == unit)
                    open += debt_open(&world.lots[i].debt[d].debt);
            assert_int_equal(open, balance->debt);
            worth.of[i][unit] = balance->available + balance->pending - balance->debt;
        }
    }
    return worth;
}

/* Policies that waive give different sums when credits of one purchase pay for one another. */
static bool waives_nothing(int holder)
{
    for (size_t i = 0; i < world.own_count; i++)
        if (world.own[i].holder == holder &&
            world.own[i].rule.return_policy != RETURN_CARRY_FORWARD &&
            world.own[i].rule.return_policy != RETURN_UNLIMITED)
            return false;
    return true;
}

static void any_cut_and_any_order_of_refunds_ends_with_the_same_sums(void **state)
{
    (void)state;
    uint64_t first = seed, parts = 0, debts = 0;

    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t from = first + round * 1000003;
        make_world(from);
        struct worth forwards = run(false);
        parts += world.part_count;
        make_world(from);
        struct worth backwards = run(true);
        for (int i = 0; i < HOLDERS; i++) {
            debts += world.lots[i].debt_count;
            if (waives_nothing(i) &&
                memcmp(&forwards.of[i], &backwards.of[i], sizeof forwards.of[i]) != 0)
                fail_msg("round %llu: the order matters", (unsigned long long)round);
        }
    }
    print_message("%d purchases, %llu refunds, %llu debts\n", ROUNDS, (unsigned long long)parts,
                  (unsigned long long)debts);
    assert_true(parts > ROUNDS && debts > ROUNDS / 10);
}

int main(void)
{
    const char *given = getenv("BECKON_TEST_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : 20260302;
    print_message("seed %llu (BECKON_TEST_SEED)\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_and_any_order_of_refunds_ends_with_the_same_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
