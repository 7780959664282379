/* Period closes as messages. */
#ifndef BECKON_SERVICE_COMMAND_PERIOD_MESSAGE_H
#define BECKON_SERVICE_COMMAND_PERIOD_MESSAGE_H

#include "beckon/v1/period_service.pb-c.h"
#include "service/command/command.h"
#include "store/period_closes.h"

enum { PERIOD_MESSAGE_BYTES = 1024 };

/* NULL when the arena is empty; `unit` is that of the close's rule. */
Beckon__V1__PeriodClose *period_close_message(struct command_call *call,
                                              const struct period_close *close, enum unit unit);
/* Looks the rule's unit up and makes the message; OUTCOME_BUSY when the arena is empty. */
enum outcome period_close_load_message(struct reader *reader, struct command_call *call,
                                       const struct period_close *close,
                                       Beckon__V1__PeriodClose **ret) OUTCOME_CHECKED;
enum outcome period_result_load_message(struct reader *reader, struct command_call *call,
                                        const struct period_result *result,
                                        Beckon__V1__PeriodResult **ret) OUTCOME_CHECKED;

#endif
