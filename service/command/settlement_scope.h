/* Which credits belong to a settlement run's scope, whether it may take them now or not. */
#ifndef BECKON_SERVICE_COMMAND_SETTLEMENT_SCOPE_H
#define BECKON_SERVICE_COMMAND_SETTLEMENT_SCOPE_H

#include "service/command/command.h"
#include "store/settlement.h"

/* Is it of the run's payees, its employer and before its end? Of members CASH alone, and only by
 * runs over all employers. State and hold don't matter. */
enum outcome settlement_scope_has(struct reader *reader, const struct settlement_run *run,
                                  struct party party, const struct credit *credit,
                                  bool *ret_has) OUTCOME_CHECKED;

#endif
