/* The front page of the desk: what this role may do. */
#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/web/desk/desk.h"

void desk_get(struct visit *visit)
{
    if (desk_begin(visit, DESK_HOME))
        desk_show(visit, 200, "desk/home");
}

void desk_sign_out_post(struct visit *visit)
{
    Beckon__V1__EndSessionRequest request = BECKON__V1__END_SESSION_REQUEST__INIT;
    /* Whatever the service says: this browser forgets. */
    ask(visit, &beckon__v1__sign_in_service__descriptor, "EndSession", &request.base);
    visit_sign(visit, NULL, 0);
    visit_tell(visit, 200, "signed_out");
}
