/* Who did what, and when. */
#include "beckon/v1/audit_service.pb-c.h"
#include "clients/web/desk/desk.h"

static const char *const FILTERS[] = {"from_date", "until_date", "action", "object_kind",
                                      "object_number", "token_number", "page_token", NULL};

void desk_audit_get(struct visit *visit)
{
    unsigned status = 200;
    if (!desk_begin(visit, DESK_AUDIT))
        return;
    const Beckon__V1__ListAuditEntriesRequest *request =
        desk_query(visit, &beckon__v1__list_audit_entries_request__descriptor, FILTERS);
    if (view_is_wrong(visit)) {
        status = 400;
    } else if (!ask_into(visit, "list", &beckon__v1__audit_service__descriptor,
                         "ListAuditEntries", &request->base) &&
               !desk_refused(visit, FILTERS, &status)) {
        return;
    }
    desk_show(visit, status, "desk/audit");
}
