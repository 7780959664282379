/* Sums by shop, for the summary: as many as there are pay entity, shop and cost centre. */
#include <stdlib.h>
#include <string.h>

#include "service/export/export_inner.h"

static int compare(const struct export_shop *shop, const struct export_row *row)
{
    int order = strcmp(shop->pay_entity, row->pay_entity);
    if (order == 0) order = strcmp(shop->shop_id, row->shop_id);
    return order != 0 ? order : strcmp(shop->cost_center, row->cost_center);
}

/* The first shop that is not before the row's. */
static size_t find(const struct export_shops *shops, const struct export_row *row)
{
    size_t low = 0, high = shops->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(shops->shops[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void shop_free(struct export_shop *shop)
{
    if (shop == NULL) return;
    free(shop->pay_entity);
    free(shop->shop_id);
    free(shop->cost_center);
    free(shop);
}

static struct export_shop *shop_new(const struct export_row *row)
{
    struct export_shop *shop = calloc(1, sizeof *shop);
    if (shop == NULL) return NULL;
    shop->pay_entity = strdup(row->pay_entity);
    shop->shop_id = strdup(row->shop_id);
    shop->cost_center = strdup(row->cost_center);
    if (shop->pay_entity != NULL && shop->shop_id != NULL && shop->cost_center != NULL)
        return shop;
    shop_free(shop);
    return NULL;
}

static bool make_room(struct export_shops *shops)
{
    if (shops->count < shops->room) return true;
    size_t room = shops->room == 0 ? 64 : 2 * shops->room;
    struct export_shop **grown = realloc(shops->shops, room * sizeof(struct export_shop *));
    if (grown == NULL) return false;
    shops->shops = grown;
    shops->room = room;
    return true;
}

enum export_result shops_add(struct export_shops *shops, const struct export_row *row)
{
    size_t at = find(shops, row);

    if (at == shops->count || compare(shops->shops[at], row) != 0) {
        struct export_shop *shop = shop_new(row);
        if (shop == NULL || !make_room(shops)) {
            shop_free(shop);
            return EXPORT_NO_MEMORY;
        }
        memmove(shops->shops + at + 1, shops->shops + at,
                (shops->count - at) * sizeof(struct export_shop *));
        shops->shops[at] = shop;
        shops->count++;
    }
    export_totals_add(&shops->shops[at]->totals, row->line);
    return EXPORT_OK;
}

void shops_clear(struct export_shops *shops)
{
    for (size_t i = 0; i < shops->count; i++) shop_free(shops->shops[i]);
    free(shops->shops);
    *shops = (struct export_shops){0};
}
