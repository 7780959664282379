/* Period closes: what a PERIOD_CLOSE rule made of a month, quarter or year, computed once; one
 * record for the whole and one for each guide it looked at. Written guide by guide: a close that a
 * crash cut off goes on behind the last guide that was committed. */
#ifndef BECKON_STORE_PERIOD_CLOSES_H
#define BECKON_STORE_PERIOD_CLOSES_H

#include "store/batch.h"
#include "store/period.h"
#include "store/program.h"
#include "store/reader.h"
#include "store/record.h"

/* Which close: a rule's id, whatever versions it has had, and the period. */
struct period_name {
    char rule_id[RULE_ID_BYTES_MAX + 1];
    enum period_kind kind; /* MONTH, QUARTER, YEAR */
    business_date start;
};

struct period_close {
    struct period_name name;
    uint32_t program_version;     /* in force on the period's last business date */
    uint16_t rule;                /* index in its list */
    business_date refunds_before; /* a refund of that date or later takes nothing away */
    uint64_t begun_at;
    uint64_t computed_at;         /* 0: not all guides are done */
    uint32_t guide_count;         /* guides that have a row */
    uint32_t credit_count;
    int64_t amount;               /* of all credits together */

    /* while it goes on: guides up to `guide` are done; of the next one the members up to `member`
     * are counted */
    uint32_t guide, member;
    uint32_t numerator, denominator;
};

/* What came out for one guide. */
struct period_result {
    uint32_t guide;
    uint32_t numerator;   /* rate: members with two purchase days; activated members; new members */
    uint32_t denominator; /* rate: members with one; else the guide's new members */
    int64_t value;        /* the KPI: basis points, or a count */
    uint8_t bracket;      /* BRACKET_NONE */
    enum award_reason reason;
    enum award_cap cap;
    int64_t full_amount;  /* before caps */
    int64_t amount;
    uint64_t credit;      /* 0 when amount is 0 */
    uint32_t shop, pay_entity; /* his on the period's last business date */
};

/* STORE_ABSENT: nobody began to compute it. */
enum store_result period_closes_get(struct reader *reader, const struct period_name *name,
                                    struct period_close *ret) STORE_CHECKED;
void period_closes_put(struct batch *batch, const struct period_close *close);
/* Closes behind `after` (NULL: from the start) in the order of their keys: by length of the rule's
 * id, its text, kind and start. */
enum store_result period_closes_list(struct reader *reader, const struct period_name *after,
                                     struct period_close *ret_closes, size_t count_max,
                                     size_t *ret_count) STORE_CHECKED;

/* STORE_ABSENT: the guide had no part in it, or isn't done. */
enum store_result period_results_get(struct reader *reader, const struct period_name *name,
                                     uint32_t guide, struct period_result *ret) STORE_CHECKED;
void period_results_put(struct batch *batch, const struct period_name *name,
                        const struct period_result *result);
/* Results of guides above number `after`, ascending. */
enum store_result period_results_list(struct reader *reader, const struct period_name *name,
                                      uint32_t after, struct period_result *ret_results,
                                      size_t count_max, size_t *ret_count) STORE_CHECKED;

/* Up to which business date the ticker has closed all that was due; STORE_ABSENT: it never did. */
enum store_result period_checked_get(struct reader *reader, business_date *ret) STORE_CHECKED;
void period_checked_put(struct batch *batch, business_date date);

/* Reads what a key of the table names; false when it is none. guide 0: the close itself; an empty
 * rule id: the ticker's date. */
bool period_key_read(struct bytes key, struct period_name *ret_name, uint32_t *ret_guide);

#endif
