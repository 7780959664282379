/* Which wrapping key is in use, and how far a rotation is. */
#include "beckon/v1/store_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "store/key_rotation.h"
#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/merchants.h"

enum { MERCHANTS_PORTION = 64 };

/* Places for slots in all files, those of erased people among them. */
static enum store_result count_slots(struct reader *reader, uint64_t *ret_count)
{
    static const enum party_kind KINDS[] = {PARTY_MEMBER, PARTY_GUIDE, PARTY_RUN};
    struct key_slots *slots = store_key_slots(reader->store);
    uint32_t numbers[MERCHANTS_PORTION], after = 0, count = 0;
    uint64_t total = 0;
    size_t listed = 0;

    do {
        enum store_result result =
            merchants_list(reader, after, numbers, MERCHANTS_PORTION, &listed);
        for (size_t i = 0; i < listed && result == STORE_OK; i++) {
            after = numbers[i];
            for (size_t k = 0; k < sizeof KINDS / sizeof KINDS[0] && result == STORE_OK; k++) {
                result = key_slots_count(slots, after, KINDS[k], &count);
                total += count;
            }
        }
        if (result != STORE_OK) return result;
    } while (listed == MERCHANTS_PORTION);
    *ret_count = total;
    return STORE_OK;
}

static enum outcome get_key_status_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    struct key_rotation rotation;
    uint64_t slot_count = 0;

    enum outcome outcome = command_outcome(key_rotation_get(reader, &rotation), OUTCOME_INTERNAL);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(count_slots(reader, &slot_count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetKeyStatusResponse *reply =
        reply_message(call, &beckon__v1__get_key_status_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->generation = keyring_current(store_keyring(reader->store));
    reply->slot_count = slot_count;
    reply->from_generation = rotation.from;
    reply->running = key_rotation_runs(&rotation);
    if (rotation.from != 0) {
        reply->rewrapped_count = rotation.slot_count;
        reply->started_at = reply_time(call, rotation.started_at);
        if (reply->started_at == NULL) return OUTCOME_BUSY;
    }
    if (rotation.finished_at != 0) {
        reply->finished_at = reply_time(call, rotation.finished_at);
        if (reply->finished_at == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_key_status = {
    .request = &beckon__v1__get_key_status_request__descriptor,
    .reply = &beckon__v1__get_key_status_response__descriptor,
    .read = get_key_status_read,
};
