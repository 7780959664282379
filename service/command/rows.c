#include "service/command/rows.h"

#include <stdio.h>
#include <string.h>

#include "service/command/reply.h"

static bool ends_the_call(enum outcome outcome)
{
    return outcome < OUTCOME_NOT_YOURS || outcome >= OUTCOME_STORE_DAMAGED;
}

enum outcome row_refused(struct command_call *call, enum outcome outcome,
                         int32_t *ret_status_code, char **ret_reason, char **ret_message)
{
    char sentence[512], with_field[640];

    if (outcome != OUTCOME_STORE_DAMAGED && ends_the_call(outcome)) return outcome;
    const struct outcome_info *info = outcome_info(outcome);
    outcome_sentence(outcome, &call->refusal, false, sentence, sizeof sentence);
    const char *field = call->refusal.field;
    bool says_field = field == NULL || strstr(sentence, field) != NULL;
    snprintf(with_field, sizeof with_field, "%s%s%s", says_field ? "" : field,
             says_field ? "" : ": ", sentence);
    call->room = NULL; /* what a refused row had reserved stays unused */
    *ret_status_code = info->grpc_code;
    *ret_reason = reply_text(call, info->reason);
    *ret_message = reply_text(call, with_field);
    call->refusal = (struct refusal){0};
    return *ret_reason != NULL && *ret_message != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}
