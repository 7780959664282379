/* Sets what a guide shall reach of a figure in a span, or takes it away. The name is the target's
 * natural key: the same request again answers the same and keeps when it was set first.
 * Refusals, in order: FIELD_REQUIRED, GUIDE_UNKNOWN, NOT_YOURS, VALUE_INVALID (span, kpi, value),
 * DATE_INVALID, SCOREBOARD_NOT_KEPT. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/scoreboard.h"
#include "service/limits.h"

enum { RATE_BP_MAX = 10000 };

static enum outcome read_target(struct batch *batch, struct command_call *call,
                                const Beckon__V1__SetTargetRequest *request, struct target *ret)
{
    struct account account;
    struct scoring scoring;

    enum outcome outcome = scoreboard_guide(&batch->reader, call, request->guide_number,
                                            &ret->name.guide, &account);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_window(&batch->reader, call, request->span, request->date, true,
                                    &scoring);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_kpi(call, request->kpi, scoring.window.span, &ret->name.kpi);
    if (outcome != OUTCOME_OK) return outcome;
    bool rate = ret->name.kpi == SCORE_REPURCHASE_RATE;
    if (request->value < 0 || request->value > (rate ? RATE_BP_MAX : LIMIT_AMOUNT_MINOR))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "value",
                           rate ? "0..10000" : "0..1000000000000");
    ret->name.span = scoring.window.span;
    ret->name.start = scoring.window.start;
    ret->value = request->value;
    ret->set_at = call->now_ms;
    ret->set_by = call->principal.token;
    return OUTCOME_OK;
}

static enum outcome set_target_write(struct batch *batch, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    struct target target, known;

    enum outcome outcome = read_target(
        batch, call, (const Beckon__V1__SetTargetRequest *)call->request, &target);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, TARGET_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found = targets_get(&batch->reader, &target.name, &known);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_STORE_DAMAGED);
    if (found == STORE_OK && known.value == target.value) target = known;
    Beckon__V1__SetTargetResponse *reply =
        reply_message(call, &beckon__v1__set_target_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    if (target.value != 0) {
        reply->target = target_message(call, &target);
        if (reply->target == NULL) return OUTCOME_BUSY;
    }
    audit_object(call, AUDIT_OF_GUIDE, target.name.guide);
    audit_fact_enum(call, "kpi", &beckon__v1__scoreboard_kpi__descriptor, (int)target.name.kpi);
    audit_fact_date(call, "from", target.name.start);
    audit_fact_number(call, "value", target.value);
    /* From here on this change must succeed. */
    if (target.value == 0 && found == STORE_OK) targets_delete(batch, &target.name);
    if (target.value != 0 && (found == STORE_ABSENT || known.value != target.value))
        targets_put(batch, &target);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command set_target = {
    .request = &beckon__v1__set_target_request__descriptor,
    .reply = &beckon__v1__set_target_response__descriptor,
    .write = set_target_write,
    .audited = AUDIT_SET_TARGET,
};
