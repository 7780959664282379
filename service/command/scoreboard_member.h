/* Is a member behind a guide's figure, and with what? Reads only. */
#ifndef BECKON_SERVICE_COMMAND_SCOREBOARD_MEMBER_H
#define BECKON_SERVICE_COMMAND_SCOREBOARD_MEMBER_H

#include "service/command/scoreboard.h"

/* What of a member counts in a figure. */
struct counted_member {
    bool counts;
    unsigned purchase_days;  /* REPURCHASE_RATE: up to two */
    uint32_t purchases;      /* SALES, PURCHASES */
    int64_t sales_minor;     /* SALES */
};
enum store_result scoreboard_member_count(struct reader *reader, uint32_t guide,
                                          const struct score_window *window, enum score_kpi kpi,
                                          uint32_t member, const struct account *account,
                                          struct counted_member *ret) STORE_CHECKED;

#endif
