/* One-time sign-in links: made by a button, shown once, to be printed or scanned.
 *
 * The page is the answer to the form itself: reloaded, the same request makes no second link and no
 * longer tells the secret. */
#include <ctype.h>
#include <string.h>

#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/sign_in_service.pb-c.h"
#include "beckon/v1/token_service.pb-c.h"
#include "clients/web/desk/desk.h"

static const char *const FIELDS[] = {"valid_minutes", "request_id", NULL};
static const char *const FILTERS[] = {"page_token", NULL};

/* Where these pages are reached, for the link: a name visitors use, else as this visitor came. The
 * caller frees. */
static char *link_base(const struct visit *visit)
{
    const struct exchange *exchange = visit->exchange;
    if (visit->site->host && exchange->secure)
        return g_strconcat("https://", visit->site->host, NULL);
    return g_strconcat(exchange->secure ? "https://" : "http://", exchange->host, NULL);
}

/* A link was made, or had been: shows it. */
static void show_link(struct visit *visit, const Beckon__V1__CreateSignInLinkResponse *reply)
{
    if (reply->already_created) {
        desk_show(visit, 200, "desk/link_shown");
        return;
    }
    desk_show(visit, 200, "desk/link_made");
}

static void make_link(struct visit *visit, Beckon__V1__CreateSignInLinkRequest *request,
                      const char *form)
{
    unsigned status = 400;
    char *base = link_base(visit);
    request->link_base = base;
    const Beckon__V1__CreateSignInLinkResponse *reply =
        ask_into(visit, "link", &beckon__v1__sign_in_service__descriptor, "CreateSignInLink",
                 &request->base);
    request->link_base = (char *)protobuf_c_empty_string;
    g_free(base);
    if (reply)
        show_link(visit, reply);
    else if (desk_refused(visit, FIELDS, &status))
        desk_show(visit, status, form);
}

/* ---- a guide's ------------------------------------------------------------------------------- */

/* Whose link it is, into the view; false: sent. */
static bool load_guide(struct visit *visit, uint32_t number)
{
    Beckon__V1__GetGuideRequest request = BECKON__V1__GET_GUIDE_REQUEST__INIT;
    request.guide_number = number;
    if (!ask_into(visit, "found", &beckon__v1__guide_service__descriptor, "GetGuide",
                  &request.base)) {
        visit_failed(visit);
        return false;
    }
    json_t *guide = json_object_get(json_object_get(visit->view, "found"), "guide");
    desk_guide_at(guide);
    view_set(visit, "guide", json_incref(guide));
    view_text(visit, "whose", json_string_value(json_object_get(guide, "name")));
    return true;
}

void desk_guide_link_get(struct visit *visit)
{
    uint32_t number = 0;
    if (desk_begin(visit, DESK_PRINT) && (number = desk_number(visit)) != 0 &&
        load_guide(visit, number))
        desk_show(visit, 200, "desk/link");
}

void desk_guide_link_post(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_PRINT) || (number = desk_number(visit)) == 0 ||
        !load_guide(visit, number))
        return;
    Beckon__V1__CreateSignInLinkRequest *request =
        desk_form(visit, &beckon__v1__create_sign_in_link_request__descriptor, FIELDS);
    request->guide_number = number;
    make_link(visit, request, "desk/link");
}

/* ---- people at a desk ------------------------------------------------------------------------ */

/* Only tokens that people act as, and that are alive, have links. */
static void view_people(struct visit *visit, const Beckon__V1__ListTokensResponse *reply)
{
    json_t *tokens = json_object_get(json_object_get(visit->view, "list"), "tokens");
    for (size_t i = 0; i < reply->n_tokens; i++) {
        Beckon__V1__Role role = reply->tokens[i]->role;
        bool person = role == BECKON__V1__ROLE__ROLE_SHOP_MANAGER ||
                      role == BECKON__V1__ROLE__ROLE_PAYROLL ||
                      role == BECKON__V1__ROLE__ROLE_AUDITOR ||
                      role == BECKON__V1__ROLE__ROLE_ADMIN;
        if (person && !reply->tokens[i]->revoked_at)
            json_object_set_new(json_array_get(tokens, i), "person", json_true());
    }
}

static void show_people(struct visit *visit, unsigned status)
{
    const Beckon__V1__ListTokensRequest *request =
        desk_query(visit, &beckon__v1__list_tokens_request__descriptor, FILTERS);
    const Beckon__V1__ListTokensResponse *reply =
        ask_into(visit, "list", &beckon__v1__token_service__descriptor, "ListTokens",
                 &request->base);
    if (!reply) {
        visit_failed(visit);
        return;
    }
    view_people(visit, reply);
    desk_show(visit, status, "desk/people");
}

void desk_people_get(struct visit *visit)
{
    if (desk_begin(visit, DESK_PEOPLE))
        show_people(visit, 200);
}

void desk_people_link_post(struct visit *visit)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_PEOPLE) || (number = desk_number(visit)) == 0)
        return;
    Beckon__V1__CreateSignInLinkRequest *request =
        desk_form(visit, &beckon__v1__create_sign_in_link_request__descriptor, FIELDS);
    request->token_number = number;
    view_integer(visit, "token_number", number);
    view_text(visit, "whose", visit_field(visit, "whose"));
    make_link(visit, request, "desk/people_refused");
}
