#include "service/command/signing.h"

#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/guide_access.h"
#include "service/command/objects.h"
#include "service/limits.h"
#include "store/tokens.h"

/* ---- who counts ------------------------------------------------------------------------------ */

bool signing_token_alive(const struct token *token, uint64_t now_ms)
{
    if (token->revoked_at != 0) return false;
    return token->expires_at == 0 || now_ms < token->expires_at;
}

enum outcome signing_session_alive(struct reader *reader, const struct session *session,
                                   uint64_t now_ms)
{
    struct token token;

    if (now_ms >= session->expires_at) return OUTCOME_TOKEN_INVALID;
    if (session->owner.token == 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(tokens_get(reader, session->owner.token, &token), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return signing_token_alive(&token, now_ms) ? OUTCOME_OK : OUTCOME_TOKEN_INVALID;
}

bool signing_role(enum role role)
{
    return role == ROLE_SHOP_MANAGER || role == ROLE_PAYROLL || role == ROLE_AUDITOR ||
           role == ROLE_ADMIN;
}

/* ---- whose ----------------------------------------------------------------------------------- */

/* A manager signs in who is employed in his shop today. */
static enum outcome owner_guide(struct reader *reader, struct command_call *call,
                                const struct signing_name *name, struct sign_in_owner *ret)
{
    struct party party = {PARTY_GUIDE, name->guide};
    struct account account = {.status = ACCOUNT_ACTIVE};
    struct merchant merchant;
    struct guide_on_date today;

    enum outcome outcome =
        command_outcome(accounts_get(reader, party, &account), OUTCOME_GUIDE_UNKNOWN);
    if (outcome == OUTCOME_OK && name->alive && account.status != ACCOUNT_ACTIVE)
        outcome = OUTCOME_GUIDE_UNKNOWN; /* erased */
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "guide_number", NULL);
    if (call->principal.role == ROLE_SHOP_MANAGER && name->alive) {
        outcome = object_merchant(reader, &merchant);
        if (outcome == OUTCOME_OK)
            outcome = object_guide_on(reader, name->guide, &account,
                                      business_date_at(&merchant, call->now_ms), &today);
        if (outcome != OUTCOME_OK) return outcome;
        if (!today.employed || today.shop != call->principal.party.number)
            return form_refuse(call, OUTCOME_NOT_YOURS, "guide_number", NULL);
    } else if (!guide_visible(call, name->guide, &account)) {
        return form_refuse(call, OUTCOME_NOT_YOURS, "guide_number", NULL);
    }
    *ret = (struct sign_in_owner){.role = ROLE_GUIDE, .party = party};
    return OUTCOME_OK;
}

static enum outcome owner_token(struct reader *reader, struct command_call *call,
                                const struct signing_name *name, struct sign_in_owner *ret)
{
    struct token token;

    if (call->principal.role != ROLE_ADMIN)
        return form_refuse(call, OUTCOME_NOT_YOURS, "token_number", NULL);
    enum outcome outcome =
        command_outcome(tokens_get(reader, name->token, &token), OUTCOME_TOKEN_UNKNOWN);
    if (outcome == OUTCOME_OK && name->alive && !signing_token_alive(&token, call->now_ms))
        outcome = OUTCOME_TOKEN_UNKNOWN;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "token_number", NULL);
    if (!signing_role(token.role))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "token_number",
                           "SHOP_MANAGER, PAYROLL, AUDITOR, ADMIN");
    *ret = (struct sign_in_owner){
        .role = token.role, .party = token.party, .token = token.number};
    return OUTCOME_OK;
}

static enum outcome owner_member(struct reader *reader, struct command_call *call,
                                 const struct signing_name *name, struct sign_in_owner *ret)
{
    struct party party = {PARTY_MEMBER, name->member};
    struct account account;

    if (call->principal.role != ROLE_ADMIN)
        return form_refuse(call, OUTCOME_NOT_YOURS, "member_number", NULL);
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, &account), OUTCOME_MEMBER_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "member_number", NULL);
    *ret = (struct sign_in_owner){.role = ROLE_MEMBER, .party = party};
    return OUTCOME_OK;
}

