#include "service/command/rows.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/limits.h"

/* Where a reply's results and their count lie. */
static ProtobufCMessage ***results_of(ProtobufCMessage *reply, size_t **ret_count)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "results");

    assert(field != NULL && field->label == PROTOBUF_C_LABEL_REPEATED);
    *ret_count = (size_t *)(void *)((uint8_t *)reply + field->quantifier_offset);
    return (ProtobufCMessage ***)(void *)((uint8_t *)reply + field->offset);
}

enum outcome rows_begin(struct command_call *call, const struct rows *rows,
                        ProtobufCMessage **reply, ProtobufCMessage **ret_result)
{
    size_t *count;

    if (rows->count == 0 || rows->count > LIMIT_ROWS)
        return form_refuse(call, OUTCOME_ROWS_INVALID, rows->field, "1..500");
    call->room = NULL; /* what the row before reserved and did not need stays unused */
    if (*reply == NULL) {
        ProtobufCMessage *made = reply_message(call, rows->reply);
        if (made == NULL) return OUTCOME_BUSY;
        ProtobufCMessage ***results = results_of(made, &count);
        *results = reply_alloc(call, rows->count * sizeof **results);
        if (*results == NULL) return OUTCOME_BUSY;
        *reply = made;
    }
    *ret_result = reply_message(call, rows->result);
    return *ret_result != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

void rows_end(const struct command_call *call, ProtobufCMessage *reply, ProtobufCMessage *result)
{
    size_t *count;
    ProtobufCMessage ***results = results_of(reply, &count);

    (*results)[call->row] = result;
    *count = call->row + 1;
}

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
