/* What a member's card shows beside who she is: her tier with its rights, what is missing to the
 * next and to keep hers, and her benefits by name. */
#ifndef BECKON_SERVICE_COMMAND_MEMBER_CARD_H
#define BECKON_SERVICE_COMMAND_MEMBER_CARD_H

#include "beckon/v1/member_service.pb-c.h"
#include "service/command/command.h"

/* Fills tier and benefits as of now, by the program in force today. `account` is hers as stored:
 * what is due on it is computed here, without writing. */
enum outcome member_card(struct reader *reader, struct command_call *call, uint32_t member,
                         const struct account *account,
                         Beckon__V1__Member *message) OUTCOME_CHECKED;

#endif
