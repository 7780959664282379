/* Lines of a made-up run, for tests of the exporter: the same for ever. */
#ifndef BECKON_TESTS_SERVICE_EXPORT_EXPORT_LINES_H
#define BECKON_TESTS_SERVICE_EXPORT_EXPORT_LINES_H

#include "service/export/export.h"

/* A closed YEAR_END run of 1997. */
struct settlement_run lines_run(void);
/* Line number `index` (from 0) in the run's order; its texts live in `ret_texts`. Amounts are of
 * every kind: carried in and out, clawed back, below the minimum, zero. */
struct line_texts {
    char employee_no[16], shop_id[16], name[64], document[24];
};
void lines_make(enum export_payees payees, unsigned index, struct settlement_line *ret_line,
                struct line_texts *ret_texts, struct export_row *ret_row);

#endif
