/* Reviews as the API's messages. */
#ifndef BECKON_SERVICE_COMMAND_REVIEW_MESSAGE_H
#define BECKON_SERVICE_COMMAND_REVIEW_MESSAGE_H

#include "beckon/v1/review_service.pb-c.h"
#include "service/command/command.h"
#include "store/review.h"

/* May the caller know which review holds a credit? Those it is about see that it is held. */
bool review_told(const struct command_call *call);

/* What a reply with this review needs, for reply_reserve. */
size_t review_message_bytes(const struct review *review);
/* OUTCOME_OK, OUTCOME_BUSY when the arena is empty, or what reading the shop may answer: a command
 * that writes makes the same call before the LINE, into `NULL`, to have it read. */
enum outcome review_message(struct reader *reader, struct command_call *call,
                            const struct review *review,
                            Beckon__V1__Review **ret) OUTCOME_CHECKED;

#endif
