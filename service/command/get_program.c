/* Reads a program version, or the one in force on a date. */
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/program_message.h"
#include "service/command/reply.h"
#include "store/programs.h"

static enum outcome get_program_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetProgramRequest *request =
        (const Beckon__V1__GetProgramRequest *)call->request;
    struct merchant merchant;
    struct program program;
    business_date date;
    const char **shop_ids;
    uint32_t version = request->version;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_date(call, request->on_date, "on_date", false,
                        business_date_at(&merchant, call->now_ms), &date);
    if (outcome != OUTCOME_OK) return outcome;
    if (version == 0) {
        outcome = command_outcome(programs_in_force(reader, date, &version),
                                  OUTCOME_PROGRAM_UNKNOWN);
        if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "on_date", NULL);
    }
    outcome = command_outcome(programs_get(reader, version, &program), OUTCOME_PROGRAM_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "version", NULL);
    outcome = program_shop_ids(reader, call, &program, &shop_ids);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetProgramResponse *reply =
        reply_message(call, &beckon__v1__get_program_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->program = program_message(call, &program, shop_ids);
    *ret_reply = &reply->base;
    return reply->program != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

const struct command get_program = {
    .request = &beckon__v1__get_program_request__descriptor,
    .reply = &beckon__v1__get_program_response__descriptor,
    .read = get_program_read,
};
