/* Shops: all of them, and a form for one more. */
#include "beckon/v1/shop_service.pb-c.h"
#include "clients/web/desk/desk.h"

static const char *const FIELDS[] = {"shop.shop_id", "shop.name", "shop.pay_entity",
                                     "shop.cost_center", NULL};
static const char *const FILTERS[] = {"page_token", NULL};

static void show(struct visit *visit, unsigned status)
{
    const Beckon__V1__ListShopsRequest *request =
        desk_query(visit, &beckon__v1__list_shops_request__descriptor, FILTERS);
    if (!ask_into(visit, "list", &beckon__v1__shop_service__descriptor, "ListShops",
                  &request->base)) {
        visit_failed(visit);
        return;
    }
    desk_show(visit, status, "desk/shops");
}

void desk_shops_get(struct visit *visit)
{
    if (desk_begin(visit, DESK_SHOPS))
        show(visit, 200);
}

void desk_shops_post(struct visit *visit)
{
    unsigned status = 400;
    if (!desk_begin(visit, DESK_SHOPS))
        return;
    const Beckon__V1__CreateShopRequest *request =
        desk_form(visit, &beckon__v1__create_shop_request__descriptor, FIELDS);
    if (ask(visit, &beckon__v1__shop_service__descriptor, "CreateShop", &request->base)) {
        visit_go(visit, "/desk/shops");
    } else if (desk_refused(visit, FIELDS, &status)) {
        desk_open(visit, "add");
        show(visit, status);
    }
}
