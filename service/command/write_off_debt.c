/* Forgives a debt or a part of it, with the reason kept beside its entry. request_id replays. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "beckon/v1/refund_service.pb-c.h"
#include "service/command/account_access.h"
#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/lots.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/debts.h"
#include "store/tokens.h"
#include "store/write_offs.h"

struct writing_off {
    struct party party;
    struct account account;
    business_date today;
    struct write_off write_off;
    size_t debt; /* index in the holder's lots */
    struct holder holder;
    struct ledger ledger;
};

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               const Beckon__V1__WriteOffDebtRequest *request,
                               struct writing_off *writing_off)
{
    struct write_off *write_off = &writing_off->write_off;
    struct merchant merchant;

    enum outcome outcome =
        form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, write_off->reason);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->amount < 1)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount", ">= 1");
    outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    writing_off->today = business_date_at(&merchant, call->now_ms);
    if (request->account == NULL)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "account", NULL);
    outcome = account_find(&batch->reader, call, request->account, &writing_off->party,
                           &writing_off->account);
    if (outcome != OUTCOME_OK) return outcome;
    write_off->token = call->principal.token;
    write_off->party = writing_off->party;
    write_off->debt = request->debt_number;
    write_off->amount = request->amount;
    return OUTCOME_OK;
}

static void fill_fingerprint(const struct batch *batch, const struct write_off *write_off,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "write off");
    fingerprint_number(&fingerprint, write_off->party.kind);
    fingerprint_number(&fingerprint, write_off->party.number);
    fingerprint_number(&fingerprint, (int64_t)write_off->debt);
    fingerprint_number(&fingerprint, write_off->amount);
    fingerprint_text(&fingerprint, write_off->reason);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

/* The debt among the holder's: the oldest ones are loaded with it, a younger one now. */
static enum outcome load_debt(struct reader *reader, struct writing_off *writing_off)
{
    struct lots *lots = &writing_off->holder.lots;
    struct debt debt;

    for (size_t i = 0; i < lots->debt_count; i++) {
        if (lots->debt[i].debt.number != writing_off->write_off.debt) continue;
        writing_off->debt = i;
        return OUTCOME_OK;
    }
    enum outcome outcome = command_outcome(
        debts_get(reader, writing_off->party, writing_off->write_off.debt, &debt),
        OUTCOME_DEBT_UNKNOWN);
    if (outcome == OUTCOME_OK && debt_open(&debt) == 0) outcome = OUTCOME_DEBT_UNKNOWN;
    if (outcome != OUTCOME_OK) return outcome;
    bool waits;
    outcome = holder_debt_waits(reader, writing_off->party, &writing_off->account, &debt, &waits);
    if (outcome == OUTCOME_OK && waits) outcome = OUTCOME_DEBT_IN_SETTLEMENT;
    if (outcome == OUTCOME_OK) writing_off->debt = lots_add_debt(lots, &debt);
    return outcome;
}

static enum outcome decide(struct batch *batch, struct command_call *call,
                           struct writing_off *writing_off)
{
    struct holder *holder = &writing_off->holder;
    struct occasion occasion = {.date = writing_off->today, .event = {.kind = EVENT_DECISION}};
    char allowed[32];

    enum outcome outcome = holder_open(&batch->reader, writing_off->party, &writing_off->account,
                                       writing_off->today, holder);
    if (outcome == OUTCOME_OK) outcome = holder_settle(&batch->reader, holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = load_debt(&batch->reader, writing_off);
    if (outcome == OUTCOME_DEBT_UNKNOWN || outcome == OUTCOME_DEBT_IN_SETTLEMENT)
        return form_refuse(call, outcome, "debt_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    int64_t open = debt_open(&holder->lots.debt[writing_off->debt].debt);
    if (open == 0) return form_refuse(call, OUTCOME_DEBT_UNKNOWN, "debt_number", NULL);
    if (writing_off->write_off.amount > open) {
        snprintf(allowed, sizeof allowed, "1..%lld", (long long)open);
        const char *text = reply_text(call, allowed);
        return text == NULL ? OUTCOME_BUSY
                            : form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount", text);
    }
    occasion.event.member = holder->lots.debt[writing_off->debt].debt.member;
    lots_write_off(&holder->lots, writing_off->debt, writing_off->write_off.amount, &occasion);
    outcome = holder_ready(batch, holder);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(ledger_open(batch, &writing_off->ledger), OUTCOME_INTERNAL);
}

static enum outcome reply_with(struct command_call *call, const struct write_off *write_off,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__WriteOffDebtResponse *reply =
        reply_message(call, &beckon__v1__write_off_debt_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->entry_number = write_off->entry;
    reply->account = reply_party(call, write_off->party);
    reply->debt_number = write_off->debt;
    reply->amount = write_off->amount;
    *ret_reply = &reply->base;
    return reply->account != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome write_off_debt_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__WriteOffDebtRequest *request =
        (const Beckon__V1__WriteOffDebtRequest *)call->request;
    struct writing_off writing_off;
    struct write_off *write_off = &writing_off.write_off;
    struct request known, fresh;
    struct bytes id;

    memset(write_off, 0, sizeof *write_off);
    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome == OUTCOME_OK) outcome = check_form(batch, call, request, &writing_off);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, write_off, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_WRITE_OFF_DEBT, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        outcome = command_outcome(write_offs_get(&batch->reader, known.object, write_off),
                                  OUTCOME_STORE_DAMAGED);
        return outcome == OUTCOME_OK ? reply_with(call, write_off, ret_reply) : outcome;
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = decide(batch, call, &writing_off);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, 2 * REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this write-off must succeed. It is the last of the movements. */
    holder_post(batch, &writing_off.ledger, &writing_off.holder);
    ledger_close(batch, &writing_off.ledger);
    write_off->entry = fresh.object = batch_fence(batch)->entry;
    audit_object(call, AUDIT_OF_ENTRY, write_off->entry);
    audit_fact_party(call, "account", write_off->party);
    audit_fact_number(call, "debt", (int64_t)write_off->debt);
    enum unit unit = writing_off.holder.lots.debt[writing_off.debt].debt.unit;
    audit_fact_enum(call, "unit", &beckon__v1__unit__descriptor, (int)reply_unit(unit));
    audit_fact_number(call, "amount", write_off->amount);
    write_offs_put(batch, write_off);
    requests_put(batch, REQUEST_WRITE_OFF_DEBT, id, &fresh);
    outcome = reply_with(call, write_off, ret_reply);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

const struct command write_off_debt = {
    .request = &beckon__v1__write_off_debt_request__descriptor,
    .reply = &beckon__v1__write_off_debt_response__descriptor,
    .write = write_off_debt_write,
    .audited = AUDIT_WRITE_OFF_DEBT,
};
