/* One settlement run: where it stands, what stands in its way, what may be done next. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "beckon/v1/export_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "clients/web/desk/proof.h"
#include "clients/web/desk/runs.h"

enum { DISPUTES_SHOWN = 100, EXPORTS_SHOWN = 100, WORK_REFRESH_SECONDS = 2, PATH_BYTES = 128 };

static const char *const LINE_FILTERS[] = {"payees", "page_token", NULL};

bool run_begin(struct visit *visit, uint32_t *ret_number)
{
    uint32_t number = 0;
    if (!desk_begin(visit, DESK_RUNS) || (number = desk_number(visit)) == 0)
        return false;
    *ret_number = number;
    return true;
}

void run_go(struct visit *visit, uint32_t number, const char *anchor)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/desk/runs/%u%s%s", number, anchor[0] != '\0' ? "#" : "", anchor);
    visit_go(visit, path);
}

void run_step(struct visit *visit, uint32_t number, const char *form,
              const ProtobufCServiceDescriptor *service, const char *method,
              const ProtobufCMessage *request, const char *const *fields)
{
    unsigned status = 400;
    if (!view_is_wrong(visit)) {
        if (ask(visit, service, method, request)) {
            run_go(visit, number, "");
            return;
        }
        if (!desk_refused(visit, fields, &status))
            return;
    }
    desk_open(visit, form);
    run_show(visit, status, number);
}

/* ---- what may be done ------------------------------------------------------------------------ */

static bool at_work(const Beckon__V1__SettlementRun *run)
{
    return run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_NONE &&
           run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_SWEEP;
}

/* Looks again by itself: at the run's own address, as this page may be the answer to a form. */
static void refresh(struct visit *visit, uint32_t number)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/desk/runs/%u", number);
    view_integer(visit, "refresh_seconds", WORK_REFRESH_SECONDS);
    view_text(visit, "refresh_path", path);
}

static void may(struct visit *visit, const char *what, bool yes)
{
    if (yes)
        json_object_set_new(desk_object(visit, "may"), what, json_true());
}

/* Which forms the page offers; the service decides again when one is sent. */
static void view_steps(struct visit *visit, const Beckon__V1__SettlementRun *run)
{
    bool idle = !at_work(run);
    bool draft = run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_DRAFT;
    bool review = run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_REVIEW;
    bool approved = run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_APPROVED;
    bool closed = run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_CLOSED ||
                  run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_PAID;
    json_int_t token = json_integer_value(json_object_get(
        json_object_get(visit->view, "session"), "token_number"));
    bool own = token != 0 && (token == run->made_by_token || token == run->submitted_by_token);
    if (!idle)
        refresh(visit, run->run_number);
    json_object_set_new(desk_object(visit, "is"), draft ? "draft" : review ? "review" :
                        approved ? "approved" : closed ? "closed" : "other", json_true());
    view_set(visit, "idle", json_boolean(idle));
    may(visit, "look_at_statements", !draft);
    if (!desk_is(visit, "payroll admin"))
        return;
    may(visit, "submit", idle && draft);
    may(visit, "approve", idle && review && !own && run->disputes_open == 0);
    may(visit, "see_own", idle && review && own);
    may(visit, "see_disputes", idle && review && run->disputes_open > 0);
    may(visit, "reject", idle && (review || approved));
    may(visit, "cancel", idle && (draft || review));
    may(visit, "close", idle && approved);
    may(visit, "decide", idle);
    may(visit, "carry", idle && (draft || review || approved));
    may(visit, "take_out", idle && closed);
    may(visit, "pay", idle && closed);
}

/* A blocker's kind, for what the page offers against it. */
static void view_blockers(struct visit *visit, const Beckon__V1__GetSettlementRunResponse *reply)
{
    static const struct { const char *reason, *name; } kinds[] = {
        {"SETTLEMENT_HELD_UNDECIDED", "held"}, {"SETTLEMENT_EARLIER_OPEN", "earlier"},
        {"SETTLEMENT_PERIODS_DUE", "due"}, {"SETTLEMENT_DISPUTES_OPEN", "by_dispute"},
    };
    json_t *blockers = json_object_get(json_object_get(visit->view, "found"), "blockers");
    for (size_t i = 0; i < reply->n_blockers; i++) {
        const char *name = "other";
        for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
            if (strcmp(reply->blockers[i]->reason, kinds[k].reason) == 0)
                name = kinds[k].name;
        }
        json_object_set_new(json_array_get(blockers, i), name, json_true());
    }
    view_set(visit, "blockers", json_incref(blockers));
}

/* Up to whom the work has come, for the page to say. */
static void view_work(const struct visit *visit, const Beckon__V1__SettlementRun *run)
{
    json_t *payee = json_object_get(json_object_get(visit->view, "run"), "work_payee");
    if (payee && run->work_payee->kind == BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE)
        json_object_set_new(payee, "is_guide", json_true());
}

