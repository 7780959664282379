#include "service/command/ranking.h"

#include <assert.h>
#include <stdlib.h>

#include "service/command/reply.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/kpi_block.h"
#include "store/merchants.h"
#include "store/roster.h"

/* ---- the order ------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->value != b->value) return a->value > b->value ? -1 : 1;
    return (a->guide > b->guide) - (a->guide < b->guide);
}

uint32_t ranking_rank(const struct ranking *ranking, size_t index)
{
    assert(index < ranking->count);
    while (index > 0 && ranking->places[index - 1].value == ranking->places[index].value) index--;
    return (uint32_t)index + 1;
}

int64_t ranking_gap(const struct ranking *ranking, size_t index)
{
    int64_t gap;
    size_t first = ranking_rank(ranking, index) - 1u;
    if (first == 0) return 0;
    if (__builtin_sub_overflow(ranking->places[first - 1].value, ranking->places[index].value,
                               &gap))
        return INT64_MAX;
    return gap;
}

size_t ranking_after(const struct ranking *ranking, const struct place *place)
{
    size_t low = 0, high = ranking->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&ranking->places[middle], place) <= 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

size_t ranking_find(const struct ranking *ranking, uint32_t guide)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->places[i].guide == guide) return i;
    return SIZE_MAX;
}

/* ---- figures --------------------------------------------------------------------------------- */

/* One figure of every guide, added up month by month; a rate has two. */
struct tallies {
    const struct score_window *window;
    enum score_kpi kpi;
    uint32_t guide_max;
    int64_t *first, *second; /* by guide */
};

static enum store_result tally_visit(void *context, uint32_t guide, const struct score *score)
{
    struct tallies *tallies = context;

    if (guide == 0 || guide > tallies->guide_max) return STORE_DAMAGED;
    bool overflow = __builtin_add_overflow(tallies->first[guide],
                                           score_value(score, tallies->kpi),
                                           &tallies->first[guide]);
    return overflow ? STORE_DAMAGED : STORE_OK;
}

static void columns_of(const struct tallies *tallies, enum kpi_column *ret_first,
                       enum kpi_column *ret_second)
{
    static const enum kpi_column columns[] = {
        [SCORE_NEW_MEMBERS] = KPI_NEW, [SCORE_ACTIVATED_MEMBERS] = KPI_ACTIVATED,
        [SCORE_SALES] = KPI_SALES, [SCORE_POINTS_EARNED] = KPI_EARNED + UNIT_POINTS,
        [SCORE_CASH_EARNED] = KPI_EARNED + UNIT_CASH, [SCORE_PURCHASES] = KPI_PURCHASES,
        [SCORE_INHERITED_MEMBERS] = KPI_INHERITED, [SCORE_HANDED_OVER_MEMBERS] = KPI_HANDED_OVER,
    };
    unsigned span = tallies->window->span - (unsigned)SCORE_MONTH;
    bool rate = tallies->kpi == SCORE_REPURCHASE_RATE;

    *ret_first = rate ? (enum kpi_column)(KPI_ONCE + span) : columns[tallies->kpi];
    *ret_second = rate ? (enum kpi_column)(KPI_TWICE + span) : *ret_first;
}

/* Of a day or week its days; of more the sums of whole months. */
static enum store_result add_up(struct reader *reader, struct tallies *tallies)
{
    const struct score_window *window = tallies->window;
    enum kpi_column first, second;

    if (window->span < SCORE_MONTH) return score_walk(reader, window, tally_visit, tallies);
    columns_of(tallies, &first, &second);
    for (business_date month = window->start; month < window->end;
         month = date_month_start(month + KPI_DAYS)) {
        enum store_result result = kpi_block_add_up(reader, month, first, second,
                                                    tallies->guide_max, tallies->first,
                                                    tallies->second);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

static int64_t tally_value(const struct tallies *tallies, uint32_t guide)
{
    if (tallies->kpi != SCORE_REPURCHASE_RATE) return tallies->first[guide];
    struct score score = {.once = (uint64_t)tallies->first[guide],
                          .twice = (uint64_t)tallies->second[guide]};
    return score_value(&score, SCORE_REPURCHASE_RATE);
}

/* ---- guides ---------------------------------------------------------------------------------- */

/* The shop of his last employment in [start, last_day]; 0: he had none. */
static enum store_result shop_within(struct reader *reader, uint32_t guide,
                                     const struct roster_guide *known, business_date start,
                                     business_date last_day, uint32_t *ret_shop)
{
    struct employment employments[EMPLOYMENTS_MAX];
    enum store_result result = STORE_OK;
    size_t count = 0;

    *ret_shop = known->from <= last_day && known->until > start ? known->shop : 0;
    if (known->several) result = employments_list(reader, guide, employments, &count);
    for (size_t i = 0; i < count && result == STORE_OK; i++) {
        if (employments[i].from <= last_day && employments[i].until > start)
            *ret_shop = employments[i].shop;
    }
    return result;
}

static enum store_result add_guides(struct reader *reader, const struct scoring *scoring,
                                    const struct tallies *tallies, const struct roster *roster,
                                    uint32_t shop, struct ranking *ranking)
{
    business_date start = scoring->window.start, last_day = scoring->window.end - 1;

    if (last_day > scoring->today) last_day = scoring->today;
    if (roster->guide_max != tallies->guide_max) return STORE_DAMAGED;
    for (uint32_t guide = 1; guide <= roster->guide_max; guide++) {
        struct place place = {.guide = guide};
        enum store_result result = shop_within(reader, guide, &roster->guides[guide], start,
                                               last_day, &place.shop);
        if (result != STORE_OK) return result;
        if (place.shop == 0 || (shop != 0 && place.shop != shop)) continue;
        place.value = tally_value(tallies, guide);
        ranking->places[ranking->count++] = place;
    }
    return STORE_OK;
}

static enum store_result fill_ranking(struct reader *reader, const struct scoring *scoring,
                                      struct tallies *tallies, uint32_t shop,
                                      struct ranking *ranking)
{
    const struct roster *roster;

    enum store_result result = add_up(reader, tallies);
    if (result != STORE_OK) return result;
    result = roster_acquire(reader, &roster);
    if (result != STORE_OK) return result;
    result = add_guides(reader, scoring, tallies, roster, shop, ranking);
    roster_release(reader->store, roster);
    return result;
}

enum outcome ranking_make(struct reader *reader, struct command_call *call,
                          const struct scoring *scoring, enum score_kpi kpi, uint32_t shop,
                          struct ranking *ret)
{
    struct numbers numbers;

    enum outcome outcome =
        command_outcome(numbers_get(reader, &numbers), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (numbers.guide > LIMIT_RANKED_GUIDES) return OUTCOME_BUSY;
    struct tallies tallies = {.window = &scoring->window, .kpi = kpi, .guide_max = numbers.guide};
    tallies.first = reply_alloc(call, (numbers.guide + 1u) * sizeof *tallies.first);
    tallies.second = kpi != SCORE_REPURCHASE_RATE
                         ? tallies.first
                         : reply_alloc(call, (numbers.guide + 1u) * sizeof *tallies.second);
    struct ranking ranking = {
        .places = reply_alloc(call, (numbers.guide + 1u) * sizeof *ranking.places)};
    if (tallies.first == NULL || tallies.second == NULL || ranking.places == NULL)
        return OUTCOME_BUSY;
    outcome = command_outcome(fill_ranking(reader, scoring, &tallies, shop, &ranking),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    qsort(ranking.places, ranking.count, sizeof *ranking.places, compare);
    *ret = ranking;
    return OUTCOME_OK;
}
