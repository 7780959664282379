/* A sheet to print and cut: badges of a shop's guides, or its shelf cards.
 *
 * A badge is a code with channel BADGE that is the guide's; a shelf card one with channel SHELF
 * that is the shop's. Who has none gets one by a button. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/shop_service.pb-c.h"
#include "clients/web/desk/desk.h"

enum { GUIDES_PER_SHEET = 40, COPIES_MAX = 24, COPIES_USUAL = 8, REQUEST_ID_BYTES = 65 };

static const char *const FILTERS[] = {"shop_id", "page_token", NULL};

/* What a sheet is made of: whose code goes on which channel. */
struct tile {
    Beckon__V1__PartyKind kind;
    uint32_t number;
    Beckon__V1__Channel channel;
};

/* The newest code of its owner on that channel which may still be used; ret_code NULL: there is
 * none. false: visit->error. */
static bool find_code(struct visit *visit, const struct tile *tile, const char **ret_code)
{
    Beckon__V1__ListCodesRequest request = BECKON__V1__LIST_CODES_REQUEST__INIT;
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    const Beckon__V1__Code *newest = NULL;
    owner.kind = tile->kind;
    owner.number = tile->number;
    request.owner = &owner;
    const Beckon__V1__ListCodesResponse *reply =
        ask(visit, &beckon__v1__code_service__descriptor, "ListCodes", &request.base);
    if (!reply)
        return false;
    for (size_t i = 0; i < reply->n_codes; i++) {
        const Beckon__V1__Code *code = reply->codes[i];
        bool his = code->owner && code->owner->kind == tile->kind &&
                   code->owner->number == tile->number && code->channel == tile->channel &&
                   !code->revoked_at && !code->ends_at && code->usage_limit == 0;
        if (his && (!newest || code->created_at->seconds > newest->created_at->seconds))
            newest = code;
    }
    *ret_code = newest ? newest->code : NULL;
    return true;
}

/* The code and its image into `shown`; without a code nothing. false: visit->error. */
static bool draw(struct visit *visit, const struct tile *tile, json_t *shown)
{
    const char *code = NULL;
    if (!find_code(visit, tile, &code))
        return false;
    if (!code)
        return true;
    Beckon__V1__RenderCodeRequest request = BECKON__V1__RENDER_CODE_REQUEST__INIT;
    request.code = (char *)code;
    request.format = BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_SVG;
    request.link_base = (char *)(visit->site->link_base ? visit->site->link_base : "");
    const Beckon__V1__RenderCodeResponse *image =
        ask(visit, &beckon__v1__code_service__descriptor, "RenderCode", &request.base);
    if (!image)
        return false;
    char *bytes = g_base64_encode(image->image.data, image->image.len);
    json_object_set_new(shown, "code", json_string(code));
    json_object_set_new(shown, "image", json_string(bytes));
    g_free(bytes);
    return true;
}

/* Makes the code a tile lacks, once per form. false: visit->error. */
static bool make(struct visit *visit, const struct tile *tile)
{
    char id[REQUEST_ID_BYTES];
    const char *code = NULL;
    if (!find_code(visit, tile, &code))
        return false;
    if (code)
        return true;
    Beckon__V1__CreateCodeRequest request = BECKON__V1__CREATE_CODE_REQUEST__INIT;
    Beckon__V1__Code wanted = BECKON__V1__CODE__INIT;
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    owner.kind = tile->kind;
    owner.number = tile->number;
    wanted.owner = &owner;
    wanted.channel = tile->channel;
    request.code = &wanted;
    /* Under a name of its own: ids of the pages of guides are among the same. */
    snprintf(id, sizeof id, "print-%.40s-%u", visit_field(visit, "request_id"), tile->number);
    request.request_id = id;
    return ask(visit, &beckon__v1__code_service__descriptor, "CreateCode", &request.base) != NULL;
}

/* ---- a sheet's tiles ------------------------------------------------------------------------- */

/* A page of the shop's guides; NULL: visit->error. */
static const Beckon__V1__ListGuidesResponse *load_guides(struct visit *visit)
{
    Beckon__V1__ListGuidesRequest *request =
        desk_query(visit, &beckon__v1__list_guides_request__descriptor, FILTERS);
    request->page_size = GUIDES_PER_SHEET;
    return ask_into(visit, "list", &beckon__v1__guide_service__descriptor, "ListGuides",
                    &request->base);
}

