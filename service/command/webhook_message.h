/* Hooks as commands read, check and tell them. */
#ifndef BECKON_SERVICE_COMMAND_WEBHOOK_MESSAGE_H
#define BECKON_SERVICE_COMMAND_WEBHOOK_MESSAGE_H

#include "beckon/v1/webhook_service.pb-c.h"
#include "service/command/command.h"
#include "service/rules/webhook_url.h"
#include "store/webhooks.h"

/* A hook with its state. WEBHOOK_UNKNOWN, which names `field`. */
enum outcome webhook_load(struct reader *reader, struct command_call *call, uint32_t number,
                          const char *field, struct webhook *ret_webhook,
                          struct webhook_state *ret_state) OUTCOME_CHECKED;

/* Checks a field of the request and puts it into the hook; ret_host: the address's host, for the
 * audit trail, which must not have the rest: many receivers' addresses are secrets. */
enum outcome webhook_form_url(struct command_call *call, const Beckon__V1__Webhook *message,
                              struct webhook *webhook,
                              char ret_host[WEBHOOK_HOST_BYTES]) OUTCOME_CHECKED;
enum outcome webhook_form_kinds(struct command_call *call, const Beckon__V1__Webhook *message,
                                struct webhook *webhook) OUTCOME_CHECKED;
enum outcome webhook_form_description(struct command_call *call,
                                      const Beckon__V1__Webhook *message,
                                      struct webhook *webhook) OUTCOME_CHECKED;

/* Draws a secret from the call's seed, seals it into `ret_sealed` and writes it as it is told:
 * SECRET_WEBHOOK_BYTES. */
void webhook_draw_secret(struct reader *reader, struct command_call *call, uint32_t number,
                         uint8_t ret_sealed[WEBHOOK_SEALED_BYTES], char *ret_text);

enum { WEBHOOK_MESSAGE_BYTES = 2048 };
/* NULL: the arena is empty. `newest`: the newest event's number. */
Beckon__V1__Webhook *webhook_message(struct command_call *call, const struct webhook *webhook,
                                     const struct webhook_state *state, uint64_t newest);

#endif
