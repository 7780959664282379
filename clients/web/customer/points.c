/* What a member's points and cash came from: her credits, each with its explanation; and the
 * friends she brought. */
#include <string.h>

#include "beckon/v1/credit_service.pb-c.h"
#include "beckon/v1/explain_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "clients/web/customer/customer.h"

enum { ROWS = 30 };

/* Amounts are written by their unit; dates are told while they still matter. */
static void view_credit(json_t *credit)
{
    const char *unit = json_string_value(json_object_get(credit, "unit"));
    const char *state = json_string_value(json_object_get(credit, "state"));
    if (unit && strcmp(unit, "cash") == 0)
        json_object_set_new(credit, "is_cash", json_true());
    if (state && strcmp(state, "pending") == 0)
        json_object_set_new(credit, "waits", json_true());
    const char *expires = json_string_value(json_object_get(credit, "expires_on"));
    if (state && strcmp(state, "done") != 0 && expires && expires[0] != '\0')
        json_object_set_new(credit, "ends", json_true());
}

static char *page_asked(const struct visit *visit)
{
    return (char *)fields_get(&visit->exchange->query, "page");
}

void points_get(struct visit *visit)
{
    Beckon__V1__ListCreditsRequest request = BECKON__V1__LIST_CREDITS_REQUEST__INIT;
    request.page_size = ROWS;
    request.page_token = page_asked(visit);
    if (!card_load_balance(visit) ||
        !ask_into(visit, "list", &beckon__v1__credit_service__descriptor, "ListCredits",
                  &request.base)) {
        visit_failed(visit);
        return;
    }
    size_t index;
    json_t *credit;
    json_array_foreach(json_object_get(json_object_get(visit->view, "list"), "credits"), index,
                       credit)
        view_credit(credit);
    view_set(visit, "at_points", json_true());
    card_show(visit, 200, "customer/points");
}

void credit_get(struct visit *visit)
{
    Beckon__V1__ExplainCreditRequest request = BECKON__V1__EXPLAIN_CREDIT_REQUEST__INIT;
    if (!g_ascii_string_to_unsigned(visit->rest, 10, 1, G_MAXINT64, &request.credit_number,
                                    NULL)) {
        visit_tell(visit, 404, "nothing");
        return;
    }
    if (!ask_into(visit, "explained", &beckon__v1__explain_service__descriptor, "ExplainCredit",
                  &request.base)) {
        visit_failed(visit);
        return;
    }
    view_credit(json_object_get(visit->view, "explained"));
    view_set(visit, "at_points", json_true());
    card_show(visit, 200, "customer/credit");
}

void friends_get(struct visit *visit)
{
    Beckon__V1__ListRefereesRequest request = BECKON__V1__LIST_REFEREES_REQUEST__INIT;
    request.page_size = ROWS;
    request.page_token = page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__member_service__descriptor, "ListReferees",
                  &request.base)) {
        visit_failed(visit);
        return;
    }
    view_set(visit, "at_friends", json_true());
    card_show(visit, 200, "customer/friends");
}
