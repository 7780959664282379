/* Makes a settlement run and orders its first draft. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/settlement_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/limits.h"
#include "store/period.h"
#include "store/programs.h"
#include "store/shops.h"
#include "store/tokens.h"

typedef Beckon__V1__CreateSettlementRunRequest create_request;

/* What only the form can say; the rest needs the records. */
static enum outcome check_form(struct command_call *call, struct settlement_run *run)
{
    const create_request *request = (const create_request *)call->request;

    if (request->type == BECKON__V1__SETTLEMENT_TYPE__SETTLEMENT_TYPE_UNSPECIFIED)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "type", NULL);
    if (request->type < (int)RUN_YEAR_END || request->type > (int)RUN_ADJUSTMENT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "type",
                           "YEAR_END, PERIOD, LEAVER, ADJUSTMENT");
    run->type = (enum run_type)request->type;
    bool whole = run->type == RUN_YEAR_END || run->type == RUN_PERIOD;
    enum outcome outcome = form_date(call, request->period_start, "period_start", whole,
                                     DATE_ALWAYS, &run->start);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_date(call, request->period_end, "period_end", true, 0, &run->end);
    if (outcome != OUTCOME_OK) return outcome;
    if ((run->type == RUN_LEAVER) != (request->guide_number != 0))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "guide_number", "LEAVER: 1..");
    if ((run->type == RUN_ADJUSTMENT) != (request->corrects_run_number != 0))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "corrects_run_number", "ADJUSTMENT: 1..");
    if (request->rate_points > LIMIT_SETTLEMENT_RATE_POINTS)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "rate_points", "0..1000000");
    bool rated = request->rate_points != 0;
    if (request->rate_minor < 0 || request->rate_minor > LIMIT_SETTLEMENT_RATE_MINOR ||
        (!rated && request->rate_minor != 0))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "rate_minor", "0..1000000000");
    if (request->minimum_payout_minor < 0 || request->minimum_payout_minor > LIMIT_AMOUNT_MINOR ||
        (!rated && request->minimum_payout_minor != 0))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "minimum_payout_minor",
                           "0..1000000000000");
    run->guide = request->guide_number;
    run->corrects = request->corrects_run_number;
    run->rate_points = request->rate_points;
    run->rate_minor = request->rate_minor;
    run->minimum_payout_minor = request->minimum_payout_minor;
    return OUTCOME_OK;
}

static void fill_fingerprint(const struct batch *batch, const struct command_call *call,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    const create_request *request = (const create_request *)call->request;
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "settlement");
    fingerprint_number(&fingerprint, request->type);
    fingerprint_text(&fingerprint, request->period_start);
    fingerprint_text(&fingerprint, request->period_end);
    fingerprint_text(&fingerprint, request->pay_entity);
    fingerprint_number(&fingerprint, request->guide_number);
    fingerprint_number(&fingerprint, request->corrects_run_number);
    fingerprint_number(&fingerprint, request->rate_points);
    fingerprint_number(&fingerprint, request->rate_minor);
    fingerprint_number(&fingerprint, request->minimum_payout_minor);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

/* The run it corrects, whose employer and beginning are its own unless it says others. */
static enum outcome find_corrected(struct batch *batch, struct command_call *call,
                                   struct settlement_run *run)
{
    struct settlement_run corrected;