/* What can be taken out of a closed run. */
static void view_files(struct visit *visit, const Beckon__V1__SettlementRun *run)
{
    static const struct { const char *name, *profile, *format, *payees; } files[] = {
        {"guides-xlsx", "generic", "xlsx", "guide"}, {"guides-csv", "generic", "csv", "guide"},
        {"china-xlsx", "china", "xlsx", "guide"}, {"china-csv", "china", "csv", "guide"},
        {"erpnext-csv", "erpnext", "csv", "guide"}, {"members-xlsx", "generic", "xlsx", "member"},
        {"members-csv", "generic", "csv", "member"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (run->totals && run->totals->member_lines == 0 &&
            strcmp(files[i].payees, "member") == 0)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", files[i].name,
                                              "profile", files[i].profile, "format",
                                              files[i].format, "payees", files[i].payees));
    }
    view_set(visit, "files", list);
}

/* Where the proof of the ledger stands that a close wants. */
static void view_proof(struct visit *visit, uint32_t number)
{
    struct proof_state state;
    if (!proof_look(visit->session->merchant_number, number, &state))
        return;
    json_t *proof = json_pack("{s:I, s:I}", "entries", (json_int_t)state.entries, "findings",
                              (json_int_t)state.findings);
    if (state.running) {
        json_object_set_new(proof, "running", json_true());
        refresh(visit, number);
    } else if (state.certificate[0] != '\0') {
        json_object_set_new(proof, "certificate", json_string(state.certificate));
    } else if (state.findings == 0) {
        visit->error = state.error;
        view_refused(visit);
    }
    view_set(visit, "proof", proof);
}

/* ---- the page's lists ------------------------------------------------------------------------ */

static bool load_lines(struct visit *visit, uint32_t number)
{
    Beckon__V1__ListSettlementLinesRequest *request =
        desk_query(visit, &beckon__v1__list_settlement_lines_request__descriptor, LINE_FILTERS);
    request->run_number = number;
    if (request->payees == BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER)
        view_set(visit, "of_members", json_true());
    return ask_into(visit, "lines", &beckon__v1__settlement_service__descriptor,
                    "ListSettlementLines", &request->base) != NULL;
}

static bool load_warnings(struct visit *visit, uint32_t number)
{
    Beckon__V1__ListSettlementWarningsRequest request =
        BECKON__V1__LIST_SETTLEMENT_WARNINGS_REQUEST__INIT;
    request.run_number = number;
    request.page_token = (char *)fields_get(&visit->exchange->query, "warnings");
    return ask_into(visit, "warned", &beckon__v1__statement_service__descriptor,
                    "ListSettlementWarnings", &request.base) != NULL;
}

static bool load_disputes(struct visit *visit, uint32_t number)
{
    Beckon__V1__ListDisputesRequest request = BECKON__V1__LIST_DISPUTES_REQUEST__INIT;
    request.run_number = number;
    request.page_size = DISPUTES_SHOWN;
    request.page_token = (char *)fields_get(&visit->exchange->query, "disputes");
    if (!ask_into(visit, "disputed", &beckon__v1__statement_service__descriptor, "ListDisputes",
                  &request.base))
        return false;
    json_t *disputes = json_object_get(json_object_get(visit->view, "disputed"), "disputes");
    for (size_t i = 0; i < json_array_size(disputes); i++) {
        json_t *dispute = json_array_get(disputes, i);
        const char *state = json_string_value(json_object_get(dispute, "state"));
        const char *unit = json_string_value(json_object_get(dispute, "unit"));
        json_object_set_new(dispute, strcmp(state, "open") == 0 ? "undecided" : state,
                            json_true());
        json_object_set_new(dispute, strcmp(unit, "cash") == 0 ? "in_cash" : "in_points",
                            json_true());
    }
    return true;
}

static bool load_exports(struct visit *visit, uint32_t number)
{
    Beckon__V1__ListSettlementExportsRequest request =
        BECKON__V1__LIST_SETTLEMENT_EXPORTS_REQUEST__INIT;
    request.run_number = number;
    request.page_size = EXPORTS_SHOWN;
    request.page_token = (char *)fields_get(&visit->exchange->query, "exports");
    return ask_into(visit, "exported", &beckon__v1__export_service__descriptor,
                    "ListSettlementExports", &request.base) != NULL;
}

void run_show(struct visit *visit, unsigned status, uint32_t number)
{
    Beckon__V1__GetSettlementRunRequest request = BECKON__V1__GET_SETTLEMENT_RUN_REQUEST__INIT;
    request.run_number = number;
    const Beckon__V1__GetSettlementRunResponse *reply =
        ask_into(visit, "found", &beckon__v1__settlement_service__descriptor, "GetSettlementRun",
                 &request.base);
    if (!reply) {
        visit_failed(visit);
        return;
    }
    json_t *found = json_object_get(visit->view, "found");
    view_set(visit, "run", json_incref(json_object_get(found, "run")));
    view_steps(visit, reply->run);
    view_work(visit, reply->run);
    view_files(visit, reply->run);
    view_blockers(visit, reply);
    if (reply->run->state == BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_APPROVED)
        view_proof(visit, number);
    if (!load_lines(visit, number) || !load_warnings(visit, number) ||
        !load_disputes(visit, number) ||
        (reply->run->exports > 0 && !load_exports(visit, number))) {
        visit_failed(visit);
        return;
    }
    desk_show(visit, status, "desk/run");
}

void run_get(struct visit *visit)
{
    uint32_t number = 0;
    if (run_begin(visit, &number))
        run_show(visit, 200, number);
}
