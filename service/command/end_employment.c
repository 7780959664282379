/* Ends a guide's employment, and begins the handover of all he serves where one is asked for. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/employing.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/guide_message.h"
#include "service/command/handover_access.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/shops.h"
#include "store/tokens.h"

enum { REPLY_BYTES = 1024 };

struct leaving {
    const Beckon__V1__EndEmploymentRequest *request;
    business_date until;
    struct employing employing;
    struct employment ended;  /* his last one, as it ends */
    bool ends;                /* that is new */
    struct shop shop;
    struct handover handover; /* number 0: none is asked for, or begun yet */
    struct bytes id;
    struct request known, fresh;
    bool begun;               /* the handover, by the same request before */
};

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_handover(struct batch *batch, struct command_call *call,
                                   struct leaving *leaving)
{
    const Beckon__V1__LeavingHandover *asked = leaving->request->handover;
    struct handover *handover = &leaving->handover;
    struct fingerprint fingerprint;

    enum outcome outcome = form_request_id(call, asked->request_id, &leaving->id);
    if (outcome == OUTCOME_OK)
        outcome = form_text(call, asked->reason, "handover.reason", 1, REASON_BYTES_MAX,
                            handover->reason);
    if (outcome != OUTCOME_OK) return outcome;
    if (asked->to_guide_number == 0 && !asked->release)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "handover.to_guide_number",
                           "to_guide_number or release");
    if ((asked->to_guide_number != 0 && asked->release) ||
        asked->to_guide_number == leaving->request->guide_number)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "handover.to_guide_number",
                           "another guide, or release");
    if (asked->codes_follow && asked->release)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "handover.codes_follow", "to a guide");
    handover->from_guide = leaving->request->guide_number;
    handover->to_guide = asked->to_guide_number;
    handover->from = leaving->until;
    handover->all = true;
    handover->codes_follow = asked->codes_follow;
    fingerprint_begin(&fingerprint, "end employment");
    fingerprint_number(&fingerprint, handover->from_guide);
    fingerprint_number(&fingerprint, handover->to_guide);
    fingerprint_number(&fingerprint, handover->from);
    fingerprint_number(&fingerprint, handover->codes_follow);
    fingerprint_text(&fingerprint, handover->reason);
    fingerprint_end(&fingerprint, batch->reader.store, leaving->fresh.fingerprint);
    return OUTCOME_OK;
}

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               struct leaving *leaving)
{
    if (leaving->request->guide_number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide_number", NULL);
    enum outcome outcome = form_date(call, leaving->request->until_date, "until_date", true, 0,
                                     &leaving->until);
    if (outcome != OUTCOME_OK || leaving->request->handover == NULL) return outcome;
    outcome = check_handover(batch, call, leaving);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found =
        requests_get(&batch->reader, REQUEST_END_EMPLOYMENT, leaving->id, &leaving->known);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    if (memcmp(leaving->known.fingerprint, leaving->fresh.fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "handover.request_id", NULL);
    leaving->begun = true;
    leaving->handover.number = (uint32_t)leaving->known.object;
    return OUTCOME_OK;
}

/* ---- decision -------------------------------------------------------------------------------- */

/* An employment that ends then is the answer to the same request; else the last one ends. */
static enum outcome end_last(struct command_call *call, struct leaving *leaving)
{
    struct employing *employing = &leaving->employing;

    for (size_t i = 0; i < employing->count; i++) {
        leaving->ended = employing->list[i];
        if (leaving->ended.until == leaving->until) return OUTCOME_OK;
        if (leaving->begun && leaving->ended.from < leaving->until &&
            leaving->until <= leaving->ended.until)
            break;
    }
    if (leaving->begun) { /* ended so by the first; where it was changed since, that stays */
        leaving->ended.until = leaving->until;
        return OUTCOME_OK;
    }
    struct employment *last = &employing->list[employing->count - 1];
    if (leaving->until <= last->from)
        return form_refuse(call, OUTCOME_DATE_INVALID, "until_date", "after his last change");
    enum outcome outcome =
        handover_date_allowed(call, &employing->merchant, leaving->until, "until_date");
    if (outcome != OUTCOME_OK) return outcome;
    last->until = leaving->until;
    leaving->ended = *last;
    leaving->ends = true;
    return OUTCOME_OK;
}

static enum outcome decide(struct reader *reader, struct command_call *call,
                           struct leaving *leaving)
{
    struct employing *employing = &leaving->employing;

    enum outcome outcome =
        employing_load(reader, call, leaving->request->guide_number, employing);
    if (outcome == OUTCOME_OK) outcome = end_last(call, leaving);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(shops_get(reader, leaving->ended.shop, &leaving->shop),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK || leaving->begun || leaving->request->handover == NULL)
        return outcome;
    outcome = handover_date_allowed(call, &employing->merchant, leaving->until, "until_date");
    if (outcome == OUTCOME_OK)
        outcome = handover_check_guides(reader, call, &leaving->handover, "guide_number",
                                        "handover.to_guide_number");
    if (outcome == OUTCOME_OK)
        outcome = handover_begin(reader, call, &employing->merchant, &leaving->handover);
    return outcome;
}

static enum outcome reply_with(struct command_call *call, const struct leaving *leaving,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__EndEmploymentResponse *reply =
        reply_message(call, &beckon__v1__end_employment_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->guide_number = leaving->request->guide_number;
    reply->employment = employment_message(call, &leaving->ended, leaving->shop.shop_id);
    reply->handover_number = leaving->handover.number;
    *ret_reply = &reply->base;
    return reply->employment != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome end_employment_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    struct leaving leaving = {
        .request = (const Beckon__V1__EndEmploymentRequest *)call->request};

    enum outcome outcome = check_form(batch, call, &leaving);
    if (outcome == OUTCOME_OK) outcome = decide(&batch->reader, call, &leaving);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_GUIDE, leaving.employing.guide.number);
    audit_fact_date(call, "until", leaving.until);
    if (leaving.handover.number != 0)
        audit_fact_number(call, "handover", leaving.handover.number);

    /* From here on he leaves. */
    if (leaving.ends) {
        employing_put(batch, &leaving.employing);
        event_tell_employment(batch, TOLD_GUIDE_LEFT, leaving.employing.guide.number, 0,
                              leaving.until);
    }
    if (!leaving.begun && leaving.handover.number != 0) {
        handovers_put(batch, &leaving.handover, DATE_NEVER);
        leaving.fresh.object = leaving.handover.number;
        requests_put(batch, REQUEST_END_EMPLOYMENT, leaving.id, &leaving.fresh);
    }
    outcome = reply_with(call, &leaving, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return outcome;
}

const struct command end_employment = {
    .request = &beckon__v1__end_employment_request__descriptor,
    .reply = &beckon__v1__end_employment_response__descriptor,
    .write = end_employment_write,
    .audited = AUDIT_END_EMPLOYMENT,
};
