/* Verbs of beckon settlement that do more than call: steps wait for the work they order, `close`
 * verifies first, `show` says in words where a run stands. */
#ifndef BECKON_CLIENTS_CLI_SETTLEMENT_RUN_H
#define BECKON_CLIENTS_CLI_SETTLEMENT_RUN_H

#include "beckon/v1/settlement_service.pb-c.h"
#include "clients/cli/cli.h"

verb_run settlement_step, settlement_close, settlement_show;
/* settlement_pay.c */
verb_run settlement_pay;

/* Asks for a run; the caller frees the reply. Anything but CLI_OK has been told. */
enum cli_exit settlement_get(struct cli *cli, uint32_t run,
                             Beckon__V1__GetSettlementRunResponse **ret_reply);
/* Waits, showing how far it is on a terminal, until the service has done its work for the run; the
 * caller frees the reply. */
enum cli_exit settlement_wait(struct cli *cli, uint32_t run,
                              Beckon__V1__GetSettlementRunResponse **ret_reply);
/* On a terminal in words, else JSON. */
void settlement_tell(struct cli *cli, const Beckon__V1__GetSettlementRunResponse *reply);

#endif
