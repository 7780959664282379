/* One payee's statement in a run: his line and the credits behind it. */
#include "beckon/v1/export_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "clients/web/desk/runs.h"
#include "clients/web/site/printed.h"

static const char *const FILTERS[] = {"payee", "pay_entity", "page_token", NULL};
static const char *const PRINT_FILTERS[] = {"payee", "pay_entity", NULL};

void run_statement_get(struct visit *visit)
{
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__GetStatementRequest *request =
        desk_query(visit, &beckon__v1__get_statement_request__descriptor, FILTERS);
    request->run_number = number;
    if (view_is_wrong(visit)) {
        visit_tell(visit, 404, "nothing");
        return;
    }
    const Beckon__V1__GetStatementResponse *reply =
        ask_into(visit, "found", &beckon__v1__statement_service__descriptor, "GetStatement",
                 &request->base);
    if (!reply) {
        visit_failed(visit);
        return;
    }
    json_t *found = json_object_get(visit->view, "found");
    json_t *credits = json_object_get(found, "credits");
    for (size_t i = 0; i < reply->n_credits; i++) {
        bool cash = reply->credits[i]->unit == BECKON__V1__UNIT__UNIT_CASH;
        json_object_set_new(json_array_get(credits, i), cash ? "in_cash" : "in_points",
                            json_true());
    }
    view_set(visit, "statement", json_incref(json_object_get(found, "statement")));
    if (desk_is(visit, "payroll admin"))
        view_set(visit, "may_print", json_true());
    desk_show(visit, 200, "desk/statement");
}

/* The page that the service makes for print. */
void run_statement_print_get(struct visit *visit)
{
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__PrintStatementRequest *request =
        desk_query(visit, &beckon__v1__print_statement_request__descriptor, PRINT_FILTERS);
    request->run_number = number;
    request->english = visit->language == LANGUAGE_EN;
    if (view_is_wrong(visit)) {
        visit_tell(visit, 404, "nothing");
        return;
    }
    const Beckon__V1__PrintStatementResponse *reply =
        ask(visit, &beckon__v1__export_service__descriptor, "PrintStatement", &request->base);
    if (!reply) {
        visit_failed(visit);
        return;
    }
    printed_show(visit, reply->html.data, reply->html.len);
}
