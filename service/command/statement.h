/* Statements: one payee's line in one run, who may see it, and the credits behind it. */
#ifndef BECKON_SERVICE_COMMAND_STATEMENT_H
#define BECKON_SERVICE_COMMAND_STATEMENT_H

#include "beckon/v1/statement_service.pb-c.h"
#include "service/command/command.h"
#include "store/settlement_lines.h"

struct statement {
    struct settlement_run run;
    struct settlement_line line;
};

/* The payee a request names (NULL: the caller's own): a guide or a member. FIELD_REQUIRED,
 * VALUE_INVALID; NOT_YOURS for guides and members who name another. */
enum outcome statement_payee(struct command_call *call, const Beckon__V1__Party *payee,
                             struct party *ret) OUTCOME_CHECKED;

/* Is a run's statement shown to the caller? Payees see theirs from REVIEW on, and none of a run
 * that was cancelled. */
bool statement_shown(const struct command_call *call, const struct settlement_run *run);

/* Run and line. `pay_entity` by name; empty: the payee's first line. FIELD_REQUIRED,
 * SETTLEMENT_UNKNOWN, STATEMENT_UNKNOWN (no such line, or not shown). */
enum outcome statement_load(struct reader *reader, struct command_call *call, uint32_t run,
                            struct party payee, const char *pay_entity,
                            struct statement *ret) OUTCOME_CHECKED;

/* Does the line take this credit of its payee, as credits.c shows it? Then *ret_amount is how much:
 * of one settled in parts, all that was settled of it. */
bool statement_takes(const struct statement *statement, const struct credit *credit,
                     int64_t *ret_amount);

/* As a message. */
enum outcome statement_message(struct reader *reader, struct command_call *call,
                               const struct statement *statement,
                               Beckon__V1__Statement **ret) OUTCOME_CHECKED;

#endif
