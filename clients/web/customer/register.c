/* Registration: the page a scanned code leads to.
 *
 * Whoever registers sees the same pages whether or not the phone is a member's already: the form,
 * then the code that was sent to the phone, then the card of whose phone it is. Where no messages
 * can be sent, the last page is one that shows nobody's card. */
#include <string.h>

#include "beckon/v1/code_service.pb-c.h"
#include "beckon/v1/member_service.pb-c.h"
#include "clients/message/message.h"
#include "clients/web/customer/customer.h"
#include "clients/web/customer/proving.h"

/* ---- who invites ----------------------------------------------------------------------------- */

/* A page for a code that can't be used: mistyped (nobody looked it up), or gone. */
static void show_code_wrong(struct visit *visit, const char *code)
{
    view_text(visit, "code", code);
    if (visit->error.code == CHANNEL_INVALID_ARGUMENT)
        view_set(visit, "mistyped", json_true());
    visit_show(visit, visit->error.code == CHANNEL_INVALID_ARGUMENT ? 400 : 404,
               "customer/code_wrong");
}

/* What a welcome gives, by its unit: templates ask for points or cash. */
static void view_welcome(json_t *welcome, const Beckon__V1__Welcome *given)
{
    json_t *amount = json_integer(given->amount);
    if (given->amount > 0 && given->unit == BECKON__V1__UNIT__UNIT_POINTS)
        json_object_set(welcome, "points", amount);
    if (given->amount > 0 && given->unit == BECKON__V1__UNIT__UNIT_CASH)
        json_object_set(welcome, "cash", amount);
    json_decref(amount);
}

/* The invitation behind a code into the view; false: the answer has been sent. */
static bool load_invitation(struct visit *visit, const char *code)
{
    Beckon__V1__ResolveCodeRequest request = BECKON__V1__RESOLVE_CODE_REQUEST__INIT;
    request.code = (char *)code;
    const Beckon__V1__ResolveCodeResponse *reply =
        ask_into(visit, "invite", &beckon__v1__code_service__descriptor, "ResolveCode",
                 &request.base);
    if (!reply) {
        if (visit->error.code == CHANNEL_INVALID_ARGUMENT || visit->error.code == CHANNEL_NOT_FOUND)
            show_code_wrong(visit, code);
        else
            visit_failed(visit);
        return false;
    }
    json_t *invite = json_object_get(visit->view, "invite");
    for (size_t i = 0; i < reply->n_welcome; i++)
        view_welcome(json_array_get(json_object_get(invite, "welcome"), i), reply->welcome[i]);
    if (reply->owner_kind == BECKON__V1__PARTY_KIND__PARTY_KIND_SHOP)
        json_object_set_new(invite, "from_shop", json_true());
    if (!reply->brings_referrer)
        view_set(visit, "ask_recommender", json_true());
    view_text(visit, "brand", reply->merchant_name);
    return true;
}

/* ---- the form -------------------------------------------------------------------------------- */

static void show_form(struct visit *visit, unsigned status)
{
    if (visit_field(visit, "name")[0] != '\0' || visit_field(visit, "birthday")[0] != '\0')
        view_set(visit, "open_more", json_true());
    view_text(visit, "script", "page.js");
    visit_show(visit, status, "customer/register");
}

static void get_form(struct visit *visit, const char *code)
{
    if (visit->signed_in && visit_session(visit) && strcmp(visit->session->role, "member") == 0) {
        visit_go(visit, "/card"); /* a member who scans again is led to her own card */
        return;
    }
    visit_speak_as(visit, false);
    if (code[0] == '\0')
        view_set(visit, "ask_recommender", json_true());
    else if (!load_invitation(visit, code))
        return;
    show_form(visit, 200);
}

static void post_form(struct visit *visit, const char *code)
{
    Beckon__V1__RegisterMemberRequest request = BECKON__V1__REGISTER_MEMBER_REQUEST__INIT;

    visit_speak_as(visit, false);
    if (strcmp(visit_field(visit, "consent"), "yes") != 0)
        view_wrong(visit, "consent", "register.consent_missing");
    request.phone = (char *)visit_field(visit, "phone");
    request.consent_policy_version = (char *)POLICY_VERSION;
    request.code = (char *)code;
    request.recommender = (char *)visit_field(visit, "recommender");
    request.name = (char *)visit_field(visit, "name");
    request.birthday = (char *)visit_field(visit, "birthday");
    request.merchant_number = code[0] == '\0' ? visit->site->merchant_number : 0;
    if (!view_is_wrong(visit) && ask(visit, &beckon__v1__member_service__descriptor,
                                     "RegisterMember", &request.base)) {
        phone_send_code(visit, request.phone, "/registered");
        return;
    }
    if (!view_is_wrong(visit) && visit->error.code != CHANNEL_INVALID_ARGUMENT) {
        visit_failed(visit);
        return;
    }
    if (!view_is_wrong(visit) && strcmp(visit->error.field, "code") != 0)
        view_refused(visit);
    if (code[0] == '\0')
        view_set(visit, "ask_recommender", json_true());
    else if (!load_invitation(visit, code))
        return;
    show_form(visit, 400);
}

void register_get_with_code(struct visit *visit)
{
    get_form(visit, visit->rest);
}

void register_post_with_code(struct visit *visit)
{
    post_form(visit, visit->rest);
}

/* "/R?code=..." is what the form for a mistyped code asks. */
void register_get(struct visit *visit)
{
    get_form(visit, fields_get(&visit->exchange->query, "code"));
}

void register_post(struct visit *visit)
{
    post_form(visit, fields_get(&visit->exchange->query, "code"));
}

void registered_get(struct visit *visit)
{
    visit_show(visit, 200, "customer/registered");
}

void policy_get(struct visit *visit)
{
    view_text(visit, "policy_version", POLICY_VERSION);
    visit_show(visit, 200, "customer/policy");
}
