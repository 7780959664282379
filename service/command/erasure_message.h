/* Erasures as the API's messages: what was done, what is kept and why. */
#ifndef BECKON_SERVICE_COMMAND_ERASURE_MESSAGE_H
#define BECKON_SERVICE_COMMAND_ERASURE_MESSAGE_H

#include "beckon/v1/privacy_service.pb-c.h"
#include "service/command/command.h"
#include "store/erasures.h"

/* To reserve for the items of a reply. */
enum { ERASURE_ITEMS_BYTES = 10 * (sizeof(Beckon__V1__ErasureItem) + sizeof(void *) + 32) };

/* The same for ever: texts are static, amounts those of the day. */
enum outcome erasure_items(struct command_call *call, const struct erasure *erasure,
                           Beckon__V1__ErasureItem ***ret_items,
                           size_t *ret_count) OUTCOME_CHECKED;

#endif
