/* Hands a benefit out, once for ever.
 *
 * Happy path: form -> shop -> request seen before? -> member's benefit, open and in time -> LINE ->
 * benefit, request. request_id replays the answer; anybody else's second try is refused. */
#include <assert.h>
#include <string.h>

#include "service/command/benefit_message.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/programs.h"
#include "store/tokens.h"

struct handing {
    const Beckon__V1__HandOutBenefitRequest *request;
    struct merchant merchant;
    struct bytes request_id;
    uint32_t shop_number;
    struct shop shop;
    struct benefit benefit;
    const struct program *program;
};

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               struct handing *handing)
{
    const Beckon__V1__HandOutBenefitRequest *request = handing->request;

    if (request->member_number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_number", NULL);
    if (request->benefit_number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "benefit_number", NULL);
    enum outcome outcome = form_request_id(call, request->request_id, &handing->request_id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_merchant(&batch->reader, &handing->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_shop(&batch->reader, call, request->shop_id, "shop_id",
                          &handing->shop_number);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(shops_get(&batch->reader, handing->shop_number, &handing->shop),
                           OUTCOME_STORE_DAMAGED);
}

static void fill_fingerprint(const struct batch *batch, const struct handing *handing,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "benefit");
    fingerprint_number(&fingerprint, handing->request->member_number);
    fingerprint_number(&fingerprint, handing->request->benefit_number);
    fingerprint_number(&fingerprint, handing->shop_number);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

/* The benefit and the rule that says what it is. */
static enum outcome load(struct batch *batch, struct command_call *call, struct handing *handing)
{
    const Beckon__V1__HandOutBenefitRequest *request = handing->request;
    struct party member = {PARTY_MEMBER, request->member_number};
    struct account account;

    enum outcome outcome = command_outcome(accounts_get(&batch->reader, member, &account),
                                           OUTCOME_MEMBER_UNKNOWN);
    if (outcome == OUTCOME_MEMBER_UNKNOWN)
        return form_refuse(call, outcome, "member_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(benefits_get(&batch->reader, member.number, request->benefit_number,
                                           &handing->benefit),
                              OUTCOME_BENEFIT_UNKNOWN);
    if (outcome == OUTCOME_BENEFIT_UNKNOWN)
        return form_refuse(call, outcome, "benefit_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(
        programs_get_cached(batch, handing->benefit.program_version, &handing->program),
        OUTCOME_STORE_DAMAGED);
}

static enum outcome reply_with(struct command_call *call, const struct handing *handing,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__HandOutBenefitResponse *reply =
        reply_message(call, &beckon__v1__hand_out_benefit_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return benefit_message(call, handing->program, &handing->benefit, DATE_ALWAYS,
                           handing->shop.shop_id, &reply->benefit);
}

static enum outcome hand_out_benefit_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    struct handing handing = {
        .request = (const Beckon__V1__HandOutBenefitRequest *)call->request};
    struct request known, fresh = {.object = handing.request->benefit_number};

    enum outcome outcome = check_form(batch, call, &handing);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &handing, fresh.fingerprint);
    enum store_result found =
        requests_get(&batch->reader, REQUEST_HAND_OUT_BENEFIT, handing.request_id, &known);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    if (found == STORE_OK && memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    outcome = load(batch, call, &handing);
    if (outcome != OUTCOME_OK) return outcome;
    if (found == STORE_OK) return reply_with(call, &handing, ret_reply);

    struct benefit *benefit = &handing.benefit;
    if (benefit->handed_out_at != 0)
        return form_refuse(call, OUTCOME_BENEFIT_HANDED_OUT, "benefit_number", NULL);
    if (benefit->valid_until < business_date_at(&handing.merchant, call->now_ms))
        return form_refuse(call, OUTCOME_BENEFIT_EXPIRED, "benefit_number", NULL);
    outcome = reply_reserve(call, sizeof(Beckon__V1__HandOutBenefitResponse) +
                                      BENEFIT_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on it is handed out. */
    benefit->handed_out_at = call->now_ms;
    benefit->handed_out_shop = handing.shop_number;
    benefits_put(batch, handing.request->member_number, benefit);
    events_tell(batch, &(struct told_event){
        .kind = TOLD_BENEFIT_HANDED_OUT, .party = {PARTY_MEMBER, handing.request->member_number},
        .object = benefit->number, .shop = benefit->handed_out_shop});
    requests_put(batch, REQUEST_HAND_OUT_BENEFIT, handing.request_id, &fresh);
    outcome = reply_with(call, &handing, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved above */
    return outcome;
}

const struct command hand_out_benefit = {
    .request = &beckon__v1__hand_out_benefit_request__descriptor,
    .reply = &beckon__v1__hand_out_benefit_response__descriptor,
    .write = hand_out_benefit_write,
};
