#include "store/adjustments.h"

#include <assert.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { ADJUSTMENT_BYTES_MAX = 1024 };

static struct key adjustment_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_ADJUSTMENT);
    key_u32(&key, number);
    return key;
}

static bool adjustment_from_cold(const Beckon__Store__ColdAdjustment *cold,
                                 struct adjustment *ret)
{
    bool party = (cold->party_kind == PARTY_MEMBER || cold->party_kind == PARTY_GUIDE) &&
                 cold->party_number != 0;
    if (!party || cold->unit >= UNIT_COUNT || cold->kind < ADJUSTMENT_BALANCE ||
        cold->kind > ADJUSTMENT_RELEASE || cold->state < ADJUSTMENT_POSTED ||
        cold->state > ADJUSTMENT_REJECTED)
        return false;
    *ret = (struct adjustment){
        .number = cold->number, .kind = (enum adjustment_kind)cold->kind,
        .party = {(enum party_kind)cold->party_kind, cold->party_number},
        .unit = (enum unit)cold->unit, .amount = cold->amount,
        .state = (enum adjustment_state)cold->state, .proposed = cold->proposed,
        .created_at = cold->created_at, .created_by = cold->created_by,
        .decided_at = cold->decided_at, .decided_by = cold->decided_by, .entry = cold->entry,
        .credit = cold->credit,
    };
    return table_copy_text(ret->reason, sizeof ret->reason, cold->reason) &&
           table_copy_text(ret->decision_reason, sizeof ret->decision_reason,
                           cold->decision_reason);
}

enum store_result adjustments_get(struct reader *reader, uint32_t number, struct adjustment *ret)
{
    struct key key = adjustment_key(reader->merchant, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdAdjustment *cold =
        beckon__store__cold_adjustment__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct adjustment adjustment;
    bool good = adjustment_from_cold(cold, &adjustment) && adjustment.number == number;
    beckon__store__cold_adjustment__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = adjustment;
    return STORE_OK;
}

enum store_result adjustments_last(struct reader *reader, uint32_t *ret_number)
{
    struct key from = adjustment_key(reader->merchant, 0);
    struct key to = adjustment_key(reader->merchant, UINT32_MAX);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_number = 0;
        return STORE_OK;
    }
    if (result == STORE_OK && key.size != from.size) return STORE_DAMAGED;
    if (result == STORE_OK) *ret_number = key_read_u32(key, KEY_REST_OFFSET);
    return result;
}

void adjustments_put(struct batch *batch, const struct adjustment *adjustment)
{
    Beckon__Store__ColdAdjustment cold = BECKON__STORE__COLD_ADJUSTMENT__INIT;
    assert(adjustment->number != 0 && adjustment->reason[0] != '\0');
    assert(adjustment->state != ADJUSTMENT_PROPOSED || adjustment->proposed);
    cold.number = adjustment->number;
    cold.kind = adjustment->kind;
    cold.party_kind = adjustment->party.kind;
    cold.party_number = adjustment->party.number;
    cold.unit = adjustment->unit;
    cold.amount = adjustment->amount;
    cold.reason = table_text(adjustment->reason);
    cold.state = adjustment->state;
    cold.proposed = adjustment->proposed;
    cold.created_at = adjustment->created_at;
    cold.created_by = adjustment->created_by;
    cold.decided_at = adjustment->decided_at;
    cold.decided_by = adjustment->decided_by;
    cold.decision_reason = table_text(adjustment->decision_reason);
    cold.entry = adjustment->entry;
    cold.credit = adjustment->credit;

    uint8_t data[ADJUSTMENT_BYTES_MAX];
    assert(beckon__store__cold_adjustment__get_packed_size(&cold) <= sizeof data);
    struct key key = adjustment_key(batch->reader.merchant, adjustment->number);
    table_put(batch, &key, data, beckon__store__cold_adjustment__pack(&cold, data));
}
