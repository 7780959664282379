/* Saying that a statement is wrong, and taking it back. */
#include "clients/web/guide/guide.h"

#include <string.h>

#include "beckon/v1/explain_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"

/* The credit that query or form names; 0: the statement as a whole. */
static bool credit_asked(struct visit *visit, uint64_t *ret_credit)
{
    const char *text = visit_field(visit, "credit");
    guint64 number = 0;
    if (text[0] == '\0')
        text = fields_get(&visit->exchange->query, "credit");
    if (text[0] != '\0' && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &number, NULL)) {
        visit_tell(visit, 404, "nothing");
        return false;
    }
    *ret_credit = number;
    return true;
}

/* The form, with what it is about. */
static void show_form(struct visit *visit, uint32_t run_number, uint64_t credit, unsigned status)
{
    Beckon__V1__GetStatementRequest request = BECKON__V1__GET_STATEMENT_REQUEST__INIT;
    Beckon__V1__ExplainCreditRequest explain = BECKON__V1__EXPLAIN_CREDIT_REQUEST__INIT;
    request.run_number = run_number;
    request.pay_entity = statement_entity_asked(visit);
    request.page_size = 1;
    explain.credit_number = credit;
    explain.page_size = 1;
    if (!ask_into(visit, "found", &beckon__v1__statement_service__descriptor, "GetStatement",
                  &request.base) ||
        (credit != 0 && !ask_into(visit, "credit", &beckon__v1__explain_service__descriptor,
                                  "ExplainCredit", &explain.base))) {
        guide_failed(visit);
        return;
    }
    statement_view(visit);
    view_text(visit, "entity", request.pay_entity);
    guide_show(visit, status, "guide/dispute", "statements");
}

void dispute_get(struct visit *visit)
{
    uint64_t run, credit;
    if (guide_number_asked(visit, UINT32_MAX, &run) && credit_asked(visit, &credit))
        show_form(visit, (uint32_t)run, credit, 200);
}

/* The service keeps one line; what was typed in several is one too. */
static char *one_line(const char *text)
{
    char *line = g_strdup(text);
    return g_strstrip(g_strdelimit(line, "\r\n\t", ' '));
}

void dispute_post(struct visit *visit)
{
    uint64_t run, credit;
    Beckon__V1__OpenDisputeRequest request = BECKON__V1__OPEN_DISPUTE_REQUEST__INIT;
    if (!guide_number_asked(visit, UINT32_MAX, &run) || !credit_asked(visit, &credit))
        return;
    request.request_id = (char *)visit_field(visit, "request_id");
    request.run_number = (uint32_t)run;
    request.pay_entity = statement_entity_asked(visit);
    request.credit_number = credit;
    g_autofree char *text = one_line(visit_field(visit, "text"));
    request.text = text;
    if (ask(visit, &beckon__v1__statement_service__descriptor, "OpenDispute", &request.base)) {
        statement_go(visit, (uint32_t)run, request.pay_entity);
    } else if (visit->error.code == CHANNEL_INVALID_ARGUMENT) {
        view_refused(visit);
        show_form(visit, (uint32_t)run, credit, 400);
    } else {
        guide_failed(visit);
    }
}

void withdraw_post(struct visit *visit)
{
    uint64_t run;
    guint64 dispute;
    Beckon__V1__WithdrawDisputeRequest request = BECKON__V1__WITHDRAW_DISPUTE_REQUEST__INIT;
    if (!guide_number_asked(visit, UINT32_MAX, &run))
        return;
    if (!g_ascii_string_to_unsigned(visit_field(visit, "dispute"), 10, 1, UINT32_MAX, &dispute,
                                    NULL)) {
        visit_tell(visit, 404, "nothing");
        return;
    }
    request.run_number = (uint32_t)run;
    request.dispute_number = (uint32_t)dispute;
    if (ask(visit, &beckon__v1__statement_service__descriptor, "WithdrawDispute", &request.base))
        statement_go(visit, (uint32_t)run, statement_entity_asked(visit));
    else
        guide_failed(visit);
}
