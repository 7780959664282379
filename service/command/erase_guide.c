/* Erases a guide who has left, is paid out, and whom nothing that has to be kept names any more.
 * His number is the request's natural key: asked again, the first answer.
 *
 * Happy path: who -> (erased already: the first answer) -> why -> may he go? -> all that is to go
 * -> LINE -> ERASING, as EraseMember does it. The member with his phone, if there is one, is
 * herself alone from then on. */
#include <assert.h>

#include "beckon/v1/privacy_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/employing.h"
#include "service/command/erasing.h"
#include "service/command/erasure_message.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/settlement_accounts.h"
#include "store/settlement_payees.h"

typedef Beckon__V1__EraseGuideRequest erase_request;
typedef Beckon__V1__EraseGuideResponse erase_reply;

static enum outcome fill(struct command_call *call, const struct erasure *erasure,
                         ProtobufCMessage **ret_reply)
{
    erase_reply *reply = reply_message(call, &beckon__v1__erase_guide_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->guide_number = erasure->party.number;
    reply->erased_at = reply_time(call, erasure->erased_at);
    if (reply->erased_at == NULL) return OUTCOME_BUSY;
    enum outcome outcome = erasure_items(call, erasure, &reply->items, &reply->n_items);
    if (outcome == OUTCOME_OK) *ret_reply = &reply->base;
    return outcome;
}

/* ---- may he go? ------------------------------------------------------------------------------ */

static enum outcome check_employment(struct command_call *call, const struct employing *employing)
{
    business_date until = employing->list[employing->count - 1].until;

    if (until <= employing->today) return OUTCOME_OK;
    return form_refuse(call, OUTCOME_GUIDE_EMPLOYED, "guide_number", NULL);
}

/* Nothing may be left that a later run would have to pay, or to take from him, by his name. */
static enum outcome check_paid(struct reader *reader, struct command_call *call,
                               struct party party, const struct account *account)
{
    struct settlement_of_entity entities[SETTLEMENT_ENTITIES_MAX];
    bool open = account->settlement_run != 0;
    size_t count;

    for (int unit = 0; unit < UNIT_COUNT; unit++) {
        const struct balance *balance = &account->balance[unit];
        open |= balance->pending != 0 || balance->available != 0 || balance->debt != 0;
    }
    enum outcome outcome = command_outcome(
        settlement_accounts_list(reader, party, 0, entities, SETTLEMENT_ENTITIES_MAX, &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < count; i++)
        open |= entities[i].account.carry_minor != 0;
    return open ? form_refuse(call, OUTCOME_GUIDE_UNPAID, "guide_number", NULL) : OUTCOME_OK;
}

static enum outcome check_retained(struct reader *reader, struct command_call *call,
                                   struct party party, business_date today)
{
    business_date until;

    enum outcome outcome = command_outcome(
        settlement_payees_guide_until(reader, party.number, &until), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK || until == DATE_ALWAYS || until <= today) return outcome;
    const char *date = reply_date(call, until); /* lives as long as the refusal */
    if (date == NULL) return OUTCOME_BUSY;
    return form_refuse(call, OUTCOME_GUIDE_RETAINED, "guide_number", date);
}

/* ---- the member with his phone --------------------------------------------------------------- */

/* *ret_member 0: there is none who is known to be him. */
static enum outcome load_self(struct batch *batch, struct party guide, uint32_t *ret_member,
                              struct account *ret_account)
{
    struct profile profile;

    *ret_member = 0;
    enum store_result found = profiles_get_in_batch(batch, guide, &profile);
    if (found != STORE_OK || profile.phone[0] == '\0')
        return found == STORE_DAMAGED ? OUTCOME_OK : command_outcome(found, OUTCOME_OK);
    uint32_t member;
    found = phones_find(&batch->reader, PARTY_MEMBER, profile.phone, &member);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_OK);
    enum outcome outcome = command_outcome(
        accounts_get(&batch->reader, (struct party){PARTY_MEMBER, member}, ret_account),
        OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK && ret_account->self_guide == guide.number) *ret_member = member;
    return outcome;
}

/* ---- the command ----------------------------------------------------------------------------- */

static enum outcome take_reason(struct command_call *call, enum erasure_reason *ret)
{
    int reason = ((const erase_request *)call->request)->reason;

    if (reason == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "reason", NULL);
    if (reason < 0 || reason >= ERASURE_REASON_COUNT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "reason",
                           "REQUEST, CONSENT, INACTIVE, UNLAWFUL");
    *ret = (enum erasure_reason)reason;
    return OUTCOME_OK;
}

static enum outcome check(struct batch *batch, struct command_call *call,
                          struct employing *employing, struct erasure *erasure)
{
    struct reader *reader = &batch->reader;

    enum outcome outcome = employing_load(reader, call, erasure->party.number, employing);
    if (outcome == OUTCOME_OK) outcome = take_reason(call, &erasure->reason);
    if (outcome == OUTCOME_OK) outcome = check_employment(call, employing);
    if (outcome == OUTCOME_OK)
        outcome = check_paid(reader, call, erasure->party, &employing->account);
    return outcome == OUTCOME_OK
               ? check_retained(reader, call, erasure->party, employing->today) : outcome;
}

static enum outcome erase_guide_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const erase_request *request = (const erase_request *)call->request;
    struct erasure erasure = {.party = {PARTY_GUIDE, request->guide_number},
                              .erased_at = call->now_ms, .token = call->principal.token}, known;
    struct employing employing;
    struct erasing erasing;
    struct account self;
    uint32_t self_member;

    if (request->guide_number == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide_number", NULL);
    enum store_result found = erasures_get(&batch->reader, erasure.party, &known);
    if (found == STORE_OK) return fill(call, &known, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    enum outcome outcome = check(batch, call, &employing, &erasure);
    if (outcome != OUTCOME_OK) return outcome;
    erasure.born_at = employing.guide.created_at;
    outcome = erasing_load(batch, &employing.account, &erasure, employing.today, &erasing);
    if (outcome == OUTCOME_OK) outcome = load_self(batch, erasure.party, &self_member, &self);
    if (outcome == OUTCOME_OK)
        outcome = reply_reserve(call, ERASURE_ITEMS_BYTES + sizeof(erase_reply) +
                                          REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_GUIDE, erasure.party.number);
    audit_fact_enum(call, "reason", &beckon__v1__erasure_reason__descriptor, (int)erasure.reason);

    /* From here on it must succeed. */
    erasing_put(batch, &erasing);
    if (self_member != 0) {
        self.self_guide = 0;
        accounts_put(batch, (struct party){PARTY_MEMBER, self_member}, &self);
    }
    outcome = fill(call, &erasing.erasure, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved above */
    return outcome;
}

const struct command erase_guide = {
    .request = &beckon__v1__erase_guide_request__descriptor,
    .reply = &beckon__v1__erase_guide_response__descriptor,
    .write = erase_guide_write,
    .audited = AUDIT_ERASE_GUIDE,
};
