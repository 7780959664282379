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

/* The invitation behind a code, also in the view; NULL: the answer has been sent. */
static const Beckon__V1__ResolveCodeResponse *load_invitation(struct visit *visit, const char *code)
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
        return NULL;
    }
    json_t *invite = json_object_get(visit->view, "invite");
    for (size_t i = 0; i < reply->n_welcome; i++)
        view_welcome(json_array_get(json_object_get(invite, "welcome"), i), reply->welcome[i]);
    if (reply->owner_kind == BECKON__V1__PARTY_KIND__PARTY_KIND_SHOP)
        json_object_set_new(invite, "from_shop", json_true());
    if (!reply->brings_referrer)
        view_set(visit, "ask_recommender", json_true());
    view_text(visit, "brand", reply->merchant_name);
    return reply;
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

/* Where the merchant's country writes its numbers in one way only, a slip is told before anybody is
 * registered under a number that nobody has. The service itself takes every number of the world. */
static bool phone_has_right_length(const char *phone, uint32_t country_code)
{
    size_t digits = 0;
    if (country_code != 86 || strchr(phone, '+'))
        return true;
    for (const char *c = phone; *c != '\0'; c++)
        digits += g_ascii_isdigit(*c) != 0;
    return digits == 0 || digits == 11 || (digits == 13 && strncmp(phone, "86", 2) == 0) ||
           (digits == 15 && strncmp(phone, "0086", 4) == 0);
}

/* What is wrong with the form before anybody is asked. */
static void check_form(struct visit *visit, uint32_t country_code)
{
    if (!phone_has_right_length(visit_field(visit, "phone"), country_code))
        view_wrong(visit, "phone", "register.phone_length");
    if (strcmp(visit_field(visit, "consent"), "yes") != 0)
        view_wrong(visit, "consent", "register.consent_missing");
}

static bool register_her(struct visit *visit, const char *code, uint32_t merchant)
{
    Beckon__V1__RegisterMemberRequest request = BECKON__V1__REGISTER_MEMBER_REQUEST__INIT;
    request.phone = (char *)visit_field(visit, "phone");
    request.consent_policy_version = (char *)POLICY_VERSION;
    request.code = (char *)code;
    request.recommender = (char *)visit_field(visit, "recommender");
    request.name = (char *)visit_field(visit, "name");
    request.birthday = (char *)visit_field(visit, "birthday");
    request.merchant_number = code[0] == '\0' ? merchant : 0;
    return ask(visit, &beckon__v1__member_service__descriptor, "RegisterMember",
               &request.base) != NULL;
}

static void post_form(struct visit *visit, const char *code)
{
    const Beckon__V1__ResolveCodeResponse *invite = NULL;

    visit_speak_as(visit, false);
    if (code[0] == '\0')
        view_set(visit, "ask_recommender", json_true());
    else if (!(invite = load_invitation(visit, code)))
        return;
    check_form(visit, invite ? invite->country_code : 0);
    if (!view_is_wrong(visit)) {
        uint32_t merchant = invite ? invite->merchant_number : visit->site->merchant_number;
        if (register_her(visit, code, merchant)) {
            phone_send_code(visit, visit_field(visit, "phone"), merchant, "/registered");
            return;
        }
        if (visit->error.code != CHANNEL_INVALID_ARGUMENT) {
            visit_failed(visit);
            return;
        }
        view_refused(visit);
    }
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
