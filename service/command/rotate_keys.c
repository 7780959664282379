/* Begins a rotation of the wrapping key: a new one is made, new key slots are under it from the
 * commit on, and the ticker (tick_keys) wraps those that are there.
 *
 * The generation that is left is the request's natural key: asked again, the first answer. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/store_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "store/key_rotation.h"
#include "store/keyring.h"

typedef Beckon__V1__RotateKeysRequest rotate_request;
typedef Beckon__V1__RotateKeysResponse rotate_reply;

enum { KEY_STREAM = 0 }; /* of the command's seed */

static enum outcome fill(struct command_call *call, const struct key_rotation *rotation,
                         ProtobufCMessage **ret_reply)
{
    rotate_reply *reply = reply_message(call, &beckon__v1__rotate_keys_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->generation = rotation->generation;
    reply->started_at = reply_time(call, rotation->started_at);
    if (reply->started_at == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

/* What begins now: the ring may know later keys than the records, after a restore. */
static struct key_rotation plan(const struct command_call *call, struct keyring *ring,
                                const struct key_rotation *before)
{
    uint32_t last = keyring_last(ring);
    if (before->generation > last) last = before->generation;
    return (struct key_rotation){.generation = last + 1, .from = keyring_current(ring),
                                 .started_at = call->now_ms, .kind = PARTY_MEMBER};
}

static enum outcome rotate_keys_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const rotate_request *request = (const rotate_request *)call->request;
    struct keyring *ring = store_keyring(batch->reader.store);
    struct key_rotation rotation;
    uint8_t key[WRAPPING_KEY_BYTES];

    if (request->generation == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "generation", NULL);
    enum outcome outcome =
        command_outcome(key_rotation_get(&batch->reader, &rotation), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (rotation.from == request->generation) return fill(call, &rotation, ret_reply);
    if (key_rotation_runs(&rotation))
        return form_refuse(call, OUTCOME_KEY_ROTATION_RUNS, "generation", NULL);
    if (request->generation != keyring_current(ring))
        return form_refuse(call, OUTCOME_KEY_GENERATION_DIFFERS, "generation",
                           reply_number(call, keyring_current(ring)));
    rotation = plan(call, ring, &rotation);
    outcome = fill(call, &rotation, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    secret_from_seed(call->seed, KEY_STREAM, key, sizeof key);
    audit_object(call, AUDIT_OF_INSTANCE, 0);
    audit_fact_number(call, "generation", rotation.generation);

    /* From here on nothing is refused. */
    assert(batch->reader.merchant == 0);
    assert(rotation.generation > rotation.from);
    batch_add_wrapping_key(batch, rotation.generation, key);
    key_rotation_put(batch, &rotation);
    explicit_bzero(key, sizeof key);
    return OUTCOME_OK;
}

const struct command rotate_keys = {
    .request = &beckon__v1__rotate_keys_request__descriptor,
    .reply = &beckon__v1__rotate_keys_response__descriptor,
    .write = rotate_keys_write,
    .audited = AUDIT_ROTATE_KEYS,
};
