/* Pages and files that belong to nobody: the icon, scripts, the front door, sign-in by a link. */
#include <string.h>
#include <time.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/web/page/assets.h"
#include "clients/web/site/visit.h"

static void send_asset(struct visit *visit, const char *name, const char *media_type)
{
    const struct asset *asset = asset_find(name);
    exchange_send_static(visit->exchange, 200, media_type, asset->bytes, asset->size, NULL, 0);
}

static void icon_get(struct visit *visit)
{
    send_asset(visit, "static/icon.svg", "image/svg+xml");
}

static void page_script_get(struct visit *visit)
{
    send_asset(visit, "static/page.js", "text/javascript; charset=utf-8");
}

/* Where a person of this role begins. */
static const char *home_of(const char *role)
{
    if (strcmp(role, "member") == 0)
        return "/card";
    return strcmp(role, "guide") == 0 ? "/guide" : "/desk";
}

static void front_get(struct visit *visit)
{
    if (visit->signed_in && visit_session(visit))
        visit_go(visit, home_of(visit->session->role));
    else
        visit_go(visit, "/R");
}

static void robots_get(struct visit *visit)
{
    static const char text[] = "User-agent: *\nDisallow: /\n";
    exchange_send_static(visit->exchange, 200, "text/plain; charset=utf-8", text,
                         sizeof text - 1, NULL, 0);
}

/* ---- one-time links -------------------------------------------------------------------------- */

/* Looking at a link does not use it up: previews and scanners look, people press the button. */
static void link_get(struct visit *visit)
{
    Beckon__V1__GetSignInLinkRequest request = BECKON__V1__GET_SIGN_IN_LINK_REQUEST__INIT;
    request.secret = visit->rest;
    visit_speak_as(visit, false);
    if (!ask_into(visit, "link", &beckon__v1__sign_in_service__descriptor, "GetSignInLink",
                  &request.base)) {
        visit_failed(visit);
        return;
    }
    visit_show(visit, 200, "common/link");
}

static void link_post(struct visit *visit)
{
    Beckon__V1__RedeemSignInLinkRequest request = BECKON__V1__REDEEM_SIGN_IN_LINK_REQUEST__INIT;
    request.secret = visit->rest;
    visit_speak_as(visit, false);
    const Beckon__V1__RedeemSignInLinkResponse *reply =
        ask(visit, &beckon__v1__sign_in_service__descriptor, "RedeemSignInLink", &request.base);
    if (!reply) {
        visit_failed(visit);
        return;
    }
    visit_sign(visit, reply->session_secret,
               reply->expires_at ? reply->expires_at->seconds - (int64_t)time(NULL) : 0);
    visit_go(visit, reply->role == BECKON__V1__ROLE__ROLE_GUIDE ? "/guide" : "/desk");
}

const struct route COMMON_ROUTES[] = {
    {EXCHANGE_GET, "/", AUDIENCE_ANYONE, front_get, false},
    {EXCHANGE_GET, "/icon.svg", AUDIENCE_ANYONE, icon_get, true},
    {EXCHANGE_GET, "/page.js", AUDIENCE_ANYONE, page_script_get, true},
    {EXCHANGE_GET, "/robots.txt", AUDIENCE_ANYONE, robots_get, false},
    {EXCHANGE_GET, "/in/:x", AUDIENCE_SIGN_IN, link_get, false},
    {EXCHANGE_POST, "/in/:x", AUDIENCE_SIGN_IN, link_post, false},
    {0},
};
