/* One member of a handover: who serves her from when on, and what it moves.
 *
 * The next binding goes into her history at once, whatever its date. One that has begun by today
 * is in force at once: L1, L2 and the calendar counts of periods that end later follow. One that
 * begins later turns on its day (count_turns). A binding lasts a day at least: who was bound on the
 * very day, or later, goes over the day after. What was recorded stays credited as it was. */
#ifndef BECKON_SERVICE_COMMAND_HANDING_H
#define BECKON_SERVICE_COMMAND_HANDING_H

#include "service/command/count.h"
#include "store/handovers.h"

struct handing {
    uint32_t member;
    struct handover_row row;  /* what becomes of her */
    bool due;                 /* something is due on her account before: due_account first */
    struct account account;
    struct counting counting;
    bool cuts, binds;         /* `before` ends earlier; `next` begins */
    struct binding before, next;
};

/* Before the LINE. Store outcomes alone; with `due` nothing else is decided. A handover of number 0
 * is none on record: a member who is erased is released by it. */
enum outcome handing_decide(struct batch *batch, const struct handover *handover, uint32_t member,
                            business_date today, struct handing *ret) OUTCOME_CHECKED;
/* After it: binding, list, counters, account and the handover's row. */
void handing_put(struct batch *batch, const struct handover *handover, struct handing *handing);

#endif
