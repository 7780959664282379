/* Everybody's key: each slot opens under the wrapping keys there are, none is left under one that a
 * finished rotation has dropped, and nobody who has a sealed profile lacks a slot.
 *
 * Slots are no part of a snapshot: they are asked as they are now. */
#include "store/key_rotation.h"
#include "store/key_slots.h"
#include "store/verify_inner.h"

enum { SLOTS_PORTION = 256 };

static const char *slot_kind(enum party_kind kind)
{
    return kind == PARTY_RUN ? "settlement run" : verify_kind(kind);
}

/* One that doesn't open may just have been written; a look of its own settles it. */
static enum store_result check_slot(struct verify *verify, struct party party,
                                    const uint8_t *slot, uint32_t least)
{
    struct key_slots *slots = store_key_slots(verify->store);
    uint8_t data_key[DATA_KEY_BYTES];

    if (key_slots_generation(slot) >= least &&
        key_slots_unwrap(slots, verify->merchant, party, slot, data_key) == STORE_OK)
        return STORE_OK;
    enum store_result result = key_slots_data_key(slots, verify->merchant, party, data_key);
    if (result == STORE_ABSENT) return STORE_OK;
    if (result == STORE_DAMAGED)
        verify_found(verify, "keys: that of %s %lu doesn't open", slot_kind(party.kind),
                     (unsigned long)party.number);
    else if (result == STORE_OK && key_slots_generation(slot) < least)
        verify_found(verify, "keys: that of %s %lu is under wrapping key %lu, which is dropped",
                     slot_kind(party.kind), (unsigned long)party.number,
                     (unsigned long)key_slots_generation(slot));
    return result == STORE_OK ? result : verify_fatal(result);
}

static enum store_result check_file(struct verify *verify, enum party_kind kind, uint32_t least)
{
    uint8_t portion[SLOTS_PORTION * KEY_SLOT_BYTES];
    uint32_t first = 0;
    size_t count = SLOTS_PORTION;

    while (count == SLOTS_PORTION) {
        enum store_result result =
            key_slots_read_range(store_key_slots(verify->store), verify->merchant, kind, first,
                                 SLOTS_PORTION, portion, &count);
        for (size_t i = 0; i < count && result == STORE_OK; i++) {
            struct party party = {kind, first + (uint32_t)i};
            result = check_slot(verify, party, portion + i * KEY_SLOT_BYTES, least);
        }
        if (result == STORE_OK) result = verify_snapshot(verify);
        if (result != STORE_OK) return result;
        first += SLOTS_PORTION;
    }
    return STORE_OK;
}

/* ---- whose profile is sealed ----------------------------------------------------------------- */

/* Who was erased since the snapshot has neither any more, and the profile went first. */
static enum store_result profile_left(struct verify *verify, struct bytes key)
{
    struct reader now;
    struct bytes value;

    enum store_result result = reader_open(verify->store, &now);
    if (result != STORE_OK) return result;
    now.merchant = verify->merchant;
    do result = reader_get(&now, key, &value);
    while (result == STORE_NEED && kv_fetch(now.snapshot) == STORE_OK);
    reader_close(&now);
    return result;
}

static enum store_result visit_profile(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    uint8_t slot[KEY_SLOT_BYTES];

    (void)value;
    if (key.size != KEY_REST_OFFSET + 5) return STORE_OK; /* verify_people names it */
    struct party party = {(enum party_kind)key.data[KEY_REST_OFFSET],
                          key_read_u32(key, KEY_REST_OFFSET + 1)};
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) return STORE_OK;
    enum store_result result =
        key_slots_read(store_key_slots(verify->store), verify->merchant, party, slot);
    if (result != STORE_ABSENT) return result;
    result = profile_left(verify, key);
    if (result == STORE_OK)
        verify_found(verify, "keys: %s %lu has a sealed profile and no key",
                     verify_kind(party.kind), (unsigned long)party.number);
    return result == STORE_OK ? result : verify_fatal(result);
}

enum store_result verify_keys(struct verify *verify)
{
    static const enum party_kind KINDS[] = {PARTY_MEMBER, PARTY_GUIDE, PARTY_RUN};
    struct key_rotation rotation;
    enum store_result result = verify_snapshot(verify);

    if (result != STORE_OK) return result;
    do result = key_rotation_get(&verify->reader, &rotation);
    while (verify_again(verify, result));
    if (result != STORE_OK) {
        verify_found(verify, "keys: damaged record of the wrapping keys");
        return verify_fatal(result);
    }
    /* Slots of a rotation that runs are under either key. */
    uint32_t least = key_rotation_runs(&rotation) ? rotation.from : rotation.generation;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0] && result == STORE_OK; i++)
        result = check_file(verify, KINDS[i], least);
    return result == STORE_OK
               ? verify_table(verify, TABLE_PROFILE, "profiles", visit_profile)
               : result;
}
