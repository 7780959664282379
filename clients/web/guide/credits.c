/* His credits, and each one explained: which rule of which version, from which numbers, and what
 * became of it. */
#include "clients/web/guide/guide.h"

#include <string.h>

#include "beckon/v1/credit_service.pb-c.h"
#include "beckon/v1/explain_service.pb-c.h"
#include "clients/message/text.h"

static void written_by_unit(json_t *object)
{
    const char *unit = json_string_value(json_object_get(object, "unit"));
    json_object_set_new(object, unit && strcmp(unit, "cash") == 0 ? "as_money" : "as_number",
                        json_true());
}

/* A filter of the query; false: it names nothing, and a page has said so. */
static bool filter_asked(struct visit *visit, const char *name,
                         const ProtobufCEnumDescriptor *type, int *ret_value)
{
    const char *text = fields_get(&visit->exchange->query, name);
    view_text(visit, name, text);
    if (text[0] == '\0' || text_to_enum(type, text, ret_value))
        return true;
    visit_tell(visit, 404, "nothing");
    return false;
}

void credits_get(struct visit *visit)
{
    int unit = 0, state = 0;
    size_t index;
    json_t *credit;
    Beckon__V1__ListCreditsRequest request = BECKON__V1__LIST_CREDITS_REQUEST__INIT;
    if (!filter_asked(visit, "unit", &beckon__v1__unit__descriptor, &unit) ||
        !filter_asked(visit, "state", &beckon__v1__credit_state__descriptor, &state))
        return;
    request.unit = (Beckon__V1__Unit)unit;
    request.state = (Beckon__V1__CreditState)state;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__credit_service__descriptor, "ListCredits",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    json_array_foreach(guide_reply(visit, "list", "credits"), index, credit) {
        const char *at = json_string_value(json_object_get(credit, "state"));
        written_by_unit(credit);
        if (at && strcmp(at, "pending") == 0)
            json_object_set_new(credit, "waits", json_true());
    }
    guide_show(visit, 200, "guide/credits", "board");
}

void guide_credit_get(struct visit *visit)
{
    size_t index;
    json_t *entry;
    Beckon__V1__ExplainCreditRequest request = BECKON__V1__EXPLAIN_CREDIT_REQUEST__INIT;
    if (!guide_number_asked(visit, G_MAXINT64, &request.credit_number))
        return;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "credit", &beckon__v1__explain_service__descriptor, "ExplainCredit",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    written_by_unit(json_object_get(visit->view, "credit"));
    json_array_foreach(guide_reply(visit, "credit", "entries"), index, entry)
        written_by_unit(entry);
    guide_show(visit, 200, "guide/credit", "board");
}
