#include "store/shops.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/table.h"

enum { SHOP_BYTES_MAX = 4096 };

static struct key shop_key(uint32_t merchant, uint32_t number)
{
    struct key key = key_begin(merchant, TABLE_SHOP);
    key_u32(&key, number);
    return key;
}

static bool shop_from_cold(const Beckon__Store__ColdShop *cold, struct shop *ret)
{
    *ret = (struct shop){.number = cold->number, .created_at = cold->created_at};
    if (!table_copy_text(ret->shop_id, sizeof ret->shop_id, cold->shop_id)) return false;
    if (!table_copy_text(ret->name, sizeof ret->name, cold->name)) return false;
    if (cold->n_periods == 0 || cold->n_periods > SHOP_PERIODS_MAX) return false;
    for (size_t i = 0; i < cold->n_periods; i++) {
        const Beckon__Store__ColdShopPeriod *from = cold->periods[i];
        struct shop_period *to = &ret->periods[i];
        if (i > 0 && from->from_date <= cold->periods[i - 1]->from_date) return false;
        to->from = from->from_date;
        to->pay_entity = from->pay_entity;
        if (!table_copy_text(to->cost_center, sizeof to->cost_center, from->cost_center)) {
            return false;
        }
    }
    ret->period_count = cold->n_periods;
    return true;
}

enum store_result shops_get(struct reader *reader, uint32_t number, struct shop *ret)
{
    struct key key = shop_key(reader->merchant, number);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    Beckon__Store__ColdShop *cold =
        beckon__store__cold_shop__unpack(NULL, value.size, value.data);
    if (cold == NULL) return STORE_DAMAGED;
    struct shop shop;
    bool good = shop_from_cold(cold, &shop) && shop.number == number;
    beckon__store__cold_shop__free_unpacked(cold, NULL);
    if (!good) return STORE_DAMAGED;
    *ret = shop;
    return STORE_OK;
}

static struct key shop_id_key(uint32_t merchant, struct bytes shop_id)
{
    struct key key = key_begin(merchant, TABLE_SHOP_ID);
    key_bytes(&key, shop_id.data, shop_id.size);
    return key;
}

enum store_result shops_find(struct reader *reader, struct bytes shop_id, uint32_t *ret_number)
{
    if (shop_id.size == 0 || shop_id.size > SHOP_ID_BYTES_MAX) return STORE_ABSENT;
    struct key key = shop_id_key(reader->merchant, shop_id);
    return table_get_number(reader, &key, ret_number);
}

void shops_put(struct batch *batch, const struct shop *shop)
{
    assert(shop->number != 0 && shop->shop_id[0] != '\0');
    assert(shop->period_count > 0 && shop->period_count <= SHOP_PERIODS_MAX);
    Beckon__Store__ColdShopPeriod periods[SHOP_PERIODS_MAX];
    Beckon__Store__ColdShopPeriod *period_list[SHOP_PERIODS_MAX];
    for (size_t i = 0; i < shop->period_count; i++) {
        assert(i == 0 || shop->periods[i - 1].from < shop->periods[i].from);
        beckon__store__cold_shop_period__init(&periods[i]);
        periods[i].from_date = shop->periods[i].from;
        periods[i].pay_entity = shop->periods[i].pay_entity;
        periods[i].cost_center = table_text(shop->periods[i].cost_center);
        period_list[i] = &periods[i];
    }
    Beckon__Store__ColdShop cold = BECKON__STORE__COLD_SHOP__INIT;
    cold.number = shop->number;
    cold.shop_id = table_text(shop->shop_id);
    cold.name = table_text(shop->name);
    cold.created_at = shop->created_at;
    cold.n_periods = shop->period_count;
    cold.periods = period_list;

    uint8_t data[SHOP_BYTES_MAX];
    assert(beckon__store__cold_shop__get_packed_size(&cold) <= sizeof data);
    struct key key = shop_key(batch->reader.merchant, shop->number);
    table_put(batch, &key, data, beckon__store__cold_shop__pack(&cold, data));
    struct bytes shop_id = {.data = (const uint8_t *)shop->shop_id,
                            .size = strlen(shop->shop_id)};
    struct key id_key = shop_id_key(batch->reader.merchant, shop_id);
    table_put_number(batch, &id_key, shop->number);
}

enum store_result shops_list(struct reader *reader, uint32_t after, uint32_t *ret_numbers,
                             size_t count_max, size_t *ret_count)
{
    struct key prefix = key_begin(reader->merchant, TABLE_SHOP);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

const struct shop_period *shop_period_on(const struct shop *shop, business_date date)
{
    assert(shop->period_count > 0);
    size_t found = 0;
    for (size_t i = 1; i < shop->period_count; i++) {
        if (shop->periods[i].from <= date) found = i;
    }
    return &shop->periods[found];
}
