/* A member's own card: her code to share, what she has, where she stands. */
#include <assert.h>
#include <string.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/ledger_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/web/customer/customer.h"
#include "clients/web/site/own_code.h"

/* Most members never have cash: then the page doesn't speak of it. */
static bool holds_something(const json_t *balance)
{
    return json_integer_value(json_object_get(balance, "available")) != 0 ||
           json_integer_value(json_object_get(balance, "pending")) != 0 ||
           json_integer_value(json_object_get(balance, "debt")) != 0;
}

/* GetBalance's two balances by their names: view "points" and "cash". */
bool card_load_balance(struct visit *visit)
{
    Beckon__V1__GetBalanceRequest request = BECKON__V1__GET_BALANCE_REQUEST__INIT;
    if (!ask_into(visit, "balance", &beckon__v1__ledger_service__descriptor, "GetBalance",
                  &request.base))
        return false;
    json_t *account =
        json_object_get(json_object_get(visit->view, "balance"), "account_balances");
    json_t *balances = json_object_get(account, "balances");
    for (size_t i = 0; i < json_array_size(balances); i++) {
        json_t *balance = json_array_get(balances, i);
        const char *unit = json_string_value(json_object_get(balance, "unit"));
        assert(unit);
        view_set(visit, unit, json_incref(balance));
        if (strcmp(unit, "cash") == 0 && holds_something(balance))
            view_set(visit, "has_cash", json_true());
    }
    return true;
}

void card_show(struct visit *visit, unsigned status, const char *name)
{
    view_text(visit, "brand", json_string_value(json_object_get(
                                  json_object_get(visit->view, "session"), "merchant_name")));
    view_text(visit, "script", "page.js");
    visit_show(visit, status, name);
}

/* What tiers are measured by, as the template asks for it. */
static void view_tier(struct visit *visit, const Beckon__V1__GetMemberResponse *reply)
{
    const Beckon__V1__TierStanding *tier = reply->member->tier;
    if (tier && tier->basis == BECKON__V1__TIER_BASIS__TIER_BASIS_POINTS)
        view_set(visit, "tier_points", json_true());
}

void card_get(struct visit *visit)
{
    if (!visit->signed_in || fields_get(&visit->exchange->query, "other")[0] != '\0') {
        card_sign_in(visit);
        return;
    }
    Beckon__V1__GetMemberRequest request = BECKON__V1__GET_MEMBER_REQUEST__INIT;
    const Beckon__V1__GetMemberResponse *own;
    const char *code;
    const Beckon__V1__RenderCodeResponse *image;
    if (visit_session(visit) && strcmp(visit->session->role, "member") != 0) {
        visit_tell(visit, 403, "other_role");
        return;
    }
    if (!visit->session ||
        !(own = ask_into(visit, "own", &beckon__v1__member_service__descriptor, "GetMember",
                         &request.base)) ||
        !card_load_balance(visit) || !(code = own_code(visit)) ||
        !(image = own_code_image(visit, code, OWN_CODE_CARD))) {
        visit_failed(visit);
        return;
    }
    view_tier(visit, own);
    view_set(visit, "code", json_pack("{s:s, s:s}", "code", code, "link", image->link));
    view_set(visit, "at_card", json_true());
    card_show(visit, 200, "customer/card");
}

void card_qr_get(struct visit *visit)
{
    const char *code = own_code(visit);
    const Beckon__V1__RenderCodeResponse *image =
        code ? own_code_image(visit, code, OWN_CODE_CARD) : NULL;
    if (!image) {
        visit_failed(visit);
        return;
    }
    exchange_send(visit->exchange, 200, image->media_type,
                  g_memdup2(image->image.data, image->image.len), image->image.len);
}

void sign_out_post(struct visit *visit)
{
    Beckon__V1__EndSessionRequest request = BECKON__V1__END_SESSION_REQUEST__INIT;
    /* Whatever the service says: this browser forgets. */
    ask(visit, &beckon__v1__sign_in_service__descriptor, "EndSession", &request.base);
    visit_sign(visit, NULL, 0);
    visit_go(visit, "/card");
}
