/* His statements: what a settlement run pays him, from which credits, and what he says to it. */
#include "clients/web/guide/guide.h"

#include <string.h>

#include "beckon/v1/statement_service.pb-c.h"

char *statement_entity_asked(const struct visit *visit)
{
    const char *typed = visit_field(visit, "entity");
    return (char *)(typed[0] != '\0' ? typed : fields_get(&visit->exchange->query, "entity"));
}

void statement_go(struct visit *visit, uint32_t run_number, const char *pay_entity)
{
    char *entity = g_uri_escape_string(pay_entity, NULL, false);
    char *path = g_strdup_printf("/guide/statements/%u?entity=%s", run_number, entity);
    visit_go(visit, path);
    g_free(path);
    g_free(entity);
}

void statement_view(struct visit *visit)
{
    json_t *statement = guide_reply(visit, "found", "statement");
    const char *end = json_string_value(json_object_get(statement, "period_end"));
    json_object_set_new(statement, "period_last", guide_day_before(end ? end : ""));
    json_object_set(visit->view, "statement", statement);
}

void statements_get(struct visit *visit)
{
    Beckon__V1__ListStatementsRequest request = BECKON__V1__LIST_STATEMENTS_REQUEST__INIT;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__statement_service__descriptor, "ListStatements",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    guide_show(visit, 200, "guide/statements", "statements");
}

/* ---- one statement --------------------------------------------------------------------------- */

/* The newest word he had on each credit stands beside it. */
static void mark_disputed(struct visit *visit, const Beckon__V1__GetStatementResponse *statement,
                          const Beckon__V1__ListDisputesResponse *disputes)
{
    json_t *credits = guide_reply(visit, "found", "credits");
    for (size_t c = 0; c < statement->n_credits; c++) {
        json_t *credit = json_array_get(credits, c);
        for (size_t d = 0; d < disputes->n_disputes; d++) {
            if (disputes->disputes[d]->credit_number == statement->credits[c]->credit_number)
                json_object_set(credit, "dispute_state",
                                json_object_get(json_array_get(guide_reply(visit, "said",
                                                                           "disputes"), d),
                                                "state"));
        }
        bool cash = statement->credits[c]->unit == BECKON__V1__UNIT__UNIT_CASH;
        json_object_set_new(credit, cash ? "as_money" : "as_number", json_true());
    }
}

/* What he said about this statement; other employers' statements of the run have their own. */
static void view_disputes(struct visit *visit, const Beckon__V1__ListDisputesResponse *disputes,
                          const char *pay_entity)
{
    json_t *said = json_array();
    for (size_t i = 0; i < disputes->n_disputes; i++) {
        const Beckon__V1__Dispute *dispute = disputes->disputes[i];
        if (strcmp(dispute->pay_entity, pay_entity) != 0)
            continue;
        json_t *one = json_array_get(guide_reply(visit, "said", "disputes"), i);
        if (dispute->state == BECKON__V1__DISPUTE_STATE__DISPUTE_STATE_OPEN)
            json_object_set_new(one, "is_open", json_true());
        json_object_set_new(one,
                            dispute->unit == BECKON__V1__UNIT__UNIT_CASH ? "as_money" : "as_number",
                            json_true());
        json_array_append(said, one);
    }
    view_set(visit, "has_disputes", json_boolean(json_array_size(said) > 0));
    view_set(visit, "disputes", said);
}

void statement_get(struct visit *visit)
{
    uint64_t number;
    Beckon__V1__GetStatementRequest request = BECKON__V1__GET_STATEMENT_REQUEST__INIT;
    Beckon__V1__ListDisputesRequest list = BECKON__V1__LIST_DISPUTES_REQUEST__INIT;
    const Beckon__V1__ListDisputesResponse *disputes = NULL;
    const Beckon__V1__GetStatementResponse *found = NULL;
    if (!guide_number_asked(visit, UINT32_MAX, &number))
        return;
    request.run_number = list.run_number = (uint32_t)number;
    request.pay_entity = statement_entity_asked(visit);
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!(found = ask_into(visit, "found", &beckon__v1__statement_service__descriptor,
                           "GetStatement", &request.base)) ||
        !(disputes = ask_into(visit, "said", &beckon__v1__statement_service__descriptor,
                              "ListDisputes", &list.base))) {
        guide_failed(visit);
        return;
    }
    statement_view(visit);
    guide_titles(visit, guide_reply(visit, "found", "credits"));
    mark_disputed(visit, found, disputes);
    view_disputes(visit, disputes, found->statement->line->pay_entity);
    view_set(visit, "may_dispute",
             json_boolean(found->statement->state ==
                          BECKON__V1__SETTLEMENT_STATE__SETTLEMENT_STATE_REVIEW));
    guide_show(visit, 200, "guide/statement", "statements");
}
