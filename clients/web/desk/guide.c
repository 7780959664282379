/* One guide: who he is, his figures, and what an admin may change. */
#include <stdio.h>
#include <string.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/message/message.h"
#include "clients/web/desk/desk.h"

static const char *const BOARD_FILTERS[] = {"span", "date", NULL};
static const char *const EDIT_FIELDS[] = {"guide.name", "guide.phone", "guide.document_type",
                                          "guide.document_number", NULL};
static const char *const TRANSFER_FIELDS[] = {"shop_id", "from_date", "employee_no", NULL};
static const char *const END_FIELDS[] = {"until_date", NULL};
static const char *const HANDOVER_FIELDS[] = {
    "until_date", "handover.to_guide_number", "handover.release", "handover.codes_follow",
    "handover.reason", "handover.request_id", NULL,
};
static const char *const SPANS[] = {"day", "week", "month", "quarter", "year"};

/* The spans to choose from; the one that is shown is marked. */
static void view_spans(struct visit *visit, const char *shown)
{
    json_t *spans = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(SPANS); i++) {
        json_t *span = json_pack("{s:s}", "name", SPANS[i]);
        if (strcmp(SPANS[i], shown) == 0)
            json_object_set_new(span, "shown", json_true());
        json_array_append_new(spans, span);
    }
    view_set(visit, "spans", spans);
}

static bool load_figures(struct visit *visit, uint32_t number)
{
    Beckon__V1__GetScoreboardRequest *request =
        desk_query(visit, &beckon__v1__get_scoreboard_request__descriptor, BOARD_FILTERS);
    request->guide_number = number;
    if (!ask_into(visit, "figures", &beckon__v1__scoreboard_service__descriptor, "GetScoreboard",
                  &request->base))
        return false;
    json_t *board = json_object_get(json_object_get(visit->view, "figures"), "scoreboard");
    view_set(visit, "board", json_incref(board));
    view_spans(visit, json_string_value(json_object_get(board, "span")));
    return true;
}

/* His codes, for who may make and print them. */
static bool load_codes(struct visit *visit, uint32_t number)
{
    if (!desk_is(visit, "shop_manager admin"))
        return true;
    Beckon__V1__ListCodesRequest request = BECKON__V1__LIST_CODES_REQUEST__INIT;
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    owner.kind = BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE;
    owner.number = number;
    request.owner = &owner;
    view_set(visit, "may_link", json_true());
    return ask_into(visit, "code_list", &beckon__v1__code_service__descriptor, "ListCodes",
                    &request.base) != NULL;
}

static void show(struct visit *visit, unsigned status, uint32_t number)
{
    Beckon__V1__GetGuideRequest request = BECKON__V1__GET_GUIDE_REQUEST__INIT;
    request.guide_number = number;
    if (!ask_into(visit, "found", &beckon__v1__guide_service__descriptor, "GetGuide",
                  &request.base)) {
        visit_failed(visit);
        return;
    }
    json_t *guide = json_object_get(json_object_get(visit->view, "found"), "guide");
    desk_guide_at(guide);
    view_set(visit, "guide", json_incref(guide));
    /* A version that kept no scoreboard has recorded the first events: the page says so. */
    if (!load_figures(visit, number)) {
        if (visit->error.code != CHANNEL_FAILED_PRECONDITION) {
            visit_failed(visit);
            return;
        }
        view_refused(visit);
    }
    if (!load_codes(visit, number)) {
        visit_failed(visit);
        return;
    }
    if (!desk_is(visit, "admin") || desk_load_shops(visit, ""))
        desk_show(visit, status, "desk/guide");
}

void desk_guide_get(struct visit *visit)
{
    uint32_t number = 0;
    if (desk_begin(visit, DESK_GUIDES) && (number = desk_number(visit)) != 0)
        show(visit, 200, number);
}

/* Sends an admin's change and goes back to the guide. */
static void change(struct visit *visit, const char *method, const ProtobufCMessage *request,
                   const char *const *fields, const char *form, uint32_t number)
{
    unsigned status = 400;
    char path[64];
    if (view_is_wrong(visit)) {
        desk_open(visit, form);
        show(visit, status, number);
    } else if (ask(visit, &beckon__v1__guide_service__descriptor, method, request)) {
        snprintf(path, sizeof path, "/desk/guides/%u", number);
        visit_go(visit, path);
    } else if (desk_refused(visit, fields, &status)) {
        desk_open(visit, form);
        show(visit, status, number);
    }
}

/* The fields that were filled in; the others stay. */
void desk_guide_edit_post(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_GUIDES) || (number = desk_number(visit)) == 0)
        return;
    Beckon__V1__UpdateGuideRequest *request =
        desk_form(visit, &beckon__v1__update_guide_request__descriptor, EDIT_FIELDS);
    for (size_t i = 0; EDIT_FIELDS[i]; i++) {
        const char *name = strrchr(EDIT_FIELDS[i], '.') + 1;
        g_autoptr(GString) error = g_string_new(NULL);
        if (visit_field(visit, name)[0] != '\0' &&
            !message_set(&request->base, "update_fields", name, error))
            view_wrong(visit, name, "desk.value_wrong");
    }
    if (request->guide)
        request->guide->guide_number = number;
    change(visit, "UpdateGuide", &request->base, EDIT_FIELDS, "edit", number);
}

void desk_guide_transfer_post(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_GUIDES) || (number = desk_number(visit)) == 0)
        return;
    Beckon__V1__TransferGuideRequest *request =
        desk_form(visit, &beckon__v1__transfer_guide_request__descriptor, TRANSFER_FIELDS);
    request->guide_number = number;
    change(visit, "TransferGuide", &request->base, TRANSFER_FIELDS, "transfer", number);
}

void desk_guide_end_post(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_GUIDES) || (number = desk_number(visit)) == 0)
        return;
    bool handover = visit_field(visit, "to_guide_number")[0] != '\0' ||
                    visit_field(visit, "release")[0] != '\0';
    const char *const *fields = handover ? HANDOVER_FIELDS : END_FIELDS;
    Beckon__V1__EndEmploymentRequest *request =
        desk_form(visit, &beckon__v1__end_employment_request__descriptor, fields);
    request->guide_number = number;
    change(visit, "EndEmployment", &request->base, fields, "end", number);
}
