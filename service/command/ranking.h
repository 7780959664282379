/* Rankings: every guide employed in a window, best first by one figure. Reads only; the places lie
 * in the call's arena. */
#ifndef BECKON_SERVICE_COMMAND_RANKING_H
#define BECKON_SERVICE_COMMAND_RANKING_H

#include "service/command/scoreboard.h"

struct place {
    int64_t value;
    uint32_t guide;
    uint32_t shop;  /* where he was employed last in the window */
};
struct ranking {
    struct place *places; /* by value, best first; equal ones by number */
    size_t count;
};

/* Ranks the guides of a shop (0: of all). OUTCOME_BUSY beyond LIMIT_RANKED_GUIDES. */
enum outcome ranking_make(struct reader *reader, struct command_call *call,
                          const struct scoring *scoring, enum score_kpi kpi, uint32_t shop,
                          struct ranking *ret) OUTCOME_CHECKED;

/* 1 for the best; equal values share the first's: 1, 2, 2, 4. Pure. */
uint32_t ranking_rank(const struct ranking *ranking, size_t index);
/* What the value of this place lacks to the next better one; 0 where none is. Pure. */
int64_t ranking_gap(const struct ranking *ranking, size_t index);
/* Index of the first place behind this one in the order, which need not be there. Pure. */
size_t ranking_after(const struct ranking *ranking, const struct place *place);
/* SIZE_MAX: he is not ranked. Pure. */
size_t ranking_find(const struct ranking *ranking, uint32_t guide);

#endif
