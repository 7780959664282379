/* What a close keeps of those it pays (store/settlement_payees.h), with a command's randomness. */
#ifndef BECKON_SERVICE_COMMAND_PAYEE_COPY_H
#define BECKON_SERVICE_COMMAND_PAYEE_COPY_H

#include "service/command/command.h"
#include "store/settlement_payees.h"

/* Until when what was paid on a date has to be kept: ten full years after the end of its year
 * (China's rules for the tax administration, article 29, say ten years). */
business_date payee_retained_until(business_date paid_on);

/* The close begins: after the LINE of the command that makes the run CLOSING. closed_on: today's
 * business date. */
void payee_copies_begin(struct batch *batch, const struct command_call *call,
                        const struct settlement_run *run, business_date closed_on);
/* Before the LINE, for each guide's line that is closed: who he is. Then settlement_payee_put. */
enum outcome payee_copy_make(struct batch *batch, const struct command_call *call,
                             const struct settlement_run *run, const struct settlement_line *line,
                             struct settlement_payee_copy *ret) OUTCOME_CHECKED;

#endif
