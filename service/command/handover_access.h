/* Handovers: what those who begin one share, how they are shown, and who may see which. */
#ifndef BECKON_SERVICE_COMMAND_HANDOVER_ACCESS_H
#define BECKON_SERVICE_COMMAND_HANDOVER_ACCESS_H

#include "beckon/v1/handover_service.pb-c.h"
#include "service/command/command.h"
#include "store/handovers.h"

/* May a handover, transfer or leaving be dated so? DATE_INVALID: more than LIMIT_STAFF_*_DAYS away,
 * or in a closed period. */
enum outcome handover_date_allowed(struct command_call *call, const struct merchant *merchant,
                                   business_date date, const char *field) OUTCOME_CHECKED;
/* Is the new guide there, and employed on handover->from? GUIDE_UNKNOWN, NOT_YOURS (a manager's
 * guides are those of his shop), GUIDE_INACTIVE. */
enum outcome handover_check_guides(struct reader *reader, struct command_call *call,
                                   const struct handover *handover, const char *from_field,
                                   const char *to_field) OUTCOME_CHECKED;
/* Before the LINE: gives a new one its number, who began it and when. */
enum outcome handover_begin(struct reader *reader, struct command_call *call,
                            const struct merchant *merchant,
                            struct handover *handover) OUTCOME_CHECKED;

/* One the caller may see: managers those from or to a guide of their shop. HANDOVER_UNKNOWN,
 * NOT_YOURS. */
enum outcome handover_find(struct reader *reader, struct command_call *call, uint32_t number,
                           struct handover *ret) OUTCOME_CHECKED;
/* Does the caller see it? Of a manager it asks where its guides work now. */
enum outcome handover_visible(struct reader *reader, const struct command_call *call,
                              const struct handover *handover, bool *ret_visible) OUTCOME_CHECKED;

/* NULL when the arena is empty. Without `progress` what never changes alone. */
enum { HANDOVER_MESSAGE_BYTES = 2048 };
Beckon__V1__Handover *handover_message(struct command_call *call, const struct handover *handover,
                                       bool progress);

#endif