enum outcome signing_owner(struct reader *reader, struct command_call *call,
                           const struct signing_name *name, struct sign_in_owner *ret_owner)
{
    unsigned named = (name->guide != 0) + (name->token != 0) + (name->member != 0);

    if (named == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide_number", NULL);
    if (named > 1) return form_refuse(call, OUTCOME_VALUE_INVALID, "guide_number", "one number");
    if (name->guide != 0) return owner_guide(reader, call, name, ret_owner);
    if (name->token != 0) return owner_token(reader, call, name, ret_owner);
    return owner_member(reader, call, name, ret_owner);
}

void signing_audit(struct command_call *call, const struct sign_in_owner *owner)
{
    if (owner->token != 0) audit_object(call, AUDIT_OF_TOKEN, owner->token);
    else if (owner->role == ROLE_GUIDE) audit_object(call, AUDIT_OF_GUIDE, owner->party.number);
    else audit_object(call, AUDIT_OF_MEMBER, owner->party.number);
}

/* ---- a session ------------------------------------------------------------------------------- */

static uint64_t life_ms(enum role role)
{
    if (role == ROLE_MEMBER) return LIMIT_SESSION_MEMBER_MS;
    return role == ROLE_GUIDE ? LIMIT_SESSION_GUIDE_MS : LIMIT_SESSION_DESK_MS;
}

enum outcome signing_load(struct reader *reader, struct command_call *call,
                          const struct sign_in_owner *owner, uint64_t proved_at,
                          struct signing *ret)
{
    uint8_t secret[SECRET_BYTES];
    struct token token = {.expires_at = 0};

    if (owner->token != 0) {
        enum outcome outcome =
            command_outcome(tokens_get(reader, owner->token, &token), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        if (!signing_token_alive(&token, call->now_ms)) return OUTCOME_TOKEN_INVALID;
    }
    enum outcome outcome =
        command_outcome(sign_in_owned_get(reader, owner, &ret->owned), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;

    struct session *session = &ret->session;
    *session = (struct session){.owner = *owner, .created_at = call->now_ms,
                                .expires_at = call->now_ms + life_ms(owner->role),
                                .proved_at = proved_at};
    if (token.expires_at != 0 && token.expires_at < session->expires_at)
        session->expires_at = token.expires_at;
    secret_from_seed(call->seed, 0, secret, sizeof secret);
    store_digest((struct bytes){secret, sizeof secret}, session->hash);
    secret_text_write(SECRET_SESSION, reader->merchant, secret, ret->secret);
    return OUTCOME_OK;
}

void signing_begin(struct batch *batch, const struct signing *signing)
{
    size_t count = signing->owned.session_count;
    assert(count <= SIGN_IN_SESSIONS_MAX);
    assert(signing->session.created_at < signing->session.expires_at);
    for (size_t i = 0; i < count; i++) {
        const struct session *other = &signing->owned.sessions[i];
        bool over = other->expires_at <= signing->session.created_at;
        if (over || i + SIGN_IN_SESSIONS_MAX < count + 1) sessions_delete(batch, other);
    }
    sessions_put(batch, &signing->session);
}

/* ---- links ----------------------------------------------------------------------------------- */

static bool link_read(const char *text, uint32_t *ret_merchant, uint8_t ret_secret[SECRET_BYTES])
{
    return secret_text_read(SECRET_LINK, text, strlen(text), ret_merchant, ret_secret);
}

enum outcome signing_link_merchant(struct command_call *call, const char *secret,
                                   uint32_t *ret_merchant)
{
    uint8_t bytes[SECRET_BYTES];

    if (secret[0] == '\0') return form_refuse(call, OUTCOME_FIELD_REQUIRED, "secret", NULL);
    call->guessed = !link_read(secret, ret_merchant, bytes);
    if (call->guessed) return form_refuse(call, OUTCOME_LINK_NOT_VALID, "secret", NULL);
    return OUTCOME_OK;
}

/* Whose the link is. STORE_ABSENT: his token is no more. */
static enum store_result link_owner(struct reader *reader, const struct command_call *call,
                                    const struct sign_in_link *link)
{
    struct token token;

    if (link->owner.token == 0) return STORE_OK;
    enum store_result found = tokens_get(reader, link->owner.token, &token);
    if (found != STORE_OK) return found;
    return signing_token_alive(&token, call->now_ms) ? STORE_OK : STORE_ABSENT;
}

/* Who made it. Links count for a week, and who has made one may have kept it: with a token that is
 * taken back its links go, and a manager's open nothing of a guide who works in his shop no longer.
 * LINK_NOT_VALID: so it is. */
static enum outcome link_maker(struct reader *reader, struct command_call *call,
                               const struct sign_in_link *link)
{
    struct token token;
    struct account account;
    struct merchant merchant;
    struct guide_on_date today;

    if (link->made_by == 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(tokens_get(reader, link->made_by, &token), OUTCOME_LINK_NOT_VALID);
    if (outcome == OUTCOME_OK && token.revoked_at != 0) outcome = OUTCOME_LINK_NOT_VALID;
    if (outcome != OUTCOME_OK || token.role != ROLE_SHOP_MANAGER) return outcome;
    outcome = command_outcome(accounts_get(reader, link->owner.party, &account),
                              OUTCOME_LINK_NOT_VALID);
    if (outcome == OUTCOME_OK) outcome = object_merchant(reader, &merchant);
    if (outcome == OUTCOME_OK)
        outcome = object_guide_on(reader, link->owner.party.number, &account,
                                  business_date_at(&merchant, call->now_ms), &today);
    if (outcome != OUTCOME_OK) return outcome;
    return today.employed && today.shop == token.party.number ? OUTCOME_OK
                                                              : OUTCOME_LINK_NOT_VALID;
}

enum outcome signing_link(struct reader *reader, struct command_call *call, const char *secret,
                          struct sign_in_link *ret)
{
    uint8_t bytes[SECRET_BYTES], hash[HASH_BYTES];
    uint32_t merchant = 0;
    struct sign_in_link link = {.expires_at = 0};
    enum store_result found = STORE_ABSENT;

    if (link_read(secret, &merchant, bytes) && merchant == reader->merchant && merchant != 0) {
        store_digest((struct bytes){bytes, sizeof bytes}, hash);
        found = sign_in_links_find(reader, hash, &link);
    }
    if (found == STORE_OK && call->now_ms >= link.expires_at) found = STORE_ABSENT;
    if (found == STORE_OK) found = link_owner(reader, call, &link);
    enum outcome outcome = command_outcome(found, OUTCOME_LINK_NOT_VALID);
    if (outcome == OUTCOME_OK) outcome = link_maker(reader, call, &link);
    call->guessed = outcome == OUTCOME_LINK_NOT_VALID;
    if (call->guessed) return form_refuse(call, outcome, "secret", NULL);
    if (outcome == OUTCOME_OK) *ret = link;
    return outcome;
}

/* ---- form ------------------------------------------------------------------------------------ */

enum outcome signing_merchant(struct command_call *call, uint32_t number, uint32_t *ret_merchant)
{
    if (number == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "merchant_number", NULL);
    *ret_merchant = number;
    return OUTCOME_OK;
}

enum outcome signing_digits(struct command_call *call, const char *text,
                            char ret_digits[SIGNING_DIGITS + 1])
{
    size_t count = 0;

    if (text[0] == '\0') return form_refuse(call, OUTCOME_FIELD_REQUIRED, "code", NULL);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == ' ') continue;
        if (*at < '0' || *at > '9' || count == SIGNING_DIGITS)
            return form_refuse(call, OUTCOME_VALUE_INVALID, "code", "6 digits");
        ret_digits[count++] = *at;
    }
    if (count != SIGNING_DIGITS)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "code", "6 digits");
    ret_digits[count] = '\0';
    return OUTCOME_OK;
}
