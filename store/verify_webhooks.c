/* Hooks: each has its state, of the same revision, and a secret that opens; none is ahead of the
 * numbers given out. */
#include <string.h>

#include <sodium.h>

#include "store/verify_inner.h"
#include "store/webhooks.h"

static enum store_result visit_webhook(struct verify *verify, struct bytes key, struct bytes value)
{
    struct webhook_state state;
    struct webhook webhook;
    uint8_t secret[WEBHOOK_SECRET_BYTES];
    uint32_t last;
    if (key.size == KEY_REST_OFFSET && value.size == sizeof last) return STORE_OK; /* the head */
    if (key.size != KEY_REST_OFFSET + 4 || webhook_decode(value, &webhook) != STORE_OK ||
        webhook.number != key_read_u32(key, KEY_REST_OFFSET) || webhook.number == 0 ||
        webhook.url[0] == '\0') {
        verify_found(verify, "webhooks: a damaged record");
        return STORE_OK;
    }
    enum store_result result =
        webhooks_unseal(&verify->reader, webhook.number, webhook.secret, secret);
    if (result == STORE_OK && webhook.old_until != 0)
        result = webhooks_unseal(&verify->reader, webhook.number, webhook.old_secret, secret);
    sodium_memzero(secret, sizeof secret);
    if (result != STORE_OK)
        verify_found(verify, "webhooks: a secret of %lu does not open",
                     (unsigned long)webhook.number);
    do result = webhooks_last(&verify->reader, &last);
    while (verify_again(verify, result));
    if (result == STORE_OK && webhook.number > last)
        verify_found(verify, "webhooks: number %lu is beyond the last given out",
                     (unsigned long)webhook.number);
    if (result == STORE_OK)
        do result = webhooks_state_get(&verify->reader, webhook.number, &state);
        while (verify_again(verify, result));
    if (result == STORE_OK && state.revision == webhook.revision) return STORE_OK;
    verify_found(verify, "webhooks: %lu has %s state", (unsigned long)webhook.number,
                 result == STORE_OK ? "an older" : verify_word(result));
    return result == STORE_OK ? STORE_OK : verify_fatal(result);
}

static enum store_result visit_state(struct verify *verify, struct bytes key, struct bytes value)
{
    struct webhook_state state;
    struct webhook webhook;
    if (key.size != KEY_REST_OFFSET + 4 || webhook_state_decode(value, &state) != STORE_OK ||
        state.number != key_read_u32(key, KEY_REST_OFFSET) ||
        (state.off == WEBHOOK_ON) != (state.off_since == 0) ||
        state.test_answered > state.test_asked) {
        verify_found(verify, "webhook states: a damaged record");
        return STORE_OK;
    }
    enum store_result result;
    do result = webhooks_get(&verify->reader, state.number, &webhook);
    while (verify_again(verify, result));
    if (result == STORE_OK) return STORE_OK;
    if (result != STORE_ABSENT) return verify_fatal(result); /* damage is told above */
    verify_found(verify, "webhook states: %lu is nobody's", (unsigned long)state.number);
    return STORE_OK;
}

enum store_result verify_webhooks(struct verify *verify)
{
    enum store_result result = verify_table(verify, TABLE_WEBHOOK, "webhooks", visit_webhook);
    if (result != STORE_OK) return result;
    return verify_table(verify, TABLE_WEBHOOK_STATE, "webhook states", visit_state);
}
