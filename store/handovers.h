/* Handovers: a guide's members go to another guide, or to nobody, from a date on. Numbered from 1
 * without gaps; kept for ever, with what became of each member.
 *
 * A handover is work in portions: the record holds the place, so that it goes on after a crash. It
 * writes each member's next binding into her history at once, whatever its date (history.c). One of
 * all members that begins later looks again on its day, for those who came to the guide since. */
#ifndef BECKON_STORE_HANDOVERS_H
#define BECKON_STORE_HANDOVERS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum handover_state {
    HANDOVER_WORKING = 1,
    HANDOVER_WAITING, /* for its day, to look again */
    HANDOVER_DONE,
};

/* What becomes of one member. Numbers are for ever. */
enum handover_outcome {
    HANDOVER_NONE = 0,         /* her turn has not come */
    HANDOVER_BOUND = 1,        /* the new guide serves her from row.from on */
    HANDOVER_ALREADY_BOUND_TO_THIS = 2,
    HANDOVER_BOUND_TO_OTHER = 3, /* another guide serves her on the day: nothing is changed */
    HANDOVER_GUIDE_INACTIVE = 4, /* the new guide is not employed on that day */
    HANDOVER_RELEASED = 5,     /* nobody serves her from row.from on */
    HANDOVER_NOT_BOUND = 6,    /* nobody serves her on the day */
    HANDOVER_OUTCOME_COUNT = 7,
};

struct handover {
    uint32_t number;
    uint32_t from_guide;     /* 0: members nobody serves, by name */
    uint32_t to_guide;       /* 0: they are released */
    business_date from;      /* first day of the new binding, or the day after the old one began */
    bool all;                /* all he serves; else those whose rows it began with */
    bool codes_follow;       /* his codes too, from that day or today on */
    char reason[REASON_BYTES_MAX + 1];
    uint64_t made_at;
    uint32_t made_by;        /* token number */
    enum handover_state state;
    uint64_t done_at;        /* 0: not yet */
    business_date due_on;    /* when there is work for the ticker; DATE_NEVER once it is DONE */

    /* while at work: what is done */
    bool codes_done;
    struct code_value code;  /* up to this one */
    uint32_t member;         /* up to this one */

    uint32_t codes_moved;
    uint32_t codes_kept;     /* their history of owners is full */
    uint32_t counts[HANDOVER_OUTCOME_COUNT]; /* members by outcome */
};

enum store_result handovers_get(struct reader *reader, uint32_t number,
                                struct handover *ret) STORE_CHECKED;
/* The last number given out; 0 before the first. */
enum store_result handovers_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
/* Puts it, and where the ticker finds it; `due_before`: as stored, DATE_NEVER for a new one. */
void handovers_put(struct batch *batch, const struct handover *handover,
                   business_date due_before);
/* The first that is due by `today`; STORE_ABSENT: none is. */
enum store_result handovers_due(struct reader *reader, business_date today,
                                uint32_t *ret_number) STORE_CHECKED;

/* Is it in the list of open ones, under this date? STORE_OK or STORE_ABSENT. */
enum store_result handovers_is_open(struct reader *reader, uint32_t number,
                                    business_date due_on) STORE_CHECKED;

/* (merchant, handover, member). */
struct handover_row {
    enum handover_outcome outcome;
    business_date from;  /* BOUND, RELEASED: the first day of it; else the day that was looked at */
    uint32_t guide;      /* who served her then, before it; 0: nobody */
};
enum { HANDOVER_ROW_BYTES = 1 + 1 + 4 + 4 };
size_t handover_row_encode(const struct handover_row *row, uint8_t *to);
enum store_result handover_row_decode(struct bytes from, struct handover_row *ret) STORE_CHECKED;

enum store_result handover_rows_get(struct reader *reader, uint32_t handover, uint32_t member,
                                    struct handover_row *ret) STORE_CHECKED;
void handover_rows_put(struct batch *batch, uint32_t handover, uint32_t member,
                       const struct handover_row *row);
/* Members above `after`, ascending; up to count_max. */
enum store_result handover_rows_list(struct reader *reader, uint32_t handover, uint32_t after,
                                     uint32_t *ret_members, struct handover_row *ret_rows,
                                     size_t count_max, size_t *ret_count) STORE_CHECKED;

#endif
