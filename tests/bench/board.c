/* What a scoreboard and a ranking cost at the server: a store of many guides is seeded directly,
 * then the commands are run on snapshots of it, as pollers do. Prints one JSON object.
 *
 *   board [GUIDES [RUNS]]    10,000 guides and 200 runs of each where nothing is said */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/command/commands.h"
#include "service/command/scoreboard.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/guides.h"
#include "store/merchants.h"
#include "store/profiles.h"
#include "store/programs.h"
#include "store/recency.h"
#include "store/shops.h"
#include "tests/store/scratch.h"

enum { MERCHANT = 1, SHOPS = 100, CREDITS = 20, GUIDES_PER_COMMIT = 20, MONTHS = 12 };
static const uint64_t NOW_MS = UINT64_C(1798000000000); /* 2026-12-22 */

static void must(bool good, const char *what)
{
    if (good) return;
    fprintf(stderr, "board: %s failed\n", what);
    exit(1);
}

/* ---- the store ------------------------------------------------------------------------------- */

static void put_merchant(struct batch *batch, uint32_t guide_count)
{
    struct merchant merchant = {.number = MERCHANT, .name = "Bench", .currency = "CNY",
                                .time_zone = "Asia/Shanghai", .country_code = 86,
                                .counted = true, .closed_before = DATE_ALWAYS};
    struct numbers numbers = {.shop = SHOPS, .guide = guide_count, .pay_entity = 1,
                              .program_version = 1};
    merchants_put(batch, &merchant);
    numbers_put(batch, &numbers);
    pay_entities_put(batch, 1, "Bench Ltd");
    for (uint32_t number = 1; number <= SHOPS; number++) {
        struct shop shop = {.number = number, .name = "Shop", .period_count = 1,
                            .periods = {{.pay_entity = 1}}};
        snprintf(shop.shop_id, sizeof shop.shop_id, "S%03u", (unsigned)number);
        shops_put(batch, &shop);
    }
    static struct program program = {
        .version = 1, .settlement = {.rate_points = 10, .rate_minor = 100}, .rule_count = 1,
        .rules = {{.id = "guide", .trigger = TRIGGER_PURCHASE,
                   .beneficiary = BENEFICIARY_SERVING_GUIDE, .unit = UNIT_POINTS,
                   .formula = FORMULA_RATE, .rate_bp = 100, .rounding = ROUNDING_FLOOR}}};
    programs_put(batch, &program);
}

static void put_counters(struct batch *batch, uint64_t *random, uint32_t guide,
                         business_date month)
{
    struct kpi_month counts = {.once = {20, 40, 80}, .twice = {5, 15, 35}};
    for (size_t day = 0; day < 28; day++) {
        if (scratch_below(random, 4) == 0) continue; /* his days off */
        struct kpi_day *at = &counts.days[day];
        at->purchases = scratch_below(random, 12);
        at->sales_minor = (int64_t)at->purchases * (int64_t)(5000 + scratch_below(random, 60000));
        at->earned[UNIT_POINTS] = at->sales_minor / 1000;
        at->earned[UNIT_CASH] = at->sales_minor / 200;
        at->new_members = scratch_below(random, 3);
        at->activated_members = at->new_members > 1 ? 1 : 0;
    }
    kpi_put(batch, guide, month, &counts);
}

static void put_guide(struct batch *batch, uint64_t *random, uint32_t number)
{
    struct party party = {PARTY_GUIDE, number};
    struct guide guide = {.number = number, .number_count = 1, .numbers[0].pay_entity = 1};
    struct account account = account_empty();
    struct employment employment = {.from = date_from_civil(2025, 1, 1), .until = DATE_NEVER,
                                    .shop = number % SHOPS + 1, .pay_entity = 1};
    struct profile profile = {.name = "王小丽"};
    uint8_t seed[PROFILE_SEED_BYTES] = {1}, nonce[PROFILE_NONCE_BYTES] = {2};

    snprintf(guide.numbers[0].text, sizeof guide.numbers[0].text, "E%06u", (unsigned)number);
    guides_put(batch, &guide);
    account.shop = employment.shop;
    account.pay_entity = 1;
    account.employed_from = employment.from;
    account.balance[UNIT_POINTS].available = CREDITS * 100;
    accounts_put(batch, party, &account);
    employments_put(batch, number, &employment);
    profiles_create(batch, party, &profile, seed, nonce);
    for (uint64_t i = 1; i <= CREDITS; i++) {
        struct credit credit = {.number = number * 100 + i, .state = CREDIT_AVAILABLE,
                                .posted = 100, .remaining = 100, .program_version = 1,
                                .expires_on = DATE_NEVER, .pay_entity = 1};
        credits_add(batch, party, &credit);
    }
    for (int month = 1; month <= MONTHS; month++)
        put_counters(batch, random, number, date_from_civil(2026, month, 1));
}

