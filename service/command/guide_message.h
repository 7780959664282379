/* Guides as the API's messages. */
#ifndef BECKON_SERVICE_COMMAND_GUIDE_MESSAGE_H
#define BECKON_SERVICE_COMMAND_GUIDE_MESSAGE_H

#include "beckon/v1/guide_service.pb-c.h"
#include "service/command/command.h"
#include "store/accounts.h"
#include "store/guides.h"
#include "store/profiles.h"

/* Phone in full for admin and himself, document for admin and payroll. `pay_entity`: his employer
 * now, or the last; the employee number is the one he has there. */
enum outcome guide_message(struct reader *reader, struct command_call *call,
                           const struct guide *guide, const struct profile *profile,
                           uint32_t pay_entity, Beckon__V1__Guide **ret) OUTCOME_CHECKED;

/* NULL when the arena is empty. */
Beckon__V1__Employment *employment_message(struct command_call *call,
                                           const struct employment *employment,
                                           const char *shop_id);

#endif