static const Beckon__V1__Shop *load_shop(struct visit *visit)
{
    Beckon__V1__GetShopRequest *request =
        desk_query(visit, &beckon__v1__get_shop_request__descriptor,
                   (const char *const[]){"shop_id", NULL});
    const Beckon__V1__GetShopResponse *reply =
        ask_into(visit, "found", &beckon__v1__shop_service__descriptor, "GetShop", &request->base);
    return reply ? reply->shop : NULL;
}

static struct tile badge_of(const Beckon__V1__Guide *guide)
{
    return (struct tile){BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE, guide->guide_number,
                         BECKON__V1__CHANNEL__CHANNEL_BADGE};
}

static struct tile shelf_of(const Beckon__V1__Shop *shop)
{
    return (struct tile){BECKON__V1__PARTY_KIND__PARTY_KIND_SHOP, shop->shop_number,
                         BECKON__V1__CHANNEL__CHANNEL_SHELF};
}

/* Tiles with a code into view "tiles", how many lack one into "missing". */
static bool load_badges(struct visit *visit)
{
    const Beckon__V1__ListGuidesResponse *reply = load_guides(visit);
    if (!reply)
        return false;
    json_t *guides = json_object_get(json_object_get(visit->view, "list"), "guides");
    json_t *tiles = json_array();
    int64_t missing = 0;
    view_set(visit, "tiles", tiles);
    for (size_t i = 0; i < reply->n_guides; i++) {
        struct tile tile = badge_of(reply->guides[i]);
        json_t *shown = json_array_get(guides, i);
        desk_guide_at(shown);
        if (!draw(visit, &tile, shown))
            return false;
        if (json_object_get(shown, "code"))
            json_array_append(tiles, shown);
        else
            missing++;
    }
    view_integer(visit, "missing", missing);
    return true;
}

static bool load_cards(struct visit *visit)
{
    guint64 copies = COPIES_USUAL;
    const Beckon__V1__Shop *shop = load_shop(visit);
    if (!shop)
        return false;
    g_ascii_string_to_unsigned(fields_get(&visit->exchange->query, "copies"), 10, 1, COPIES_MAX,
                               &copies, NULL);
    json_t *shown = json_object_get(json_object_get(visit->view, "found"), "shop");
    json_t *tiles = json_array();
    struct tile tile = shelf_of(shop);
    view_set(visit, "tiles", tiles);
    view_integer(visit, "copies", (int64_t)copies);
    if (!draw(visit, &tile, shown))
        return false;
    if (!json_object_get(shown, "code"))
        view_integer(visit, "missing", 1);
    for (guint64 i = 0; i < copies && json_object_get(shown, "code"); i++)
        json_array_append(tiles, shown);
    return true;
}

/* ---- the pages ------------------------------------------------------------------------------- */

static bool is_shelf(const struct fields *fields)
{
    return strcmp(fields_get(fields, "kind"), "shelf") == 0;
}

void desk_print_get(struct visit *visit)
{
    const struct fields *query = &visit->exchange->query;
    const char *shop = fields_get(query, "shop_id");
    if (!desk_begin(visit, DESK_PRINT) || !desk_load_shops(visit, shop))
        return;
    view_set(visit, is_shelf(query) ? "shelf" : "badge", json_true());
    if (shop[0] != '\0' && !(is_shelf(query) ? load_cards(visit) : load_badges(visit))) {
        visit_failed(visit);
        return;
    }
    desk_show(visit, 200, "desk/print");
}

/* Makes what the sheet lacks, then shows the sheet. */
void desk_print_post(struct visit *visit)
{
    const struct fields *query = &visit->exchange->query;
    const char *shop_id = fields_get(query, "shop_id");
    bool good = true;
    if (!desk_begin(visit, DESK_PRINT))
        return;
    if (is_shelf(query)) {
        const Beckon__V1__Shop *shop = load_shop(visit);
        struct tile tile;
        good = shop && (tile = shelf_of(shop), make(visit, &tile));
    } else {
        const Beckon__V1__ListGuidesResponse *reply = load_guides(visit);
        good = reply != NULL;
        for (size_t i = 0; good && i < reply->n_guides; i++) {
            struct tile tile = badge_of(reply->guides[i]);
            good = make(visit, &tile);
        }
    }
    if (!good) {
        visit_failed(visit);
        return;
    }
    char *shop = g_uri_escape_string(shop_id, NULL, false);
    char *token = g_uri_escape_string(fields_get(query, "page_token"), NULL, false);
    char *path = g_strdup_printf("/desk/print?shop_id=%s&kind=%s&page_token=%s", shop,
                                 is_shelf(query) ? "shelf" : "badge", token);
    visit_go(visit, path);
    g_free(path);
    g_free(token);
    g_free(shop);
}
