/* Guides: by shop, and a form for one more. */
#include <stdio.h>

#include "beckon/v1/guide_service.pb-c.h"
#include "clients/web/desk/desk.h"

static const char *const FIELDS[] = {
    "guide.employee_no", "guide.name", "guide.phone", "guide.document_type",
    "guide.document_number", "guide.employments.shop_id", "guide.employments.from_date", NULL,
};
static const char *const FILTERS[] = {"shop_id", "page_token", NULL};

static void show(struct visit *visit, unsigned status)
{
    const Beckon__V1__ListGuidesRequest *request =
        desk_query(visit, &beckon__v1__list_guides_request__descriptor, FILTERS);
    if (!ask_into(visit, "list", &beckon__v1__guide_service__descriptor, "ListGuides",
                  &request->base)) {
        visit_failed(visit);
        return;
    }
    json_t *guides = json_object_get(json_object_get(visit->view, "list"), "guides");
    for (size_t i = 0; i < json_array_size(guides); i++)
        desk_guide_at(json_array_get(guides, i));
    if (desk_load_shops(visit, request->shop_id))
        desk_show(visit, status, "desk/guides");
}

void desk_guides_get(struct visit *visit)
{
    if (desk_begin(visit, DESK_GUIDES))
        show(visit, 200);
}

void desk_guides_post(struct visit *visit)
{
    unsigned status = 400;
    char path[64];
    if (!desk_begin(visit, DESK_GUIDES))
        return;
    const Beckon__V1__CreateGuideRequest *request =
        desk_form(visit, &beckon__v1__create_guide_request__descriptor, FIELDS);
    const Beckon__V1__CreateGuideResponse *reply =
        ask(visit, &beckon__v1__guide_service__descriptor, "CreateGuide", &request->base);
    if (reply) {
        snprintf(path, sizeof path, "/desk/guides/%u", reply->guide->guide_number);
        visit_go(visit, path);
    } else if (desk_refused(visit, FIELDS, &status)) {
        desk_open(visit, "add");
        show(visit, status);
    }
}
