/* Begins a handover: what it says is checked and kept; the ticker works it off (tick_handovers). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/handover_access.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/tokens.h"

typedef Beckon__V1__HandOverMembersRequest hand_over_request;

struct handing_over {
    struct merchant merchant;
    struct handover handover;
    size_t member_count;
    uint32_t members[LIMIT_ROWS]; /* ascending */
    struct bytes id;
};

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static enum outcome check_members(struct command_call *call, const hand_over_request *request,
                                  struct handing_over *handing)
{
    size_t count = handing->member_count = request->n_member_numbers;

    if (request->all_members) {
        if (count == 0 && request->from_guide_number != 0) return OUTCOME_OK;
        return form_refuse(call, OUTCOME_VALUE_INVALID, "all_members",
                           "all_members of a guide, or member_numbers");
    }
    if (count == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member_numbers",
                           "all_members or member_numbers");
    if (count > LIMIT_ROWS)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "member_numbers", "1..500");
    memcpy(handing->members, request->member_numbers, count * sizeof handing->members[0]);
    qsort(handing->members, count, sizeof handing->members[0], by_number);
    for (size_t i = 0; i < count; i++)
        if (handing->members[i] == 0 || (i > 0 && handing->members[i] == handing->members[i - 1]))
            return form_refuse(call, OUTCOME_VALUE_INVALID, "member_numbers", "each once, not 0");
    return OUTCOME_OK;
}

static enum outcome check_form(struct reader *reader, struct command_call *call,
                               struct handing_over *handing)
{
    const hand_over_request *request = (const hand_over_request *)call->request;
    struct handover *handover = &handing->handover;

    enum outcome outcome = form_request_id(call, request->request_id, &handing->id);
    if (outcome == OUTCOME_OK)
        outcome = form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX,
                            handover->reason);
    if (outcome == OUTCOME_OK) outcome = check_members(call, request, handing);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->to_guide_number == 0 && !request->release)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "to_guide_number",
                           "to_guide_number or release");
    if ((request->to_guide_number != 0 && request->release) ||
        request->to_guide_number == request->from_guide_number)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "to_guide_number",
                           "another guide, or release");
    if (request->codes_follow && (request->to_guide_number == 0 || request->from_guide_number == 0))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "codes_follow", "from a guide to a guide");
    handover->from_guide = request->from_guide_number;
    handover->to_guide = request->to_guide_number;
    handover->all = request->all_members;
    handover->codes_follow = request->codes_follow;
    outcome = form_date(call, request->from_date, "from_date", true, 0, &handover->from);
    return outcome == OUTCOME_OK ? object_merchant(reader, &handing->merchant) : outcome;
}

static void fill_fingerprint(const struct batch *batch, const struct handing_over *handing,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    const struct handover *handover = &handing->handover;
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "hand over");
    fingerprint_number(&fingerprint, handover->from_guide);
    fingerprint_number(&fingerprint, handover->to_guide);
    fingerprint_number(&fingerprint, handover->from);
    fingerprint_number(&fingerprint, handover->all);
    fingerprint_number(&fingerprint, handover->codes_follow);
    fingerprint_text(&fingerprint, handover->reason);
    for (size_t i = 0; i < handing->member_count; i++)
        fingerprint_number(&fingerprint, handing->members[i]);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

/* Everybody named is somebody. */
static enum outcome check_known(struct reader *reader, struct command_call *call,
                                const struct handing_over *handing)
{
    for (size_t i = 0; i < handing->member_count; i++)
        accounts_want(reader, (struct party){PARTY_MEMBER, handing->members[i]});
    for (size_t i = 0; i < handing->member_count; i++) {
        struct party party = {PARTY_MEMBER, handing->members[i]};
        struct account account;
        enum outcome outcome =
            command_outcome(accounts_get(reader, party, &account), OUTCOME_MEMBER_UNKNOWN);
        if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "member_numbers", NULL);
    }
    return OUTCOME_OK;
}

static enum outcome reply_with(struct command_call *call, const struct handover *handover,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__HandOverMembersResponse *reply =
        reply_message(call, &beckon__v1__hand_over_members_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->handover = handover_message(call, handover, false);
    *ret_reply = &reply->base;
    return reply->handover != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome answer_again(struct batch *batch, struct command_call *call,
                                 const struct request *known, const struct request *fresh,
                                 ProtobufCMessage **ret_reply)
{
    struct handover handover;

    if (memcmp(known->fingerprint, fresh->fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    enum outcome outcome =
        command_outcome(handovers_get(&batch->reader, (uint32_t)known->object, &handover),
                        OUTCOME_STORE_DAMAGED);
    return outcome == OUTCOME_OK ? reply_with(call, &handover, ret_reply) : outcome;
}

static enum outcome hand_over_members_write(struct batch *batch, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    struct handing_over handing = {.member_count = 0};
    struct handover *handover = &handing.handover;
    struct reader *reader = &batch->reader;
    struct request known, fresh;

    enum outcome outcome = check_form(reader, call, &handing);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &handing, fresh.fingerprint);
    enum store_result found = requests_get(reader, REQUEST_HAND_OVER, handing.id, &known);
    if (found == STORE_OK) return answer_again(batch, call, &known, &fresh, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = handover_date_allowed(call, &handing.merchant, handover->from, "from_date");
    if (outcome == OUTCOME_OK)
        outcome = handover_check_guides(reader, call, handover, "from_guide_number",
                                        "to_guide_number");
    if (outcome == OUTCOME_OK) outcome = check_known(reader, call, &handing);
    if (outcome == OUTCOME_OK)
        outcome = handover_begin(reader, call, &handing.merchant, handover);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, HANDOVER_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_HANDOVER, handover->number);
    audit_fact_number(call, "from_guide", handover->from_guide);
    audit_fact_number(call, "to_guide", handover->to_guide);
    audit_fact_date(call, "start", handover->from);

    /* From here on this handover must begin. */
    handovers_put(batch, handover, DATE_NEVER);
    for (size_t i = 0; i < handing.member_count; i++)
        handover_rows_put(batch, handover->number, handing.members[i],
                          &(struct handover_row){.from = handover->from});
    fresh.object = handover->number;
    requests_put(batch, REQUEST_HAND_OVER, handing.id, &fresh);
    outcome = reply_with(call, handover, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return outcome;
}

const struct command hand_over_members = {
    .request = &beckon__v1__hand_over_members_request__descriptor,
    .reply = &beckon__v1__hand_over_members_response__descriptor,
    .write = hand_over_members_write,
    .audited = AUDIT_HAND_OVER_MEMBERS,
};
