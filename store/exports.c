#include "store/exports.h"

#include <assert.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { EXPORT_BYTES_MAX = 64 };

static struct key run_prefix(uint32_t merchant, uint32_t run)
{
    struct key key = key_begin(merchant, TABLE_EXPORT);
    assert(run != 0);
    key_u32(&key, run);
    return key;
}

static bool event_from_cold(const Beckon__Store__ColdExport *cold, struct export_event *ret)
{
    if (cold->profile == 0 || cold->format == 0 || cold->payees == 0 ||
        cold->profile > UINT8_MAX || cold->format > UINT8_MAX || cold->payees > UINT8_MAX)
        return false;
    *ret = (struct export_event){
        .run = cold->run, .number = cold->number, .profile = (uint8_t)cold->profile,
        .format = (uint8_t)cold->format, .payees = (uint8_t)cold->payees,
        .pay_entity = cold->pay_entity, .created_at = cold->created_at,
        .created_by = cold->created_by,
    };
    return true;
}

enum store_result exports_get(struct reader *reader, uint32_t run, uint32_t number,
                              struct export_event *ret)
{
    struct key key = run_prefix(reader->merchant, run);
    struct export_event event;
    struct bytes value;

    key_u32(&key, number);
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdExport *cold =
        beckon__store__cold_export__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    bool good = event_from_cold(cold, &event) && event.run == run && event.number == number;
    beckon__store__cold_export__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = event;
    return STORE_OK;
}

enum store_result exports_list(struct reader *reader, uint32_t run, uint32_t after,
                               uint32_t *ret_numbers, size_t count_max, size_t *ret_count)
{
    struct key prefix = run_prefix(reader->merchant, run);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

void exports_put(struct batch *batch, const struct export_event *event)
{
    Beckon__Store__ColdExport cold = BECKON__STORE__COLD_EXPORT__INIT;
    uint8_t data[EXPORT_BYTES_MAX];

    assert(event->number != 0 && event->profile != 0 && event->format != 0 && event->payees != 0);
    cold.run = event->run;
    cold.number = event->number;
    cold.profile = event->profile;
    cold.format = event->format;
    cold.payees = event->payees;
    cold.pay_entity = event->pay_entity;
    cold.created_at = event->created_at;
    cold.created_by = event->created_by;
    assert(beckon__store__cold_export__get_packed_size(&cold) <= sizeof data);
    struct key key = run_prefix(batch->reader.merchant, event->run);
    key_u32(&key, event->number);
    table_put(batch, &key, data, beckon__store__cold_export__pack(&cold, data));
}
