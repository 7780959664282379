/* What a back-test adds up: per rule, unit, kind of beneficiary and month, what the draft would
 * have given and what was really given. Rules are told by their id, which is the same across
 * versions. One thread; freed by its owner. */
#ifndef BECKON_SERVICE_COMMAND_BACK_TEST_TOTALS_H
#define BECKON_SERVICE_COMMAND_BACK_TEST_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"

/* One side of the comparison. */
struct back_test_sum {
    uint64_t count;           /* credits above 0 */
    int64_t posted, reversed; /* of them, taken back by refunds */
};

struct back_test_row {
    uint16_t rule;             /* number of its id */
    enum unit unit;
    enum party_kind kind;      /* of the beneficiary */
    business_date month;       /* its first day */
    struct back_test_sum draft, recorded;
};

struct back_test_totals {
    size_t rule_count;
    char (*rule_ids)[RULE_ID_BYTES_MAX + 1];
    size_t row_count, row_room;
    struct back_test_row *rows;
    size_t last; /* the row found last: events come month by month */
};

void back_test_totals_clear(struct back_test_totals *totals);
/* The number of a rule id, given to it now where it is new; false: no memory, or more than
 * LIMIT_BACK_TEST_RULES. */
bool back_test_totals_rule(struct back_test_totals *totals, const char *rule_id,
                           uint16_t *ret_rule);
/* Adds to a side of a row, which is made where it isn't there; `posted` counts as a credit when it
 * is above 0. false: no memory, or more than LIMIT_BACK_TEST_ROWS. */
bool back_test_totals_add(struct back_test_totals *totals, const struct back_test_row *key,
                          bool draft, int64_t posted, int64_t reversed);
/* By month, rule number, unit, kind. */
void back_test_totals_sort(struct back_test_totals *totals);

#endif
