/* The scoreboard's figures over a day, week, month, quarter or year: sums over the counters that
 * kpi.h keeps by day. Plain sums and reads; nothing is stored. */
#ifndef BECKON_STORE_SCORE_H
#define BECKON_STORE_SCORE_H

#include "store/kpi.h"
#include "store/reader.h"

enum score_span { SCORE_DAY = 1, SCORE_WEEK, SCORE_MONTH, SCORE_QUARTER, SCORE_YEAR };
enum score_kpi {
    SCORE_NEW_MEMBERS = 1, SCORE_ACTIVATED_MEMBERS, SCORE_REPURCHASE_RATE, SCORE_SALES,
    SCORE_POINTS_EARNED, SCORE_CASH_EARNED, SCORE_PURCHASES, SCORE_INHERITED_MEMBERS,
    SCORE_HANDED_OVER_MEMBERS,
};

/* [start, end): `end` is the first date of the next one. */
struct score_window {
    enum score_span span;
    business_date start, end;
};
/* The window of `span` that contains `date`, which is a calendar date; weeks begin on Monday. */
struct score_window score_window_of(enum score_span span, business_date date);

/* What one guide's counters add up to. */
struct score {
    uint64_t new_members, inherited_members, activated_members;
    uint64_t handed_over_members, handed_on_members, purchases;
    uint64_t once, twice;   /* members with one, two purchase days; 0 for DAY and WEEK */
    int64_t sales_minor;
    int64_t earned[UNIT_COUNT];
};

/* Adds what of a month lies in the window. STORE_DAMAGED: a sum overflows. */
enum store_result score_add_month(struct score *score, const struct score_window *window,
                                  business_date month,
                                  const struct kpi_month *counts) STORE_CHECKED;
/* Says that score_get will ask for these. */
void score_want(struct reader *reader, uint32_t guide, const struct score_window *window);
enum store_result score_get(struct reader *reader, uint32_t guide,
                            const struct score_window *window, struct score *ret) STORE_CHECKED;

/* The figure; a rate in basis points, rounded down, 0 of nobody. */
int64_t score_value(const struct score *score, enum score_kpi kpi);

/* Called for each guide with a record, with what of one month lies in the window. */
typedef enum store_result score_visit(void *context, uint32_t guide, const struct score *score);
/* Visits the records of every month of a DAY or WEEK, month by month, each by guide. */
enum store_result score_walk(struct reader *reader, const struct score_window *window,
                             score_visit *visit, void *context) STORE_CHECKED;

#endif
