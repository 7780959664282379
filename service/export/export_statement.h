/* A payee's statement as one HTML page that prints well on A4: figures, how they came about, and
 * the credits behind them. Pure; no script, nothing loaded from elsewhere. */
#ifndef BECKON_SERVICE_EXPORT_EXPORT_STATEMENT_H
#define BECKON_SERVICE_EXPORT_EXPORT_STATEMENT_H

#include "service/export/export.h"

/* One credit the run takes. */
struct statement_credit {
    uint64_t number;
    business_date business_date;
    enum unit unit;
    int64_t amount;      /* of it, taken by the run */
    const char *title;   /* of its rule, in the statement's language; or what made it */
};

struct export_statement {
    const struct settlement_run *run;
    const char *merchant, *currency;
    bool chinese;                           /* else English */
    struct export_row row;                  /* its line and texts; a member's are empty */
    const struct statement_credit *credits; /* oldest first */
    size_t credit_count;
    bool more;                              /* there are credits behind these */
};

/* EXPORT_OK or EXPORT_GONE. */
enum export_result export_statement_write(const struct export_statement *statement,
                                          const struct export_sink *sink) EXPORT_CHECKED;

#endif
