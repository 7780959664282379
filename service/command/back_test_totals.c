#include "service/command/back_test_totals.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/limits.h"

enum { ROWS_FIRST = 256 };

void back_test_totals_clear(struct back_test_totals *totals)
{
    free(totals->rule_ids);
    free(totals->rows);
    *totals = (struct back_test_totals){0};
}

bool back_test_totals_rule(struct back_test_totals *totals, const char *rule_id,
                           uint16_t *ret_rule)
{
    assert(strlen(rule_id) <= RULE_ID_BYTES_MAX);
    if (totals->rule_ids == NULL) {
        totals->rule_ids = calloc(LIMIT_BACK_TEST_RULES, sizeof *totals->rule_ids);
        if (totals->rule_ids == NULL) return false;
    }
    for (size_t i = 0; i < totals->rule_count; i++) {
        if (strcmp(totals->rule_ids[i], rule_id) != 0) continue;
        *ret_rule = (uint16_t)i;
        return true;
    }
    if (totals->rule_count == LIMIT_BACK_TEST_RULES) return false;
    strcpy(totals->rule_ids[totals->rule_count], rule_id);
    *ret_rule = (uint16_t)totals->rule_count++;
    return true;
}

static int compare(const struct back_test_row *a, const struct back_test_row *b)
{
    if (a->month != b->month) return a->month < b->month ? -1 : 1;
    if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
    if (a->unit != b->unit) return a->unit < b->unit ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    return compare(a, b);
}

/* The row behind the one found last is mostly the next one wanted: an event's awards come in the
 * order of the rules. NULL: no memory, or too many. */
static struct back_test_row *find(struct back_test_totals *totals,
                                  const struct back_test_row *key)
{
    for (size_t i = 0; i < totals->row_count; i++) {
        size_t at = (totals->last + i) % totals->row_count;
        if (compare(&totals->rows[at], key) != 0) continue;
        totals->last = at;
        return &totals->rows[at];
    }
    if (totals->row_count == totals->row_room) {
        size_t room = totals->row_room == 0 ? ROWS_FIRST : 2 * totals->row_room;
        if (room > LIMIT_BACK_TEST_ROWS) return NULL;
        struct back_test_row *rows = realloc(totals->rows, room * sizeof *rows);
        if (rows == NULL) return NULL;
        totals->rows = rows;
        totals->row_room = room;
    }
    struct back_test_row *row = &totals->rows[totals->row_count];
    *row = (struct back_test_row){
        .rule = key->rule, .unit = key->unit, .kind = key->kind, .month = key->month,
    };
    totals->last = totals->row_count++;
    return row;
}

bool back_test_totals_add(struct back_test_totals *totals, const struct back_test_row *key,
                          bool draft, int64_t posted, int64_t reversed)
{
    assert(posted >= 0 && reversed >= 0);
    assert(key->rule < totals->rule_count);
    struct back_test_row *row = find(totals, key);
    if (row == NULL) return false;
    struct back_test_sum *sum = draft ? &row->draft : &row->recorded;
    sum->count += posted > 0;
    sum->posted += posted;
    sum->reversed += reversed;
    return true;
}

void back_test_totals_sort(struct back_test_totals *totals)
{
    if (totals->row_count > 1)
        qsort(totals->rows, totals->row_count, sizeof *totals->rows, compare_rows);
    totals->last = 0;
}
