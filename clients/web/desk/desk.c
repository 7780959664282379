/* What the desk's pages share: who is offered what, forms into messages, refusals into pages. */
#include "clients/web/desk/desk.h"

#include <assert.h>
#include <string.h>

#include "beckon/v1/shop_service.pb-c.h"
#include "clients/message/message.h"

enum { SHOPS_PER_CHOICE = 500 };

static const char EVERYBODY[] = "shop_manager payroll auditor admin";

/* In the order of the navigation. `roles` says who is offered the page, as the service's own table
 * answers what the page asks. */
static const struct page {
    const char *name, *path, *roles;
} PAGES[] = {
    [DESK_HOME] = {"home", "/desk", EVERYBODY},
    [DESK_SHOPS] = {"shops", "/desk/shops", EVERYBODY},
    [DESK_GUIDES] = {"guides", "/desk/guides", EVERYBODY},
    [DESK_RANKING] = {"ranking", "/desk/ranking", EVERYBODY},
    [DESK_PRINT] = {"print", "/desk/print", "shop_manager admin"},
    [DESK_RUNS] = {"runs", "/desk/runs", "payroll auditor admin"},
    [DESK_AUDIT] = {"audit", "/desk/audit", "payroll auditor admin"},
    [DESK_PEOPLE] = {"people", "/desk/people", "admin"},
};

static bool names(const char *roles, const char *role)
{
    const char *found = strstr(roles, role);
    size_t size = strlen(role);
    return found && (found == roles || found[-1] == ' ') &&
           (found[size] == '\0' || found[size] == ' ');
}

bool desk_is(const struct visit *visit, const char *roles)
{
    assert(visit->session);
    return names(roles, visit->session->role);
}

bool desk_begin(struct visit *visit, enum desk_page page)
{
    view_set(visit, "wide", json_true());
    view_text(visit, "script", "page.js");
    view_text(visit, "brand", json_string_value(json_object_get(
                                  json_object_get(visit->view, "session"), "merchant_name")));
    json_t *nav = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(PAGES); i++) {
        if (!desk_is(visit, PAGES[i].roles))
            continue;
        json_t *entry = json_pack("{s:s, s:s}", "name", PAGES[i].name, "href", PAGES[i].path);
        if (i == (size_t)page)
            json_object_set_new(entry, "current", json_true());
        json_array_append_new(nav, entry);
    }
    view_set(visit, "nav", nav);
    if (desk_is(visit, PAGES[page].roles))
        return true;
    view_text(visit, "next", "/desk");
    visit_tell(visit, 403, "desk_role");
    return false;
}

void desk_show(struct visit *visit, unsigned status, const char *name)
{
    visit_show(visit, status, name);
}

/* ---- messages from forms and queries --------------------------------------------------------- */

/* "guide.employments.shop_id": the form's field is "shop_id". */
static const char *last_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

static void *message_from(struct visit *visit, const struct fields *from,
                          const ProtobufCMessageDescriptor *type, const char *const *fields)
{
    ProtobufCMessage *message = message_new(type);
    g_ptr_array_add(visit->replies, message);
    for (; *fields; fields++) {
        const char *text = fields_get(from, last_name(*fields));
        g_autoptr(GString) error = g_string_new(NULL);
        if (text[0] != '\0' && !message_set(message, *fields, text, error))
            view_wrong(visit, last_name(*fields), "desk.value_wrong");
    }
    return message;
}

void *desk_form(struct visit *visit, const ProtobufCMessageDescriptor *type,
                const char *const *fields)
{
    return message_from(visit, &visit->exchange->form, type, fields);
}

/* What was asked for stands in the view as "query". */
void *desk_query(struct visit *visit, const ProtobufCMessageDescriptor *type,
                 const char *const *fields)
{
    json_t *query = desk_object(visit, "query");
    for (const char *const *field = fields; *field; field++) {
        json_t *value = json_string(fields_get(&visit->exchange->query, last_name(*field)));
        json_object_set_new(query, last_name(*field), value ? value : json_null());
    }
    return message_from(visit, &visit->exchange->query, type, fields);
}

uint32_t desk_number(struct visit *visit)
{
    guint64 number;
    if (g_ascii_string_to_unsigned(visit->rest, 10, 1, UINT32_MAX, &number, NULL))
        return (uint32_t)number;
    visit_tell(visit, 404, "nothing");
    return 0;
}

/* ---- refusals -------------------------------------------------------------------------------- */

static bool is_field(const char *const *fields, const char *path)
{
    for (; *fields; fields++) {
        if (path[0] != '\0' && strcmp(last_name(*fields), last_name(path)) == 0)
            return true;
    }
    return false;
}

bool desk_refused(struct visit *visit, const char *const *fields, unsigned *ret_status)
{
    unsigned status;
    switch (visit->error.code) {
    case CHANNEL_INVALID_ARGUMENT:
    case CHANNEL_OUT_OF_RANGE: status = 400; break;
    case CHANNEL_NOT_FOUND: status = 404; break;
    case CHANNEL_ALREADY_EXISTS:
    case CHANNEL_FAILED_PRECONDITION: status = 409; break;
    case CHANNEL_PERMISSION_DENIED:
        /* Somebody else has to do it: said on the page, where he sees what it is about. */
        if (strcmp(visit->error.reason, "SETTLEMENT_OWN") == 0) {
            status = 403;
            break;
        }
        /* fall through */
    default:
        visit_failed(visit);
        return false;
    }
    if (!is_field(fields, visit->error.field))
        visit->error.field[0] = '\0';
    /* A date that is one, and still can't be taken. */
    if (strcmp(visit->error.reason, "DATE_INVALID") == 0 &&
        strcmp(visit->error.allowed, "YYYY-MM-DD") != 0)
        view_wrong(visit, last_name(visit->error.field), "desk.date_wrong");
    else
        view_refused(visit);
    *ret_status = status;
    return true;
}

void desk_open(struct visit *visit, const char *name)
{
    json_object_set_new(desk_object(visit, "open"), name, json_true());
}

/* ---- what several pages load ----------------------------------------------------------------- */

json_t *desk_object(struct visit *visit, const char *name)
{
    json_t *object = json_object_get(visit->view, name);
    if (!object) {
        object = json_object();
        view_set(visit, name, object);
    }
    return object;
}

bool desk_load_shops(struct visit *visit, const char *chosen)
{
    Beckon__V1__ListShopsRequest request = BECKON__V1__LIST_SHOPS_REQUEST__INIT;
    request.page_size = SHOPS_PER_CHOICE;
    if (!ask_into(visit, "shop_list", &beckon__v1__shop_service__descriptor, "ListShops",
                  &request.base)) {
        visit_failed(visit);
        return false;
    }
    json_t *shops = json_object_get(json_object_get(visit->view, "shop_list"), "shops");
    for (size_t i = 0; i < json_array_size(shops); i++) {
        json_t *shop = json_array_get(shops, i);
        if (strcmp(json_string_value(json_object_get(shop, "shop_id")), chosen) == 0)
            json_object_set_new(shop, "chosen", json_true());
    }
    view_set(visit, "shops", json_incref(shops));
    return true;
}

void desk_guide_at(json_t *guide)
{
    json_t *employments = json_object_get(guide, "employments");
    size_t count = json_array_size(employments);
    if (count > 0)
        json_object_set(guide, "at", json_array_get(employments, count - 1));
}
