/* The ticker's command for a rotation of the wrapping key: each run stages a portion of slots to be
 * wrapped anew with the commit that moves the rotation's place on; the last one ends it, and the
 * keys before are dropped.
 *
 * A portion that a crash cut short is done again: slots that are under the new key already stay. */
#include <assert.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "store/key_rotation.h"
#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/merchants.h"
#include "store/rewrap.h"

/* Files without slots that one run may pass by: merchants may have none at all. */
enum { FILES_PASSED_MAX = 96 };

/* Behind the last slot of a file: the first of the next kind, or of the next merchant.
 * STORE_ABSENT: that was the last. */
static enum store_result next_file(struct reader *reader, struct key_rotation *rotation)
{
    uint32_t merchant;
    size_t count = 0;

    rotation->number = 0;
    if (rotation->merchant != 0 && rotation->kind != PARTY_RUN) {
        rotation->kind = rotation->kind == PARTY_MEMBER ? PARTY_GUIDE : PARTY_RUN;
        return STORE_OK;
    }
    enum store_result result = merchants_list(reader, rotation->merchant, &merchant, 1, &count);
    if (result != STORE_OK) return result;
    if (count == 0) return STORE_ABSENT;
    rotation->merchant = merchant;
    rotation->kind = PARTY_MEMBER;
    return STORE_OK;
}

/* Moves to the next slots there are, *ret_count of them; 0: there were none on the way.
 * STORE_ABSENT: none is left. */
static enum store_result find_portion(struct reader *reader, struct key_rotation *rotation,
                                      size_t *ret_count)
{
    struct key_slots *slots = store_key_slots(reader->store);

    *ret_count = 0;
    for (int passed = 0; passed < FILES_PASSED_MAX; passed++) {
        uint32_t count = 0;
        enum store_result result = STORE_OK;
        if (rotation->merchant != 0)
            result = key_slots_count(slots, rotation->merchant, rotation->kind, &count);
        if (result == STORE_OK && rotation->number < count) {
            uint32_t left = count - rotation->number;
            *ret_count = left < REWRAP_PORTION ? left : REWRAP_PORTION;
            return STORE_OK;
        }
        if (result == STORE_OK) result = next_file(reader, rotation);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}

/* True when it has to wait: for the commit that brings the new key into use; at its end, for a
 * backup, whose slots may be read under the old one. */
static bool has_to_wait(struct store *store, const struct key_rotation *rotation, bool ends)
{
    return keyring_current(store_keyring(store)) != rotation->generation ||
           (ends && store_backup_runs(store));
}

/* Keys are the instance's, whoever's slots they are. */
static enum outcome tick_keys_merchant(struct reader *reader, struct command_call *call,
                                       uint32_t *ret_merchant)
{
    (void)reader, (void)call;
    *ret_merchant = 0;
    return OUTCOME_OK;
}

static size_t tick_keys_count(const ProtobufCMessage *request)
{
    (void)request;
    return 1;
}

static enum outcome tick_keys_write(struct batch *batch, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    struct key_rotation rotation;
    size_t count = 0;

    Beckon__Internal__TickKeysResponse *reply =
        reply_message(call, &beckon__internal__tick_keys_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    enum outcome outcome =
        command_outcome(key_rotation_get(&batch->reader, &rotation), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK || !key_rotation_runs(&rotation)) return outcome;
    enum store_result found = find_portion(&batch->reader, &rotation, &count);
    if (found != STORE_OK && found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    if (has_to_wait(batch->reader.store, &rotation, found == STORE_ABSENT)) return OUTCOME_OK;
    if (count > 0 && !batch_rewrap(batch, rotation.merchant, rotation.kind, rotation.number, count,
                                   rotation.generation))
        return OUTCOME_OK; /* the batch has one already */

    /* From here on nothing is refused. */
    assert(batch->reader.merchant == 0);
    assert(found == STORE_OK || count == 0);
    rotation.number += (uint32_t)count;
    rotation.slot_count += count;
    if (found == STORE_ABSENT) {
        rotation.finished_at = call->now_ms;
        batch_drop_wrapping_keys(batch, rotation.generation);
        reply->finished = rotation.generation;
    }
    reply->more = found == STORE_OK;
    reply->slot_count = rotation.slot_count;
    key_rotation_put(batch, &rotation);
    return OUTCOME_OK;
}

const struct command tick_keys = {
    .request = &beckon__internal__tick_keys_request__descriptor,
    .reply = &beckon__internal__tick_keys_response__descriptor,
    .write = tick_keys_write,
    .merchant = tick_keys_merchant,
    .row_count = tick_keys_count,
};
