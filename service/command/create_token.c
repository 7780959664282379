/* Makes a bearer token. The secret is in the first answer and never again: the store keeps its
 * digest. At most two live tokens per principal; for roles bound to nobody a principal is the role
 * and the label, which names the person. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/merchant_message.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/token_message.h"
#include "service/limits.h"
#include "store/tokens.h"

enum { SCANNED_MAX = 256 }; /* live tokens of a role that are looked through for the label */

static enum outcome create_token_merchant(struct reader *reader, struct command_call *call,
                                          uint32_t *ret_merchant)
{
    const Beckon__V1__CreateTokenRequest *request =
        (const Beckon__V1__CreateTokenRequest *)call->request;

    (void)reader;
    if (request->token == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "token", NULL);
    bool for_operator = request->token->role == BECKON__V1__ROLE__ROLE_OPERATOR;
    if (for_operator && call->principal.role != ROLE_OPERATOR)
        return form_refuse(call, OUTCOME_ROLE_NOT_ALLOWED, "token.role", "OPERATOR");
    if (for_operator) {
        *ret_merchant = 0;
        return OUTCOME_OK;
    }
    return merchant_named(call, request->merchant_number, "merchant_number", ret_merchant);
}

/* Whom the token is for: the kind of party each role is bound to. */
static enum outcome form_principal(struct batch *batch, struct command_call *call,
                                   const Beckon__V1__CreateTokenRequest *request,
                                   struct token *token)
{
    static const unsigned kinds[ROLE_COUNT] = {
        [ROLE_MEMBER] = 1u << PARTY_MEMBER, [ROLE_GUIDE] = 1u << PARTY_GUIDE,
        [ROLE_POS] = 1u << PARTY_SHOP, [ROLE_SHOP_MANAGER] = 1u << PARTY_SHOP,
    };
    const Beckon__V1__Token *message = request->token;

    if (message->role < 1 || (int)message->role >= (int)ROLE_COUNT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "token.role", "MEMBER .. INTEGRATION");
    token->role = (enum role)message->role;
    if (kinds[token->role] == 0) {
        if (message->principal != NULL || request->shop_id[0] != '\0')
            return form_refuse(call, OUTCOME_VALUE_INVALID, "token.principal", "-");
        return OUTCOME_OK;
    }
    if (kinds[token->role] == 1u << PARTY_SHOP && request->shop_id[0] != '\0') {
        token->party.kind = PARTY_SHOP;
        return object_shop(&batch->reader, call, request->shop_id, "shop_id",
                           &token->party.number);
    }
    enum outcome outcome = form_party(call, message->principal, "token.principal",
                                      kinds[token->role], &token->party);
    if (outcome != OUTCOME_OK) return outcome;
    return object_party(&batch->reader, call, token->party, "token.principal.number");
}

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               const Beckon__V1__CreateTokenRequest *request, struct token *token)
{
    char label[CAMPAIGN_BYTES_MAX + 1];

    enum outcome outcome = form_principal(batch, call, request, token);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, request->token->label, "token.label", 0, CAMPAIGN_BYTES_MAX - 1,
                        label);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(token->label, label, strlen(label));
    outcome = form_time(call, request->token->expires_at, "token.expires_at", &token->expires_at);
    if (outcome != OUTCOME_OK) return outcome;
    return OUTCOME_OK;
}

/* Two live tokens are enough for rotation. */
static enum outcome check_count(struct batch *batch, struct command_call *call,
                                const struct token *token)
{
    uint32_t numbers[SCANNED_MAX];
    size_t count, alive = 0;

    enum outcome outcome = command_outcome(
        tokens_of(&batch->reader, token->role, token->party, numbers, SCANNED_MAX, &count),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (count == SCANNED_MAX)
        return form_refuse(call, OUTCOME_TOKENS_TOO_MANY, "token", "256");
    for (size_t i = 0; i < count; i++) {
        struct token other;
        outcome = command_outcome(tokens_get(&batch->reader, numbers[i], &other),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        bool expired = other.expires_at != 0 && other.expires_at <= call->now_ms;
        bool same_person = token->party.kind != PARTY_NONE ||
                           memcmp(other.label, token->label, sizeof other.label) == 0;
        if (!expired && same_person) alive++;
    }
    if (alive >= LIMIT_TOKENS_PER_PRINCIPAL)
        return form_refuse(call, OUTCOME_TOKENS_TOO_MANY, "token", "2");
    return OUTCOME_OK;
}

static void fill_fingerprint(const struct batch *batch, const struct token *token,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;
    char label[CAMPAIGN_BYTES_MAX + 1] = "";

    memcpy(label, token->label, sizeof token->label);
    fingerprint_begin(&fingerprint, "token");
    fingerprint_number(&fingerprint, token->role);
    fingerprint_number(&fingerprint, token->party.kind);
    fingerprint_number(&fingerprint, token->party.number);
    fingerprint_text(&fingerprint, label);
    fingerprint_number(&fingerprint, (int64_t)token->expires_at);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

static enum outcome reply_with(struct command_call *call, const struct token *token,
                               const char *secret, ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateTokenResponse *reply =
        reply_message(call, &beckon__v1__create_token_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->token = token_message(call, token);
    reply->secret = reply_text(call, secret);
    reply->already_created = secret[0] == '\0';
    *ret_reply = &reply->base;
    return reply->token != NULL && reply->secret != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome create_token_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CreateTokenRequest *request =
        (const Beckon__V1__CreateTokenRequest *)call->request;
    char text[SECRET_TOKEN_TEXT_BYTES];
    uint8_t secret[SECRET_BYTES];
    struct token token = {0};
    struct request known, fresh;
    struct numbers numbers;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->merchant != 0) {
        struct merchant merchant;
        outcome = object_merchant(&batch->reader, &merchant);
        if (outcome != OUTCOME_OK) return outcome;
    }
    outcome = check_form(batch, call, request, &token);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &token, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_CREATE_TOKEN, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        outcome = command_outcome(tokens_get(&batch->reader, (uint32_t)known.object, &token),
                                  OUTCOME_STORE_DAMAGED);
        return outcome == OUTCOME_OK ? reply_with(call, &token, "", ret_reply) : outcome;
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    if (token.expires_at != 0 && token.expires_at <= call->now_ms)
        return form_refuse(call, OUTCOME_TIME_INVALID, "token.expires_at", "> now");
    outcome = check_count(batch, call, &token);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(numbers_get(&batch->reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (numbers.token == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    outcome = reply_reserve(call, TOKEN_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this token must come to be. */
    secret_from_seed(call->seed, 0, secret, sizeof secret);
    store_digest((struct bytes){secret, sizeof secret}, token.hash);
    token.number = ++numbers.token;
    token.created_at = call->now_ms;
    fresh.object = token.number;
    numbers_put(batch, &numbers);
    audit_token(call, &token);
    tokens_put(batch, &token);
    requests_put(batch, REQUEST_CREATE_TOKEN, id, &fresh);
    secret_token_write(call->merchant, secret, text);
    outcome = reply_with(call, &token, text, ret_reply);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

const struct command create_token = {
    .request = &beckon__v1__create_token_request__descriptor,
    .reply = &beckon__v1__create_token_response__descriptor,
    .write = create_token_write,
    .audited = AUDIT_CREATE_TOKEN,
    .merchant = create_token_merchant,
};
