/* Caps and budgets around a command: loaded before awards are cut, moved when credits are posted
 * and when they give room back (refund, void, netting, negative adjustment).
 *
 * Moving reads a counter again, after the LINE: so whoever moves one has loaded it before, and the
 * read can't ask for more. Several of one command then add up whatever their order, but what a new
 * credit takes comes before what it gives back. */
#ifndef BECKON_SERVICE_COMMAND_CAPS_H
#define BECKON_SERVICE_COMMAND_CAPS_H

#include "service/command/command.h"
#include "service/rules/cap_cut.h"
#include "store/program.h"

/* Fills what each counter holds. */
enum outcome caps_load(struct reader *reader, struct cap_uses *uses) OUTCOME_CHECKED;
/* Takes room that is given back by the same command, but not put yet, out of what was loaded:
 * `amount` of a stored credit of `holder`. */
enum outcome caps_relieve(struct batch *batch, struct cap_uses *uses, struct party holder,
                          const struct credit *credit, int64_t amount) OUTCOME_CHECKED;
/* After the LINE: a new credit of `holder` takes its posted amount. */
void caps_take(struct batch *batch, const struct rule *rule, struct party holder,
               const struct credit *credit);

/* Before the LINE: loads the counters that a stored credit of `holder` counts in. */
enum outcome caps_release_prepare(struct batch *batch, struct party holder,
                                  const struct credit *credit) OUTCOME_CHECKED;
/* After the LINE: the credit's voided and reversed grew by `amount`, which is room again. */
void caps_release(struct batch *batch, struct party holder, const struct credit *credit,
                  int64_t amount);

#endif
