#include "store/erasures.h"

#include <assert.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { ERASURE_BYTES_MAX = 128 };

static struct key erasure_key(uint32_t merchant, enum table table, struct party party)
{
    struct key key = key_begin(merchant, table);
    key_party(&key, party);
    return key;
}

static bool erasure_from_cold(const Beckon__Store__ColdErasure *cold, struct erasure *ret)
{
    bool known = (cold->party_kind == PARTY_MEMBER || cold->party_kind == PARTY_GUIDE) &&
                 cold->party_number != 0 && cold->reason >= ERASURE_REQUEST &&
                 cold->reason < ERASURE_REASON_COUNT && cold->erased_at != 0;
    if (!known) return false;
    *ret = (struct erasure){
        .party = {(enum party_kind)cold->party_kind, cold->party_number},
        .erased_at = cold->erased_at, .born_at = cold->born_at,
        .reason = (enum erasure_reason)cold->reason, .token = cold->token,
        .points = cold->points, .cash_minor = cold->cash_minor,
        .finished_at = cold->finished_at, .code = {cold->code}};
    return true;
}

enum store_result erasures_get(struct reader *reader, struct party party, struct erasure *ret)
{
    struct key key = erasure_key(reader->merchant, TABLE_ERASURE, party);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdErasure *cold =
        beckon__store__cold_erasure__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct erasure erasure;
    bool good = erasure_from_cold(cold, &erasure) && erasure.party.kind == party.kind &&
                erasure.party.number == party.number;
    beckon__store__cold_erasure__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = erasure;
    return STORE_OK;
}

void erasures_put(struct batch *batch, const struct erasure *erasure)
{
    assert(erasure->party.number != 0 && erasure->erased_at != 0);
    assert(erasure->reason >= ERASURE_REQUEST && erasure->reason < ERASURE_REASON_COUNT);
    Beckon__Store__ColdErasure cold = BECKON__STORE__COLD_ERASURE__INIT;
    uint8_t data[ERASURE_BYTES_MAX];
    cold.party_kind = (uint32_t)erasure->party.kind;
    cold.party_number = erasure->party.number;
    cold.erased_at = erasure->erased_at;
    cold.born_at = erasure->born_at;
    cold.reason = (uint32_t)erasure->reason;
    cold.token = erasure->token;
    cold.points = erasure->points;
    cold.cash_minor = erasure->cash_minor;
    cold.finished_at = erasure->finished_at;
    cold.code = erasure->code.symbols;
    assert(beckon__store__cold_erasure__get_packed_size(&cold) <= sizeof data);
    struct key key = erasure_key(batch->reader.merchant, TABLE_ERASURE, erasure->party);
    table_put(batch, &key, data, beckon__store__cold_erasure__pack(&cold, data));
    struct key open = erasure_key(batch->reader.merchant, TABLE_ERASURE_OPEN, erasure->party);
    if (erasure->finished_at == 0) table_put_empty(batch, &open);
    else table_delete(batch, &open);
}

enum store_result erasures_list(struct reader *reader, bool open, enum party_kind kind,
                                uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                size_t *ret_count)
{
    struct key prefix = key_begin(reader->merchant, open ? TABLE_ERASURE_OPEN : TABLE_ERASURE);
    key_u8(&prefix, (uint8_t)kind);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}
