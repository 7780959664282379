/* A member's own card: her code to share. */
#include <stdio.h>
#include <string.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/web/customer/customer.h"

/* Her newest code that is good, made where she has none. NULL: visit->error. */
static const char *own_code(struct visit *visit)
{
    Beckon__V1__ListCodesRequest list = BECKON__V1__LIST_CODES_REQUEST__INIT;
    const Beckon__V1__Code *newest = NULL;
    const Beckon__V1__ListCodesResponse *codes =
        ask(visit, &beckon__v1__code_service__descriptor, "ListCodes", &list.base);
    if (!codes)
        return NULL;
    for (size_t i = 0; i < codes->n_codes; i++) {
        const Beckon__V1__Code *code = codes->codes[i];
        if (!code->revoked_at && !code->ends_at &&
            (!newest || code->created_at->seconds > newest->created_at->seconds))
            newest = code;
    }
    if (newest)
        return newest->code;
    char id[32];
    Beckon__V1__Code wanted = BECKON__V1__CODE__INIT;
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    Beckon__V1__CreateCodeRequest create = BECKON__V1__CREATE_CODE_REQUEST__INIT;
    owner.kind = BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER;
    owner.number = visit->session->number;
    wanted.owner = &owner;
    wanted.channel = BECKON__V1__CHANNEL__CHANNEL_CHAT;
    snprintf(id, sizeof id, "card-%u", visit->session->number);
    create.code = &wanted;
    create.request_id = id;
    const Beckon__V1__CreateCodeResponse *made =
        ask(visit, &beckon__v1__code_service__descriptor, "CreateCode", &create.base);
    return made ? made->code->code : NULL;
}

static const Beckon__V1__RenderCodeResponse *render(struct visit *visit, const char *code)
{
    Beckon__V1__RenderCodeRequest request = BECKON__V1__RENDER_CODE_REQUEST__INIT;
    request.code = (char *)code;
    request.link_base = (char *)(visit->site->link_base ? visit->site->link_base : "");
    return ask(visit, &beckon__v1__code_service__descriptor, "RenderCode", &request.base);
}

void card_get(struct visit *visit)
{
    if (!visit->signed_in || fields_get(&visit->exchange->query, "other")[0] != '\0') {
        card_sign_in(visit);
        return;
    }
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    const char *code = NULL;
    const Beckon__V1__RenderCodeResponse *image = NULL;
    if (visit_session(visit) && strcmp(visit->session->role, "member") != 0) {
        visit_tell(visit, 403, "other_role");
        return;
    }
    if (!visit->session || !ask_into(visit, "own", &beckon__v1__member_service__descriptor,
                                     "GetMember", &request.base) ||
        !(code = own_code(visit)) || !(image = render(visit, code))) {
        visit_failed(visit);
        return;
    }
    view_set(visit, "code", json_pack("{s:s, s:s}", "code", code, "link", image->link));
    view_text(visit, "script", "page.js");
    visit_show(visit, 200, "customer/card");
}

void card_qr_get(struct visit *visit)
{
    const char *code = own_code(visit);
    const Beckon__V1__RenderCodeResponse *image = code ? render(visit, code) : NULL;
    if (!image) {
        visit_failed(visit);
        return;
    }
    exchange_send(visit->exchange, 200, "image/png", g_memdup2(image->image.data, image->image.len),
                  image->image.len);
}

void sign_out_post(struct visit *visit)
{
    Beckon__V1__EndSessionRequest request = BECKON__V1__END_SESSION_REQUEST__INIT;
    /* Whatever the service says: this browser forgets. */
    ask(visit, &beckon__v1__sign_in_service__descriptor, "EndSession", &request.base);
    visit_sign(visit, NULL, 0);
    visit_go(visit, "/card");
}
