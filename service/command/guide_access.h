/* Which guides a caller may see, and how they are loaded. */
#ifndef BECKON_SERVICE_COMMAND_GUIDE_ACCESS_H
#define BECKON_SERVICE_COMMAND_GUIDE_ACCESS_H

#include "service/command/command.h"
#include "service/command/guide_message.h"

/* A manager sees guides of his shop, a guide himself, others all. */
bool guide_visible(const struct command_call *call, uint32_t guide, const struct account *account);

/* Loads record and profile and makes the message. GUIDE_UNKNOWN. */
enum outcome guide_load_message(struct reader *reader, struct command_call *call, uint32_t number,
                                const struct account *account,
                                Beckon__V1__Guide **ret) OUTCOME_CHECKED;

#endif
