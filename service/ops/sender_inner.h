/* What the sender's files share: texts, and the hook. The sender's thread alone. */
#ifndef BECKON_SERVICE_OPS_SENDER_INNER_H
#define BECKON_SERVICE_OPS_SENDER_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/notice.h"
#include "service/ops/sender.h"

enum { SENDER_JSON_BYTES = 2048 };

/* The message as JSON: {"to", "text", "code", "language", "at"}, without a line end. 0: no
 * memory. */
size_t sender_json(const struct notice *notice, uint64_t at_ms,
                   char ret_json[SENDER_JSON_BYTES]);

struct sender_hook;
/* NULL: ret_message says what is wrong. */
struct sender_hook *sender_hook_new(const char *url, const char *secret_file,
                                    char ret_message[SENDER_MESSAGE_BYTES]);
void sender_hook_destroy(struct sender_hook *hook);

enum sender_hook_answer { HOOK_TAKEN, HOOK_REFUSED, HOOK_FAILED };
/* One POST. HOOK_FAILED (no answer, 429, 5xx) may be tried again with the same `id`; HOOK_REFUSED
 * (any other status) not. *ret_status: the HTTP status, 0 without an answer. `give_up` is asked now
 * and then; true ends the attempt. */
enum sender_hook_answer sender_hook_post(struct sender_hook *hook, const char *json, size_t size,
                                         const char *id, bool (*give_up)(void *context),
                                         void *context, long *ret_status);

#endif
