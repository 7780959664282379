/* What a code promises who registers with it, as the API's messages. */
#ifndef BECKON_SERVICE_COMMAND_WELCOME_MESSAGE_H
#define BECKON_SERVICE_COMMAND_WELCOME_MESSAGE_H

#include "beckon/v1/code_service.pb-c.h"
#include "service/command/command.h"
#include "service/rules/attribution.h"

/* Fills the reply's welcome for a registration today; `owner` is the code's. Without a program in
 * force there is none. */
enum outcome welcome_messages(struct reader *reader, struct command_call *call,
                              const struct attribution_source *owner, const struct code *code,
                              business_date today,
                              Beckon__V1__ResolveCodeResponse *reply) OUTCOME_CHECKED;

#endif
