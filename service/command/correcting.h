/* Corrections that payroll granted by accepting disputes, posted by the service when the credits of
 * the run are free again and before its lines are computed anew. */
#ifndef BECKON_SERVICE_COMMAND_CORRECTING_H
#define BECKON_SERVICE_COMMAND_CORRECTING_H

#include "service/command/command.h"
#include "store/settlement.h"

/* Takes one step of the corrections the run's next draft shall take: those accepted NOW in it, and
 * for an ADJUSTMENT run those accepted LATER in the run it corrects. A whole command (or row): it
 * reads, passes the LINE and puts. *ret_more false: none was left, and nothing was put.
 *
 * A correction bears the date before the run's end, so that the draft takes it, and is written down
 * as a decision by hand of whoever accepted it. What is to be taken comes out of the free credits
 * of that employer and unit before the end, the disputed one first; where there is less, less is
 * taken, and the dispute says so. */
enum outcome correcting_step(struct batch *batch, struct command_call *call,
                             const struct settlement_run *run, bool *ret_more) OUTCOME_CHECKED;

#endif
