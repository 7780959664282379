/* Settlement runs: all of them, and a form that makes one. */
#include <stdio.h>

#include "clients/web/desk/runs.h"
#include "clients/web/page/format.h"

static const char *const FILTERS[] = {"page_token", NULL};
static const char *const FIELDS[] = {
    "request_id", "type", "period_start", "period_end", "pay_entity", "guide_number",
    "corrects_run_number", "rate_points", NULL,
};
/* Those and the two that are typed as money. */
static const char *const SHOWN_FIELDS[] = {
    "type", "period_start", "period_end", "pay_entity", "guide_number", "corrects_run_number",
    "rate_points", "rate_minor", "minimum_payout_minor", NULL,
};

static void show(struct visit *visit, unsigned status)
{
    const Beckon__V1__ListSettlementRunsRequest *request =
        desk_query(visit, &beckon__v1__list_settlement_runs_request__descriptor, FILTERS);
    if (!ask_into(visit, "list", &beckon__v1__settlement_service__descriptor,
                  "ListSettlementRuns", &request->base)) {
        visit_failed(visit);
        return;
    }
    if (desk_is(visit, "payroll admin"))
        view_set(visit, "may_write", json_true());
    json_object_set_new(desk_object(visit, "type"), visit_field(visit, "type"), json_true());
    desk_show(visit, status, "desk/runs");
}

void runs_get(struct visit *visit)
{
    if (desk_begin(visit, DESK_RUNS))
        show(visit, 200);
}

/* "1.00" as minor units; empty leaves 0. */
static void read_money(struct visit *visit, const char *field, int64_t *ret_minor)
{
    gint64 minor = 0;
    const char *text = visit_field(visit, field);
    if (text[0] == '\0')
        return;
    if (format_read_money(visit->currency, text, &minor))
        *ret_minor = minor;
    else
        view_wrong(visit, field, "desk.value_wrong");
}

void runs_post(struct visit *visit)
{
    unsigned status = 400;
    if (!desk_begin(visit, DESK_RUNS))
        return;
    Beckon__V1__CreateSettlementRunRequest *request =
        desk_form(visit, &beckon__v1__create_settlement_run_request__descriptor, FIELDS);
    read_money(visit, "rate_minor", &request->rate_minor);
    read_money(visit, "minimum_payout_minor", &request->minimum_payout_minor);
    if (!view_is_wrong(visit)) {
        const Beckon__V1__CreateSettlementRunResponse *reply =
            ask(visit, &beckon__v1__settlement_service__descriptor, "CreateSettlementRun",
                &request->base);
        if (reply) {
            run_go(visit, reply->run_number, "");
            return;
        }
        if (!desk_refused(visit, SHOWN_FIELDS, &status))
            return;
    }
    desk_open(visit, "add");
    show(visit, status);
}
