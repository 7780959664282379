/* Makes a link that signs in once. The secret is in the first answer and never again: the store
 * keeps its digest. Of one owner the oldest link goes where there are as many as may be. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/qr_image.h"
#include "service/command/reply.h"
#include "service/command/signing.h"
#include "service/limits.h"
#include "service/rules/link_base.h"
#include "store/tokens.h"

static void fill_fingerprint(const struct batch *batch,
                             const Beckon__V1__CreateSignInLinkRequest *request,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "sign_in_link");
    fingerprint_number(&fingerprint, request->guide_number);
    fingerprint_number(&fingerprint, request->token_number);
    fingerprint_number(&fingerprint, request->valid_minutes);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

/* BASE/in/SECRET. A symbol of so long a text has at most 57 modules a side (version 10), and one
 * piece of the SVG's path for two of them. */
enum {
    LINK_BYTES = LINK_BASE_BYTES_MAX + 8 + SECRET_TOKEN_TEXT_BYTES,
    IMAGE_BYTES = 32 * 1024,
    ROOM_BYTES = REPLY_MESSAGE_BYTES + LINK_BYTES + IMAGE_BYTES,
};

/* The beginning of the link, in lower case as people read it; empty: none was asked for. */
static enum outcome form_base(struct command_call *call, const char *typed,
                              char ret_base[LINK_BASE_BYTES_MAX + 1])
{
    struct bytes text = {(const uint8_t *)typed, strlen(typed)};
    ret_base[0] = '\0';
    if (text.size > 0 && !link_base_parse(text, ret_base))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "link_base",
                           "HTTP://HOST[:PORT], HTTPS://HOST[:PORT]");
    for (char *c = ret_base; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    return OUTCOME_OK;
}

/* The whole link and its image, in bytes: the secret's case counts. Before the LINE: it may refuse,
 * and what it draws is no record. */
static enum outcome draw_link(struct command_call *call, const char *base, const char *secret,
                              Beckon__V1__CreateSignInLinkResponse *reply)
{
    static const struct qr_options options = {
        .format = QR_SVG, .level = QR_LEVEL_M, .module_pixels = 6,
        .quiet_modules = QR_QUIET_MODULES_MIN, .bytes = true,
    };
    char link[LINK_BYTES];
    int size = snprintf(link, sizeof link, "%s/in/%s", base, secret);
    assert(size > 0 && size < LINK_BYTES);
    reply->link = reply_text(call, link);
    return reply->link != NULL ? qr_image(call, link, &options, IMAGE_BYTES, &reply->image)
                               : OUTCOME_BUSY;
}

static enum outcome reply_with(struct command_call *call, uint64_t expires_at, const char *secret,
                               const char *base, ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateSignInLinkResponse *reply =
        reply_message(call, &beckon__v1__create_sign_in_link_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->secret = reply_text(call, secret);
    reply->expires_at = reply_time(call, expires_at);
    reply->already_created = secret[0] == '\0';
    if (reply->secret == NULL || reply->expires_at == NULL) return OUTCOME_BUSY;
    enum outcome outcome = base[0] != '\0' ? draw_link(call, base, secret, reply) : OUTCOME_OK;
    if (outcome == OUTCOME_OK) *ret_reply = &reply->base;
    return outcome;
}

static enum outcome form_minutes(struct command_call *call, uint32_t minutes, uint32_t *ret)
{
    static_assert(LIMIT_LINK_MINUTES == 10080, "the words say so");
    if (minutes > LIMIT_LINK_MINUTES)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "valid_minutes", "1..10080");
    *ret = minutes != 0 ? minutes : LIMIT_LINK_MINUTES_DEFAULT;
    return OUTCOME_OK;
}

/* Behind the LINE. */
static void put(struct batch *batch, const struct sign_in_owned *owned,
                const struct sign_in_link *link)
{
    for (size_t i = 0; i < owned->link_count; i++) {
        bool over = owned->links[i].expires_at <= link->created_at;
        if (over || i + SIGN_IN_LINKS_MAX < owned->link_count + 1)
            sign_in_links_delete(batch, &owned->links[i]);
    }
    sign_in_links_put(batch, link);
}

static enum outcome create_sign_in_link_write(struct batch *batch, struct command_call *call,
                                              ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CreateSignInLinkRequest *request =
        (const Beckon__V1__CreateSignInLinkRequest *)call->request;
    struct signing_name name = {
        .guide = request->guide_number, .token = request->token_number, .alive = true};
    char text[SECRET_TOKEN_TEXT_BYTES], base[LINK_BASE_BYTES_MAX + 1];
    uint8_t secret[SECRET_BYTES];
    struct sign_in_link link = {.created_at = call->now_ms, .made_by = call->principal.token};
    struct sign_in_owned owned;
    struct request known, fresh;
    struct bytes id;
    uint32_t minutes = 0;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome == OUTCOME_OK) outcome = form_minutes(call, request->valid_minutes, &minutes);
    if (outcome == OUTCOME_OK) outcome = form_base(call, request->link_base, base);
    if (outcome != OUTCOME_OK) return outcome;
    /* What is another's is refused even as a replay; whose token went since, is still told. */
    enum outcome owned_by = signing_owner(&batch->reader, call, &name, &link.owner);
    if (owned_by == OUTCOME_AGAIN || owned_by == OUTCOME_NOT_YOURS) return owned_by;
    fill_fingerprint(batch, request, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_SIGN_IN_LINK, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        call->refusal = (struct refusal){.field = NULL};
        return reply_with(call, known.object, "", "", ret_reply);
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = owned_by;
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(sign_in_owned_get(&batch->reader, &link.owner, &owned),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = reply_reserve(call, base[0] != '\0' ? ROOM_BYTES : REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    secret_from_seed(call->seed, 0, secret, sizeof secret);
    secret_text_write(SECRET_LINK, call->merchant, secret, text);
    link.expires_at = call->now_ms + (uint64_t)minutes * 60000;
    outcome = reply_with(call, link.expires_at, text, base, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this link must come to be. */
    store_digest((struct bytes){secret, sizeof secret}, link.hash);
    fresh.object = link.expires_at;
    put(batch, &owned, &link);
    requests_put(batch, REQUEST_SIGN_IN_LINK, id, &fresh);
    signing_audit(call, &link.owner);
    audit_fact_number(call, "minutes", minutes);
    return OUTCOME_OK;
}

const struct command create_sign_in_link = {
    .request = &beckon__v1__create_sign_in_link_request__descriptor,
    .reply = &beckon__v1__create_sign_in_link_response__descriptor,
    .write = create_sign_in_link_write,
    .audited = AUDIT_CREATE_SIGN_IN_LINK,
};
