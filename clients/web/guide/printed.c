/* The statement as the service prints it: a page of its own, with a policy of its own. */
#include "beckon/v1/export_service.pb-c.h"
#include "clients/web/guide/guide.h"
#include "clients/web/site/printed.h"

void statement_print_get(struct visit *visit)
{
    uint64_t number;
    Beckon__V1__PrintStatementRequest request = BECKON__V1__PRINT_STATEMENT_REQUEST__INIT;
    if (!guide_number_asked(visit, UINT32_MAX, &number))
        return;
    request.run_number = (uint32_t)number;
    request.pay_entity = statement_entity_asked(visit);
    request.english = visit->language == LANGUAGE_EN;
    const Beckon__V1__PrintStatementResponse *reply =
        ask(visit, &beckon__v1__export_service__descriptor, "PrintStatement", &request.base);
    if (!reply) {
        guide_failed(visit);
        return;
    }
    printed_show(visit, reply->html.data, reply->html.len);
}
