#include "service/command/ranking.h"

#include <assert.h>
#include <stdlib.h>

#include "service/command/reply.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/merchants.h"

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

/* One figure of a guide, added up month by month. */
union tally {
    int64_t sum;
    struct { uint32_t once, twice; } members;
};
struct tallies {
    const struct score_window *window;
    enum score_kpi kpi;
    uint32_t guide_max;
    union tally *of; /* by guide */
};

static enum store_result tally_visit(void *context, uint32_t guide, business_date month,
                                     const struct kpi_month *counts)
{
    struct tallies *tallies = context;
    struct score score = {.once = 0};

    if (guide == 0 || guide > tallies->guide_max) return STORE_DAMAGED;
    union tally *tally = &tallies->of[guide];
    enum store_result result = score_add_month(&score, tallies->window, month, counts);
    if (result != STORE_OK) return result;
    if (tallies->kpi == SCORE_REPURCHASE_RATE) {
        tally->members.once += (uint32_t)score.once;
        tally->members.twice += (uint32_t)score.twice;
        return STORE_OK;
    }
    bool overflow =
        __builtin_add_overflow(tally->sum, score_value(&score, tallies->kpi), &tally->sum);
    return overflow ? STORE_DAMAGED : STORE_OK;
}

static int64_t tally_value(const struct tallies *tallies, uint32_t guide)
{
    const union tally *tally = &tallies->of[guide];
    struct score score = {.once = tally->members.once, .twice = tally->members.twice};

    if (tallies->kpi != SCORE_REPURCHASE_RATE) return tally->sum;
    return score_value(&score, SCORE_REPURCHASE_RATE);
}

/* ---- guides ---------------------------------------------------------------------------------- */

/* The shop of his last employment in [start, last_day]; 0: he had none. */
static enum store_result shop_within(struct reader *reader, uint32_t guide,
                                     const struct account *account, business_date start,
                                     business_date last_day, uint32_t *ret_shop)
{
    struct employment employments[EMPLOYMENTS_MAX];
    size_t count;

    *ret_shop = account->shop;
    if (account->shop != 0 && account->employed_from <= last_day &&
        account->employed_until > last_day)
        return STORE_OK;
    enum store_result result = employments_list(reader, guide, employments, &count);
    *ret_shop = 0;
    for (size_t i = 0; i < count && result == STORE_OK; i++) {
        if (employments[i].from <= last_day && employments[i].until > start)
            *ret_shop = employments[i].shop;
    }
    return result;
}

enum { PORTION = 32 };

static enum outcome add_guides(struct reader *reader, const struct scoring *scoring,
                               const struct tallies *tallies, uint32_t shop,
                               struct ranking *ranking)
{
    business_date start = scoring->window.start, last_day = scoring->window.end - 1;
    uint32_t numbers[PORTION], after = 0;
    struct account accounts[PORTION];
    size_t count;

    if (last_day > scoring->today) last_day = scoring->today;
    do {
        enum store_result result = accounts_list(reader, PARTY_GUIDE, after, numbers, accounts,
                                                 PORTION, &count);
        for (size_t i = 0; i < count && result == STORE_OK; i++) {
            struct place place = {.guide = after = numbers[i]};
            result = shop_within(reader, place.guide, &accounts[i], start, last_day, &place.shop);
            if (result != STORE_OK || place.shop == 0) continue;
            if (place.guide > tallies->guide_max) return OUTCOME_STORE_DAMAGED;
            place.value = tally_value(tallies, place.guide);
            if (shop == 0 || place.shop == shop) ranking->places[ranking->count++] = place;
        }
        if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    } while (count == PORTION);
    return OUTCOME_OK;
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
    struct tallies tallies = {&scoring->window, kpi, numbers.guide, NULL};
    tallies.of = reply_alloc(call, (numbers.guide + 1u) * sizeof *tallies.of);
    struct ranking ranking = {
        .places = reply_alloc(call, (numbers.guide + 1u) * sizeof *ranking.places)};
    if (tallies.of == NULL || ranking.places == NULL) return OUTCOME_BUSY;
    outcome = command_outcome(score_walk(reader, &scoring->window, tally_visit, &tallies),
                              OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = add_guides(reader, scoring, &tallies, shop, &ranking);
    if (outcome != OUTCOME_OK) return outcome;
    qsort(ranking.places, ranking.count, sizeof *ranking.places, compare);
    *ret = ranking;
    return OUTCOME_OK;
}
