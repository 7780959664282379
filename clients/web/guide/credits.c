/* His credits, and each one explained: which rule of which version, from which numbers, and what
 * became of it. */
#include "clients/web/guide/guide.h"

#include <string.h>

#include "beckon/v1/credit_service.pb-c.h"
#include "beckon/v1/explain_service.pb-c.h"
#include "clients/message/text.h"

enum { HELD_ROWS = 500 };

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

static void view_credits(json_t *credits)
{
    size_t index;
    json_t *credit;
    json_array_foreach(credits, index, credit) {
        const char *at = json_string_value(json_object_get(credit, "state"));
        written_by_unit(credit);
        if (at && strcmp(at, "pending") == 0)
            json_object_set_new(credit, "waits", json_true());
    }
}

/* Those that wait for a person's decision: they come first in each state. */
static void held_get(struct visit *visit, Beckon__V1__Unit unit)
{
    static const Beckon__V1__CreditState states[] = {
        BECKON__V1__CREDIT_STATE__CREDIT_STATE_PENDING,
        BECKON__V1__CREDIT_STATE__CREDIT_STATE_AVAILABLE,
    };
    json_t *held = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        size_t index;
        json_t *credit;
        Beckon__V1__ListCreditsRequest request = BECKON__V1__LIST_CREDITS_REQUEST__INIT;
        request.unit = unit;
        request.state = states[i];
        request.page_size = HELD_ROWS;
        if (!ask_into(visit, "part", &beckon__v1__credit_service__descriptor, "ListCredits",
                      &request.base)) {
            json_decref(held);
            guide_failed(visit);
            return;
        }
        json_array_foreach(guide_reply(visit, "part", "credits"), index, credit) {
            if (json_is_true(json_object_get(credit, "held")))
                json_array_append(held, credit);
        }
    }
    view_credits(held);
    view_set(visit, "only_held", json_true());
    view_set(visit, "list", json_pack("{s:o}", "credits", held));
    guide_show(visit, 200, "guide/credits", "board");
}

void credits_get(struct visit *visit)
{
    int unit = 0, state = 0;
    Beckon__V1__ListCreditsRequest request = BECKON__V1__LIST_CREDITS_REQUEST__INIT;
    if (!filter_asked(visit, "unit", &beckon__v1__unit__descriptor, &unit) ||
        !filter_asked(visit, "state", &beckon__v1__credit_state__descriptor, &state))
        return;
    if (fields_get(&visit->exchange->query, "held")[0] != '\0') {
        held_get(visit, (Beckon__V1__Unit)unit);
        return;
    }
    request.unit = (Beckon__V1__Unit)unit;
    request.state = (Beckon__V1__CreditState)state;
    request.page_size = GUIDE_ROWS;
    request.page_token = guide_page_asked(visit);
    if (!ask_into(visit, "list", &beckon__v1__credit_service__descriptor, "ListCredits",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    view_credits(guide_reply(visit, "list", "credits"));
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