static void fill(struct store *store, uint32_t guide_count)
{
    struct batch *batch = batch_new(store);
    uint64_t random = 1;

    for (uint32_t from = 0; from <= guide_count; from += GUIDES_PER_COMMIT) {
        must(batch_begin(batch, NOW_MS) == STORE_OK, "batch_begin");
        must(batch_command_begin(batch, MERCHANT) == STORE_OK, "batch_command_begin");
        if (from == 0) put_merchant(batch, guide_count);
        for (uint32_t i = 1; i <= GUIDES_PER_COMMIT && from + i <= guide_count; i++)
            put_guide(batch, &random, from + i);
        must(batch_commit(batch) == STORE_OK, "batch_commit");
    }
    batch_destroy(batch);
}

/* ---- calls ----------------------------------------------------------------------------------- */

static uint8_t arena[8 * 1024 * 1024];
static size_t arena_used;

static void *arena_alloc(void *data, size_t size)
{
    (void)data;
    size_t at = arena_used;
    arena_used += (size + 15) & ~(size_t)15;
    must(arena_used <= sizeof arena, "an arena of 8 MiB");
    return arena + at;
}

static void arena_free(void *data, void *block)
{
    (void)data;
    (void)block;
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(getenv("BOARD_CPU") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double call(struct store *store, const struct command *command,
                   const ProtobufCMessage *request)
{
    static ProtobufCAllocator allocator = {arena_alloc, arena_free, NULL};
    struct command_call call = {.principal = {.role = ROLE_ADMIN, .merchant = MERCHANT},
                                .request = request, .arena = &allocator, .merchant = MERCHANT,
                                .now_ms = NOW_MS};
    struct reader reader;
    ProtobufCMessage *reply;
    double began = now_ms();

    arena_used = 0;
    must(reader_open(store, &reader) == STORE_OK, "reader_open");
    reader.merchant = MERCHANT;
    must(command->read(&reader, &call, &reply) == OUTCOME_OK, "the call");
    reader_close(&reader);
    return now_ms() - began;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void tell(const char *name, double *times, size_t count, bool last)
{
    qsort(times, count, sizeof *times, compare);
    printf("\"%s\":{\"p50_ms\":%.3f,\"p99_ms\":%.3f}%s", name, times[count / 2],
           times[count * 99 / 100], last ? "" : ",");
}

static void measure(struct store *store, uint32_t guide_count, size_t runs)
{
    static const struct { const char *name; Beckon__V1__ScoreboardSpan span; } spans[] = {
        {"day", BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_DAY},
        {"month", BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_MONTH},
        {"quarter", BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_QUARTER},
        {"year", BECKON__V1__SCOREBOARD_SPAN__SCOREBOARD_SPAN_YEAR},
    };
    enum { SPANS = sizeof spans / sizeof spans[0] };
    double *times = calloc(runs, sizeof *times);
    char name[32];

    must(times != NULL, "calloc");
    for (size_t i = 0; i < SPANS; i++) {
        Beckon__V1__GetScoreboardRequest request = BECKON__V1__GET_SCOREBOARD_REQUEST__INIT;
        request.span = spans[i].span;
        for (size_t run = 0; run < runs; run++) {
            request.guide_number = (uint32_t)(run * 7919 % guide_count) + 1;
            times[run] = call(store, &get_scoreboard, &request.base);
        }
        snprintf(name, sizeof name, "scoreboard_%s", spans[i].name);
        tell(name, times, runs, false);
    }
    for (size_t i = 0; i < SPANS; i++) {
        Beckon__V1__ListRankingRequest request = BECKON__V1__LIST_RANKING_REQUEST__INIT;
        request.span = spans[i].span;
        request.kpi = BECKON__V1__SCOREBOARD_KPI__SCOREBOARD_KPI_SALES;
        request.page_size = 10;
        for (size_t run = 0; run < runs; run++) {
            request.guide_number = (uint32_t)(run * 7919 % guide_count) + 1;
            times[run] = call(store, &list_ranking, &request.base);
        }
        snprintf(name, sizeof name, "ranking_%s", spans[i].name);
        tell(name, times, runs, i + 1 == SPANS);
    }
    free(times);
}

int main(int argc, char **argv)
{
    uint32_t guide_count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
    size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
    struct scratch scratch = scratch_make();
    struct store *store = scratch_store(&scratch, false);

    must(guide_count > 0 && guide_count <= 100000 && runs > 0 && runs <= 100000, "reading them");
    fill(store, guide_count);
    printf("{\"guides\":%" PRIu32 ",\"runs\":%zu,", guide_count, runs);
    measure(store, guide_count, runs);
    printf("}\n");
    store_close(store);
    scratch_remove(&scratch);
    return 0;
}
