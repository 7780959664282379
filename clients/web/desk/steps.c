/* What a person does to a run: each a form of its page, asked once more there with the figures. */
#include <string.h>

#include "beckon/v1/period_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "clients/web/desk/proof.h"
#include "clients/web/desk/runs.h"
#include "clients/web/page/format.h"

#define SETTLEMENT (&beckon__v1__settlement_service__descriptor)
#define STATEMENT (&beckon__v1__statement_service__descriptor)

void run_submit_post(struct visit *visit)
{
    static const char *const fields[] = {"draft_no", NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__SubmitSettlementRunRequest *request =
        desk_form(visit, &beckon__v1__submit_settlement_run_request__descriptor, fields);
    request->run_number = number;
    run_step(visit, number, "submit", SETTLEMENT, "SubmitSettlementRun", &request->base, fields);
}

void run_approve_post(struct visit *visit)
{
    static const char *const fields[] = {"hash", NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__ApproveSettlementRunRequest *request =
        desk_form(visit, &beckon__v1__approve_settlement_run_request__descriptor, fields);
    request->run_number = number;
    run_step(visit, number, "approve", SETTLEMENT, "ApproveSettlementRun", &request->base, fields);
}

void run_reject_post(struct visit *visit)
{
    static const char *const fields[] = {"draft_no", "reason", NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__RejectSettlementRunRequest *request =
        desk_form(visit, &beckon__v1__reject_settlement_run_request__descriptor, fields);
    request->run_number = number;
    run_step(visit, number, "reject", SETTLEMENT, "RejectSettlementRun", &request->base, fields);
}

void run_cancel_post(struct visit *visit)
{
    static const char *const fields[] = {"reason", NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__CancelSettlementRunRequest *request =
        desk_form(visit, &beckon__v1__cancel_settlement_run_request__descriptor, fields);
    request->run_number = number;
    run_step(visit, number, "cancel", SETTLEMENT, "CancelSettlementRun", &request->base, fields);
}

/* ---- close: prove the ledger, then settle ---------------------------------------------------- */

void run_verify_post(struct visit *visit)
{
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    if (!desk_is(visit, "payroll admin")) {
        view_text(visit, "next", "/desk");
        visit_tell(visit, 403, "desk_role");
        return;
    }
    /* One that runs already may be this visitor's own double tap. */
    struct proof_state state;
    uint32_t merchant = visit->session->merchant_number;
    bool begun = proof_begin(merchant, number, visit->site->address, &visit->site->tls,
                             visit->cookie + 2, visit->exchange->address);
    if (begun || (proof_look(merchant, number, &state) && state.running)) {
        run_go(visit, number, "next");
        return;
    }
    view_wrong(visit, "", "run.proof_busy");
    run_show(visit, 409, number);
}

void run_close_post(struct visit *visit)
{
    static const char *const fields[] = {"hash", "verify_certificate", NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__CloseSettlementRunRequest *request =
        desk_form(visit, &beckon__v1__close_settlement_run_request__descriptor, fields);
    request->run_number = number;
    run_step(visit, number, "close", SETTLEMENT, "CloseSettlementRun", &request->base, fields);
}

/* ---- what stands in the way ------------------------------------------------------------------ */

void run_dispute_post(struct visit *visit)
{
    static const char *const fields[] = {"dispute_number", "decision", "remedy", "unit", "reason",
                                         NULL};
    static const char *const shown[] = {"dispute_reason", NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__DecideDisputeRequest *request =
        desk_form(visit, &beckon__v1__decide_dispute_request__descriptor, fields);
    request->run_number = number;
    if (request->decision == BECKON__V1__DISPUTE_DECISION__DISPUTE_DECISION_REJECT) {
        request->remedy = BECKON__V1__DISPUTE_REMEDY__DISPUTE_REMEDY_UNSPECIFIED;
        request->unit = BECKON__V1__UNIT__UNIT_UNSPECIFIED;
    } else {
        gint64 amount = 0;
        const char *text = visit_field(visit, "amount");
        bool cash = request->unit == BECKON__V1__UNIT__UNIT_CASH;
        if (!(cash ? format_read_money(visit->currency, text, &amount)
                   : g_ascii_string_to_signed(text, 10, -G_MAXINT64, G_MAXINT64, &amount, NULL)))
            view_wrong(visit, "", "run.amount_wrong");
        request->amount = amount;
    }
    run_step(visit, number, "dispute", STATEMENT, "DecideDispute", &request->base, shown);
}

void run_carry_post(struct visit *visit)
{
    static const char *const fields[] = {"credit_number", "reason", NULL};
    static const char *const shown[] = {NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__CarryHeldCreditRequest *request =
        desk_form(visit, &beckon__v1__carry_held_credit_request__descriptor, fields);
    request->run_number = number;
    run_step(visit, number, "carry", STATEMENT, "CarryHeldCredit", &request->base, shown);
}

/* A period's bonuses before the rule's wait is over: the close wants them. */
void run_period_post(struct visit *visit)
{
    static const char *const fields[] = {"rule_id", "period", NULL};
    static const char *const shown[] = {NULL};
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__ClosePeriodRequest *request =
        desk_form(visit, &beckon__v1__close_period_request__descriptor, fields);
    request->early = true;
    run_step(visit, number, "period", &beckon__v1__period_service__descriptor, "ClosePeriod",
             &request->base, shown);
}
