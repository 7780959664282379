/* Shops and the pay entities (employers) they belong to, by dates. */
#ifndef BECKON_STORE_SHOPS_H
#define BECKON_STORE_SHOPS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum { SHOP_ID_BYTES_MAX = 32, PAY_ENTITY_BYTES_MAX = 64, COST_CENTER_BYTES_MAX = 32,
       SHOP_PERIODS_MAX = 32 };

struct shop_period {
    business_date from;
    uint32_t pay_entity;
    char cost_center[COST_CENTER_BYTES_MAX + 1];
};
struct shop {
    uint32_t number;
    char shop_id[SHOP_ID_BYTES_MAX + 1]; /* the merchant's own, unique */
    char name[NAME_BYTES_MAX + 1];
    uint64_t created_at;
    size_t period_count;                 /* ascending by from; at least one */
    struct shop_period periods[SHOP_PERIODS_MAX];
};

enum store_result shops_get(struct reader *reader, uint32_t number, struct shop *ret) STORE_CHECKED;
/* Number of the shop with this id (bytes, not terminated); STORE_ABSENT. */
enum store_result shops_find(struct reader *reader, struct bytes shop_id,
                             uint32_t *ret_number) STORE_CHECKED;
/* Puts the record and its id. */
void shops_put(struct batch *batch, const struct shop *shop);
/* Up to count_max numbers above `after`. */
enum store_result shops_list(struct reader *reader, uint32_t after, uint32_t *ret_numbers,
                             size_t count_max, size_t *ret_count) STORE_CHECKED;
/* The period in force on a date; the first one before it. Never NULL. */
const struct shop_period *shop_period_on(const struct shop *shop, business_date date);

/* Pay entities by name. */
enum store_result pay_entities_find(struct reader *reader, const char *name,
                                    uint32_t *ret_number) STORE_CHECKED;
enum store_result pay_entities_get(struct reader *reader, uint32_t number,
                                   char ret_name[PAY_ENTITY_BYTES_MAX + 1]) STORE_CHECKED;
void pay_entities_put(struct batch *batch, uint32_t number, const char *name);

#endif
