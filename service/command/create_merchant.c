/* Makes a merchant, in two commits: its number is given out in the instance's own records first
 * (with the request id, so that a repeat after a crash between goes on), then its record. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/merchant_message.h"
#include "service/command/reply.h"
#include "store/merchants.h"
#include "store/referees.h"
#include "store/tokens.h"

static enum outcome fill(struct command_call *call, struct merchant *merchant)
{
    const Beckon__V1__CreateMerchantRequest *request =
        (const Beckon__V1__CreateMerchantRequest *)call->request;

    *merchant = merchant_default(call->merchant, call->now_ms);
    if (request->merchant != NULL && request->merchant->name[0] == '\0')
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "merchant.name", NULL);
    return merchant_form(call, request->merchant, merchant);
}

static void fill_fingerprint(const struct batch *batch, const struct merchant *merchant,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "merchant");
    fingerprint_text(&fingerprint, merchant->name);
    fingerprint_text(&fingerprint, merchant->currency);
    fingerprint_text(&fingerprint, merchant->time_zone);
    fingerprint_text(&fingerprint, merchant->link_host);
    fingerprint_number(&fingerprint, merchant->day_cutoff_minutes);
    fingerprint_number(&fingerprint, merchant->country_code);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

static enum outcome create_merchant_reserve(struct batch *batch, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CreateMerchantRequest *request =
        (const Beckon__V1__CreateMerchantRequest *)call->request;
    struct request known, fresh;
    struct merchant merchant;
    struct bytes id;
    uint32_t last;

    (void)ret_reply;
    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = fill(call, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &merchant, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_CREATE_MERCHANT, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        call->merchant = (uint32_t)known.object;
        return OUTCOME_OK;
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = command_outcome(merchants_last(&batch->reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;

    /* From here on the number is given out. */
    call->merchant = last + 1;
    fresh.object = call->merchant;
    merchants_list_put(batch, call->merchant);
    requests_put(batch, REQUEST_CREATE_MERCHANT, id, &fresh);
    return OUTCOME_OK;
}

static enum outcome create_merchant_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    struct merchant merchant;

    enum store_result found = merchants_get(&batch->reader, &merchant);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    if (found == STORE_ABSENT) {
        enum outcome outcome = fill(call, &merchant);
        if (outcome != OUTCOME_OK) return outcome;
    }
    Beckon__V1__CreateMerchantResponse *reply =
        reply_message(call, &beckon__v1__create_merchant_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->merchant = merchant_message(call, &merchant);
    if (reply->merchant == NULL) return OUTCOME_BUSY;
    audit_object(call, AUDIT_OF_MERCHANT, call->merchant);

    /* From here on it must succeed. */
    if (found == STORE_ABSENT) {
        merchants_put(batch, &merchant);
        referees_listed_put(batch, REFEREES_ALL);
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

/* Its number is not known yet: the instance's own records come first. */
static enum outcome create_merchant_merchant(struct reader *reader, struct command_call *call,
                                             uint32_t *ret_merchant)
{
    (void)reader;
    (void)call;
    *ret_merchant = 0;
    return OUTCOME_OK;
}

const struct command create_merchant = {
    .request = &beckon__v1__create_merchant_request__descriptor,
    .reply = &beckon__v1__create_merchant_response__descriptor,
    .reserve = create_merchant_reserve,
    .write = create_merchant_write,
    .audited = AUDIT_CREATE_MERCHANT,
    .merchant = create_merchant_merchant,
};
