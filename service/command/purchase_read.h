/* A stored purchase for readers: with its shop's id, its program and what was refunded since. */
#ifndef BECKON_SERVICE_COMMAND_PURCHASE_READ_H
#define BECKON_SERVICE_COMMAND_PURCHASE_READ_H

#include "beckon/v1/purchase_service.pb-c.h"
#include "service/command/command.h"

enum outcome purchase_read_message(struct reader *reader, struct command_call *call,
                                   const struct purchase *purchase,
                                   Beckon__V1__Purchase **ret) OUTCOME_CHECKED;

/* Adds the lines, where the purchase has some. */
enum outcome purchase_read_lines(struct reader *reader, struct command_call *call,
                                 const struct purchase *purchase,
                                 Beckon__V1__Purchase *message) OUTCOME_CHECKED;

#endif
