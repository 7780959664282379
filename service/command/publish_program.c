/* Publishes a program version: immutable from now on, in force from the start of its date. Refused
 * when a business date on or after it already has a rule-made credit. With validate_only the same
 * checks, and nothing comes to be. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/program_form.h"
#include "service/command/program_message.h"
#include "service/command/reply.h"
#include "store/merchants.h"
#include "store/programs.h"
#include "store/tokens.h"

static enum outcome reply_with(struct batch *batch, struct command_call *call,
                               const struct program *program, ProtobufCMessage **ret_reply)
{
    const char **shop_ids;

    enum outcome outcome = program_shop_ids(&batch->reader, call, program, &shop_ids);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, program_message_bytes(program));
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__PublishProgramResponse *reply =
        reply_message(call, &beckon__v1__publish_program_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->program = program_message(call, program, shop_ids);
    if (reply->program == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome check_date(struct batch *batch, struct command_call *call, business_date from)
{
    business_date latest;

    enum store_result found = rule_credit_date_get(&batch->reader, &latest);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    if (from > latest) return OUTCOME_OK;
    const char *after = reply_date(call, latest + 1);
    return form_refuse(call, OUTCOME_PROGRAM_RETROACTIVE, "program.from_date", after);
}

/* Everything a publication is refused for, and what would be published; nothing is put. */
static enum outcome validate(struct batch *batch, struct command_call *call,
                             const Beckon__V1__Program *message, ProtobufCMessage **ret_reply)
{
    struct program program;

    enum outcome outcome = program_form(&batch->reader, call, message, &program);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = check_date(batch, call, program.from);
    return outcome == OUTCOME_OK ? reply_with(batch, call, &program, ret_reply) : outcome;
}

static enum outcome publish_program_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__PublishProgramRequest *request =
        (const Beckon__V1__PublishProgramRequest *)call->request;
    struct program program;
    struct request known, fresh = {0};
    struct numbers numbers;
    struct bytes id;

    if (request->validate_only) return validate(batch, call, request->program, ret_reply);
    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = program_form(&batch->reader, call, request->program, &program);
    if (outcome != OUTCOME_OK) return outcome;
    program_fingerprint(batch->reader.store, &program, program.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_PUBLISH_PROGRAM, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, program.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        outcome = command_outcome(
            programs_get(&batch->reader, (uint32_t)known.object, &program), OUTCOME_STORE_DAMAGED);
        return outcome == OUTCOME_OK ? reply_with(batch, call, &program, ret_reply) : outcome;
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = check_date(batch, call, program.from);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(numbers_get(&batch->reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (numbers.program_version == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    program.version = ++numbers.program_version;
    program.published_at = call->now_ms;
    outcome = reply_with(batch, call, &program, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_PROGRAM, program.version);
    audit_fact_date(call, "from", program.from);

    /* From here on this version must come to be. */
    memcpy(fresh.fingerprint, program.fingerprint, FINGERPRINT_BYTES);
    fresh.object = program.version;
    numbers_put(batch, &numbers);
    programs_put(batch, &program);
    events_tell(batch, &(struct told_event){.kind = TOLD_PROGRAM_PUBLISHED,
                                            .object = program.version, .date = program.from});
    requests_put(batch, REQUEST_PUBLISH_PROGRAM, id, &fresh);
    return OUTCOME_OK;
}

const struct command publish_program = {
    .request = &beckon__v1__publish_program_request__descriptor,
    .reply = &beckon__v1__publish_program_response__descriptor,
    .write = publish_program_write,
    .audited = AUDIT_PUBLISH_PROGRAM,
};
