/* Settlement runs, their lines and what blocks them, as messages. NULL or OUTCOME_BUSY: the arena
 * is empty. */
#ifndef BECKON_SERVICE_COMMAND_SETTLEMENT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_SETTLEMENT_MESSAGE_H

#include "beckon/v1/settlement_service.pb-c.h"
#include "service/command/command.h"
#include "service/command/settlement_run.h"
#include "store/settlement_lines.h"

enum outcome settlement_run_message(struct reader *reader, struct command_call *call,
                                    const struct settlement_run *run,
                                    Beckon__V1__SettlementRun **ret) OUTCOME_CHECKED;
enum outcome settlement_line_message(struct reader *reader, struct command_call *call,
                                     const struct settlement_line *line,
                                     Beckon__V1__SettlementLine **ret) OUTCOME_CHECKED;
Beckon__V1__SettlementBlocker *
settlement_blocker_message(struct command_call *call, const struct settlement_blocker *blocker);
/* 32 bytes as 64 hexadecimal digits. */
char *reply_hash(struct command_call *call, const uint8_t hash[HASH_BYTES]);

#endif
