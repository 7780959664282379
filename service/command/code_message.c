#include "service/command/code_message.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/rules/code_text.h"

void code_link(const struct merchant *merchant, struct code_value value,
               char ret_link[CODE_LINK_BYTES])
{
    char base[sizeof "HTTPS://" + HOST_BYTES_MAX];

    snprintf(base, sizeof base, "HTTPS://%.*s", HOST_BYTES_MAX, merchant->link_host);
    for (char *c = base; *c != '\0'; c++) *c = (char)toupper((unsigned char)*c);
    code_link_at(base, value, ret_link);
}

static_assert(HOST_BYTES_MAX + sizeof "HTTPS://" <= LINK_BASE_BYTES_MAX, "a link has room");

void code_link_at(const char *base, struct code_value value, char ret_link[CODE_LINK_BYTES])
{
    char code[CODE_TEXT_BYTES];

    code_write(value, code);
    int size = snprintf(ret_link, CODE_LINK_BYTES, "%s/R/%s", base, code);
    assert(size > 0 && size < CODE_LINK_BYTES);
}

enum outcome code_owner_today(struct reader *reader, const struct merchant *merchant,
                              const struct code *code, uint64_t now_ms, struct party *ret)
{
    enum store_result found =
        codes_owner_on(reader, code->value, business_date_at(merchant, now_ms), ret);
    if (found == STORE_ABSENT) {
        *ret = code->owner;
        return OUTCOME_OK;
    }
    return command_outcome(found, OUTCOME_INTERNAL);
}

static enum outcome fill_owners(struct reader *reader, struct command_call *call,
                                const struct code *code, Beckon__V1__Code *message)
{
    struct code_owner owners[CODE_OWNERS_MAX];
    size_t count;

    enum outcome outcome =
        command_outcome(codes_owners(reader, code->value, owners, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    message->owners = reply_alloc(call, (count + 1) * sizeof *message->owners);
    if (message->owners == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        Beckon__V1__CodeOwner *owner = reply_message(call, &beckon__v1__code_owner__descriptor);
        if (owner == NULL) return OUTCOME_BUSY;
        owner->from_date = reply_date(call, owners[i].from);
        owner->owner = reply_party(call, owners[i].party);
        if (owner->from_date == NULL || owner->owner == NULL) return OUTCOME_BUSY;
        message->owners[i] = owner;
    }
    message->n_owners = count;
    return OUTCOME_OK;
}

enum outcome code_message_ahead(struct reader *reader, const struct command_call *call,
                                const struct merchant *merchant, const struct code *code)
{
    struct code_owner owners[CODE_OWNERS_MAX];
    struct party owner;
    size_t count;

    enum outcome outcome = code_owner_today(reader, merchant, code, call->now_ms, &owner);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(codes_owners(reader, code->value, owners, &count),
                           OUTCOME_STORE_DAMAGED);
}

enum outcome code_message(struct reader *reader, struct command_call *call,
                          const struct merchant *merchant, const struct code *code,
                          Beckon__V1__Code **ret)
{
    char link[CODE_LINK_BYTES];
    struct party owner;

    enum outcome outcome = code_owner_today(reader, merchant, code, call->now_ms, &owner);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Code *message = reply_message(call, &beckon__v1__code__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    code_link(merchant, code->value, link);
    message->code = reply_code(call, code->value);
    message->owner = reply_party(call, owner);
    message->channel = (Beckon__V1__Channel)code->channel;
    message->campaign =
        reply_text_of(call, code->campaign, strnlen(code->campaign, CAMPAIGN_BYTES_MAX));
    message->usage_limit = code->usage_limit;
    message->usage_count = code->usage_count;
    message->created_at = reply_time(call, code->created_at);
    message->link = reply_text(call, link);
    if (code->starts_at != 0) message->starts_at = reply_time(call, code->starts_at);
    if (code->ends_at != 0) message->ends_at = reply_time(call, code->ends_at);
    if (code->revoked_at != 0) message->revoked_at = reply_time(call, code->revoked_at);
    if (message->code == NULL || message->owner == NULL || message->campaign == NULL ||
        message->created_at == NULL || message->link == NULL ||
        (code->starts_at != 0 && message->starts_at == NULL) ||
        (code->ends_at != 0 && message->ends_at == NULL) ||
        (code->revoked_at != 0 && message->revoked_at == NULL))
        return OUTCOME_BUSY;
    *ret = message;
    return fill_owners(reader, call, code, message);
}

enum outcome code_owner_allowed(struct command_call *call, struct party owner, const char *field)
{
    const struct principal *principal = &call->principal;

    if (principal->role != ROLE_GUIDE && principal->role != ROLE_MEMBER) return OUTCOME_OK;
    if (owner.kind == principal->party.kind && owner.number == principal->party.number)
        return OUTCOME_OK;
    return form_refuse(call, OUTCOME_NOT_YOURS, field, NULL);
}

enum outcome code_find(struct reader *reader, struct command_call *call,
                       const struct merchant *merchant, const char *text, struct code *ret)
{
    struct code_value value;
    struct code code;
    struct party owner;

    enum outcome outcome = form_code(call, text, "code", &value);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(codes_get(reader, value, &code), OUTCOME_CODE_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "code", NULL);
    outcome = code_owner_today(reader, merchant, &code, call->now_ms, &owner);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = code_owner_allowed(call, owner, "code");
    if (outcome == OUTCOME_OK) *ret = code;
    return outcome;
}
