/* Random handovers, assignments and releases, past, present and planned, among purchases and
 * refunds, against a recount that knows no bindings: who serves whom is a table of days. Each
 * purchase names the guide of its own date by what was decided when it was recorded; verify counts
 * the guides' figures again after each step. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { ROUNDS = 12, TURNS = 24, DAYS = 200, PAST_MAX = 30, MEMBERS = 4, STEPS_MAX = 120,
       TEXT_SIZE = 256, STEPS_FREE = 8 };
static const unsigned GUIDES[] = {1, 2, 4}; /* 3 has left */

static uint64_t seed;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t random_next(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static unsigned up_to(unsigned max)
{
    return (unsigned)(random_next() % ((uint64_t)max + 1));
}

/* ---- the table ------------------------------------------------------------------------------- */

/* By member and day since 2026-03-02: who serves her, and since which day without a break. */
static unsigned serves[MEMBERS + 1][DAYS], since[MEMBERS + 1][DAYS];
static unsigned today, handovers;

/* Handovers of all members that look again on their day, in that order. */
enum { PLANNED_MAX = 32 };
static struct planned {
    unsigned from, to, day;
    bool moved[MEMBERS + 1];
} planned[PLANNED_MAX];
static unsigned planned_count;

static void serve(unsigned member, unsigned guide)
{
    for (unsigned day = 0; day < DAYS; day++) {
        serves[member][day] = guide;
        since[member][day] = 0;
    }
}

/* True: she changes hands, from *ret_day on. */
static bool hand(unsigned member, unsigned from, unsigned to, unsigned day, unsigned *ret_day)
{
    unsigned seen = day > today ? day : today;
    unsigned *guide = serves[member], *begun = since[member];
    unsigned stretch = begun[seen];

    if (guide[seen] != from) return false;
    if (from == 0) day = seen;
    else if (day < stretch + 1) day = stretch + 1;
    if (day >= DAYS || guide[day] != from || (from != 0 && begun[day] != stretch)) return false;
    *ret_day = day;
    unsigned end = day;
    while (end < DAYS && guide[end] == from && (from == 0 || begun[end] == stretch)) end++;
    for (unsigned i = day; i < end; i++) {
        guide[i] = to;
        begun[i] = day;
    }
    return true;
}

/* Those whose day has come look for who came to the guide since, until that day. */
static void look_again(void)
{
    for (unsigned day = 0; day <= today; day++) {
        for (unsigned i = 0; i < planned_count; i++) {
            struct planned *plan = &planned[i];
            unsigned turned;
            if (plan->day != day) continue;
            for (unsigned m = 1; m <= MEMBERS; m++)
                if (!plan->moved[m] && since[m][today] <= plan->day)
                    (void)hand(m, plan->from, plan->to, plan->day, &turned);
            plan->day = DAYS; /* done */
        }
    }
}

/* ---- the play -------------------------------------------------------------------------------- */

static struct step steps[STEPS_MAX];
static char texts[STEPS_MAX][2][TEXT_SIZE];
static size_t step_count;

static const char *date(unsigned day, char ret[11])
{
    time_t at = (time_t)(20514 + day) * 86400; /* 2026-03-02 */
    struct tm when;

    assert_non_null(gmtime_r(&at, &when));
    assert_int_equal(strftime(ret, 11, "%Y-%m-%d", &when), 10);
    return ret;
}

/* A step whose reply must say `told`; both are kept. */
__attribute__((format(printf, 4, 5)))
static void add(const char *who, const struct command *command, const char *told,
                const char *format, ...)
{
    va_list arguments;
    char *request = texts[step_count][0], *reply = texts[step_count][1];

    assert_true(step_count < STEPS_MAX);
    va_start(arguments, format);
    vsnprintf(request, TEXT_SIZE, format, arguments);
    va_end(arguments);
    snprintf(reply, TEXT_SIZE, "%s", told);
    steps[step_count++] = (struct step){
        .who = who, .command = command, .request = request, .reply = reply[0] ? reply : NULL};
}

static void add_served(const char *path, unsigned guide, char ret[64])
{
    if (guide != 0) snprintf(ret, 64, "%s=%u", path, guide);
    else snprintf(ret, 64, "!%s", path);
}

static void add_time(void)
{
    char on[11];

    today += up_to(9);
    snprintf(texts[step_count][0], TEXT_SIZE, "%sT10:00", date(today, on));
    steps[step_count] = (struct step){.at = texts[step_count][0]};
    step_count++;
}

static void add_purchase(unsigned receipt)
{
    unsigned member = 1 + up_to(MEMBERS - 1);
    unsigned day = today - up_to(today < PAST_MAX ? today : PAST_MAX);
    char told[64], on[11];

    add_served("purchase.serving_guide", serves[member][day], told);
    add("pos:1", &record_purchase, told,
        "receipt_number=%u member_number=%u amount_minor=1000 occurred_at=%sT08:00", receipt,
        member, date(day, on));
    if (up_to(2) == 0)
        add("pos:1", &record_refund, "refund.state=POSTED",
            "refund_number=R%u receipt_number=%u amount_minor=%u", receipt, receipt,
            up_to(1) ? 1000u : 400u);
}

/* The handover, worked off, and what became of one of its members. */
static void add_handover(void)
{
    unsigned from = up_to(4) == 0 ? 0 : GUIDES[up_to(2)], to = GUIDES[up_to(2)];
    unsigned member = 1 + up_to(MEMBERS - 1), moved = 0, day, went = 0;
    bool all = from != 0 && up_to(1) == 0, release = from != 0 && up_to(4) == 0;
    char on[11], told[128] = "";

    if (!release && from == to) return;
    if (release) to = 0;
    day = today + up_to(20);
    if (up_to(1) == 0) day = today - up_to(today < PAST_MAX ? today : PAST_MAX);
    handovers++;
    look_again();
    struct planned *plan = &planned[planned_count];
    *plan = (struct planned){.from = from, .to = to, .day = day};
    if (all && day > today) planned_count++;
    assert_true(planned_count < PLANNED_MAX);
    for (unsigned m = 1; m <= MEMBERS; m++) {
        unsigned turned = 0;
        if ((all || m == member) && hand(m, from, to, day, &turned)) {
            moved++;
            went = turned;
            plan->moved[m] = true;
        }
    }
    char target[48], whom[48];
    if (release) snprintf(target, sizeof target, "release=true");
    else snprintf(target, sizeof target, "to_guide_number=%u", to);
    if (all) snprintf(whom, sizeof whom, "all_members=true");
    else snprintf(whom, sizeof whom, "member_numbers[0]=%u", member);
    add("admin", &hand_over_members, "", "request_id=h%u reason=r from_date=%s "
        "from_guide_number=%u %s %s", handovers, date(day, on), from, target, whom);
    add("ticker", &tick_handovers, "", "step_count=64");
    if (moved == 0 && all) snprintf(told, sizeof told, "rows#=0");
    else if (moved == 0)
        snprintf(told, sizeof told, "rows#=1 rows[0].member_number=%u", member);
    else
        snprintf(told, sizeof told, "rows#=%u rows[%u].outcome=%s rows[%u].from_date=%s", moved,
                 moved - 1, release ? "RELEASED" : "BOUND", moved - 1, date(went, on));
    add("admin", &list_handover_rows, told, "handover_number=%u", handovers);
}

static void add_members(void)
{
    for (unsigned member = 1; member <= MEMBERS; member++) {
        char told[64];
        add_served("member.serving_guide", serves[member][today], told);
        add("admin", &get_member, told, "member_number=%u", member);
    }
}

static void begin(void)
{
    step_count = 0;
    today = handovers = planned_count = 0;
    add("admin", &create_guide, "guide.guide_number=4",
        "guide.employee_no=N4 guide.name=N guide.employments[0].shop_id=S1 "
        "guide.employments[0].from_date=2026-01-01");
    add("admin", &register_member, "member_number=3",
        "phone=13800000003 consent_policy_version=v1 code=$g2");
    add("admin", &register_member, "member_number=4",
        "phone=13800000004 consent_policy_version=v1");
    serve(1, 1);
    serve(2, 1);
    serve(3, 2);
    serve(4, 0);
}

static void who_serves_whom_is_what_was_decided_by_date(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        begin();
        for (unsigned turn = 0; turn < TURNS && step_count + STEPS_FREE < 50; turn++) {
            switch (up_to(4)) {
            case 0: add_time(); break;
            case 1: add_handover(); break;
            case 2: if (up_to(1)) add("ticker", &tick_due, "", "account_count=16"); break;
            default: add_purchase(turn);
            }
        }
        add_members();
        play_on_lmdb(STAGE, STAGE_STEPS, steps, step_count);
    }
}

int main(void)
{
    const char *given = getenv("BECKON_TEST_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : 20260302;
    print_message("seed %llu (BECKON_TEST_SEED)\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_serves_whom_is_what_was_decided_by_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
