#include "store/held_carried.h"

#include <assert.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { CARRIED_BYTES_MAX = 256, CARRIED_KEY_BYTES = KEY_REST_OFFSET + 4 + 5 + 8 };

static struct key carried_key(uint32_t merchant, uint32_t run, struct party party,
                              uint64_t credit)
{
    struct key key = key_begin(merchant, TABLE_HELD_CARRIED);
    key_u32(&key, run);
    key_party(&key, party);
    key_u64(&key, credit);
    assert(key.size == CARRIED_KEY_BYTES);
    return key;
}

enum store_result held_carried_get(struct reader *reader, uint32_t run, struct party party,
                                   uint64_t credit, struct held_carried *ret)
{
    struct key key = carried_key(reader->merchant, run, party, credit);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdHeldCarried *cold =
        beckon__store__cold_held_carried__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct held_carried carried = {.run = run, .party = party, .credit = credit,
                                   .carried_at = cold->carried_at,
                                   .carried_by = cold->carried_by};
    bool good = cold->reason[0] != '\0' && cold->carried_at != 0 &&
                table_copy_text(carried.reason, sizeof carried.reason, cold->reason);
    beckon__store__cold_held_carried__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = carried;
    return STORE_OK;
}

void held_carried_put(struct batch *batch, const struct held_carried *carried)
{
    Beckon__Store__ColdHeldCarried cold = BECKON__STORE__COLD_HELD_CARRIED__INIT;
    assert(carried->run != 0 && carried->credit != 0);
    assert(carried->reason[0] != '\0' && carried->carried_at != 0);
    cold.reason = table_text(carried->reason);
    cold.carried_at = carried->carried_at;
    cold.carried_by = carried->carried_by;

    uint8_t data[CARRIED_BYTES_MAX];
    assert(beckon__store__cold_held_carried__get_packed_size(&cold) <= sizeof data);
    struct key key = carried_key(batch->reader.merchant, carried->run, carried->party,
                                 carried->credit);
    table_put(batch, &key, data, beckon__store__cold_held_carried__pack(&cold, data));
}

bool held_carried_key_read(struct bytes key, uint32_t *ret_run, struct party *ret_party,
                           uint64_t *ret_credit)
{
    const uint8_t *data = key.data;
    if (key.size != CARRIED_KEY_BYTES) return false;
    *ret_run = key_read_u32(key, KEY_REST_OFFSET);
    *ret_party = (struct party){(enum party_kind)data[KEY_REST_OFFSET + 4],
                                key_read_u32(key, KEY_REST_OFFSET + 5)};
    *ret_credit = key_read_u64(key, KEY_REST_OFFSET + 9);
    return true;
}