    if (run->corrects == 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(settlements_get(&batch->reader, run->corrects, &corrected),
                        OUTCOME_SETTLEMENT_UNKNOWN);
    if (outcome == OUTCOME_SETTLEMENT_UNKNOWN)
        return form_refuse(call, outcome, "corrects_run_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    if (corrected.state != RUN_CLOSED && corrected.state != RUN_PAID)
        return form_refuse(call, OUTCOME_SETTLEMENT_STATE, "corrects_run_number", "CLOSED, PAID");
    if (run->pay_entity == 0) run->pay_entity = corrected.pay_entity;
    if (run->start == DATE_ALWAYS) run->start = corrected.start;
    return OUTCOME_OK;
}

static enum outcome find_objects(struct batch *batch, struct command_call *call,
                                 struct settlement_run *run)
{
    const create_request *request = (const create_request *)call->request;

    if (request->pay_entity[0] != '\0') {
        enum outcome outcome = command_outcome(
            pay_entities_find(&batch->reader, request->pay_entity, &run->pay_entity),
            OUTCOME_PAY_ENTITY_UNKNOWN);
        if (outcome == OUTCOME_PAY_ENTITY_UNKNOWN)
            return form_refuse(call, outcome, "pay_entity", NULL);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (run->guide != 0) {
        enum outcome outcome = object_party(&batch->reader, call,
                                            (struct party){PARTY_GUIDE, run->guide},
                                            "guide_number");
        if (outcome != OUTCOME_OK) return outcome;
    }
    return find_corrected(batch, call, run);
}

/* Its dates, once it is known where it begins. */
static enum outcome check_period(struct batch *batch, struct command_call *call,
                                 struct settlement_run *run)
{
    struct merchant merchant;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date last = business_date_at(&merchant, call->now_ms);
    bool whole = run->type == RUN_YEAR_END || run->type == RUN_PERIOD;
    if (!whole) last++; /* a leaver may be paid on his last day */
    if (run->start == DATE_ALWAYS) run->start = period_of(PERIOD_YEAR, run->end - 1).start;
    if (run->start >= run->end || run->end - run->start > LIMIT_SETTLEMENT_DAYS)
        return form_refuse(call, OUTCOME_SETTLEMENT_PERIOD_INVALID, "period_end", NULL);
    if (run->end <= last) return OUTCOME_OK;
    const char *allowed = reply_date(call, last);
    return allowed == NULL ? OUTCOME_BUSY
                           : form_refuse(call, OUTCOME_SETTLEMENT_NOT_OVER, "period_end", allowed);
}

/* The program's rate, unless the request says its own; how it is taxed is always the program's. */
static enum outcome find_rate(struct batch *batch, struct command_call *call,
                              struct settlement_run *run)
{
    const struct program *program;

    enum store_result result = programs_in_force_cached(batch, run->end - 1, &program);
    if (result != STORE_OK && result != STORE_ABSENT)
        return command_outcome(result, OUTCOME_INTERNAL);
    if (result == STORE_OK) {
        const struct settlement_settings *settings = &program->settlement;
        memcpy(run->tax_treatment, settings->tax_treatment, sizeof run->tax_treatment);
        if (run->rate_points == 0) {
            run->rate_points = settings->rate_points;
            run->rate_minor = settings->rate_minor;
            run->minimum_payout_minor = settings->minimum_payout_minor;
        }
    }
    if (run->rate_points == 0)
        return form_refuse(call, OUTCOME_SETTLEMENT_RATE_MISSING, "rate_points", NULL);
    return OUTCOME_OK;
}

static enum outcome reply_with(struct command_call *call, uint32_t number,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__create_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome answer_again(struct command_call *call, const struct request *known,
                                 const struct request *fresh, ProtobufCMessage **ret_reply)
{
    if (memcmp(known->fingerprint, fresh->fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    return reply_with(call, (uint32_t)known->object, ret_reply);
}

static enum outcome create_settlement_run_write(struct batch *batch, struct command_call *call,
                                                ProtobufCMessage **ret_reply)
{
    const create_request *request = (const create_request *)call->request;
    struct settlement_run run = {.state = RUN_DRAFT, .draft = 1};
    struct request known, fresh;
    struct bytes id;
    uint32_t last;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome == OUTCOME_OK) outcome = check_form(call, &run);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, call, fresh.fingerprint);
    enum store_result found =
        requests_get(&batch->reader, REQUEST_CREATE_SETTLEMENT, id, &known);
    if (found == STORE_OK) return answer_again(call, &known, &fresh, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = find_objects(batch, call, &run);
    if (outcome == OUTCOME_OK) outcome = check_period(batch, call, &run);
    if (outcome == OUTCOME_OK) outcome = find_rate(batch, call, &run);
    run.made_by = call->principal.token;
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(settlements_last(&batch->reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    static const enum run_work begins[] = {
        [RUN_YEAR_END] = RUN_WORK_PERIODS, [RUN_PERIOD] = RUN_WORK_PERIODS,
        [RUN_LEAVER] = RUN_WORK_DRAFT, [RUN_ADJUSTMENT] = RUN_WORK_DISPUTES,
    };
    run.number = last + 1;
    audit_run(call, &run);
    audit_fact_date(call, "start", run.start);
    audit_fact_date(call, "until", run.end);
    run.made_at = call->now_ms;
    settlement_run_order(&run, begins[run.type]);
    settlements_put(batch, &run);
    fresh.object = run.number;
    requests_put(batch, REQUEST_CREATE_SETTLEMENT, id, &fresh);
    outcome = reply_with(call, run.number, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command create_settlement_run = {
    .request = &beckon__v1__create_settlement_run_request__descriptor,
    .reply = &beckon__v1__create_settlement_run_response__descriptor,
    .write = create_settlement_run_write,
    .audited = AUDIT_CREATE_SETTLEMENT_RUN,
};
