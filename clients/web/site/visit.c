/* Who visits: the cookie, the language, the form's token, the session. */
#include "clients/web/site/visit.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/message/message.h"
#include "clients/message/text.h"
#include "clients/web/site/csrf.h"

enum { VISIT_RANDOM_BYTES = 16, COOKIE_BYTES_MAX = 160, COOKIE_HEADER_BYTES = 512,
       COOKIE_NAME_BYTES = 48, LANGUAGE_SECONDS = 365 * 86400 };

/* ---- cookies --------------------------------------------------------------------------------- */

/* Over plain HTTP from elsewhere a browser keeps no secure cookie, and none may pretend to be. */
static bool in_the_open(const struct visit *visit)
{
    return !visit->exchange->secure && !visit->exchange->near;
}

/* The name of a cookie of ours, "" for the visit's own; COOKIE_NAME_BYTES. */
static const char *cookie_name(const struct visit *visit, const char *kind, char *room)
{
    const char *name = in_the_open(visit) ? "beckon_trial_insecure" : "__Host-beckon";
    int size = snprintf(room, COOKIE_NAME_BYTES, "%s%s%s", name, kind[0] != '\0' ? "-" : "", kind);
    assert(size > 0 && size < COOKIE_NAME_BYTES);
    return room;
}

void visit_cookie_set(struct visit *visit, const char *kind, const char *value,
                      int64_t age_seconds)
{
    char header[COOKIE_HEADER_BYTES], name[COOKIE_NAME_BYTES], age[40] = "";
    if (age_seconds >= 0)
        snprintf(age, sizeof age, "; Max-Age=%lld", (long long)age_seconds);
    int size = snprintf(header, sizeof header, "%s=%s; Path=/%s; HttpOnly; SameSite=Lax%s",
                        cookie_name(visit, kind, name), value,
                        in_the_open(visit) ? "" : "; Secure", age);
    assert(size > 0 && size < COOKIE_HEADER_BYTES);
    exchange_header(visit->exchange, "Set-Cookie", header);
}

const char *visit_cookie(const struct visit *visit, const char *kind)
{
    char name[COOKIE_NAME_BYTES];
    return fields_get(&visit->exchange->cookies, cookie_name(visit, kind, name));
}

static bool cookie_is_well_formed(const char *value)
{
    size_t size = strlen(value);
    if (size < 3 || size > COOKIE_BYTES_MAX || (value[0] != 'v' && value[0] != 's') ||
        value[1] != '.')
        return false;
    return strspn(value + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
           size - 2;
}

static char *fresh_cookie(void)
{
    uint8_t bytes[VISIT_RANDOM_BYTES];
    char text[32];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return g_strconcat("v.", text, NULL);
}

static void read_cookie(struct visit *visit)
{
    const char *value = visit_cookie(visit, "");
    if (cookie_is_well_formed(value)) {
        visit->cookie = g_strdup(value);
    } else {
        visit->cookie = fresh_cookie();
        visit->cookie_new = true;
    }
    visit->signed_in = visit->cookie[0] == 's';
}

void visit_sign(struct visit *visit, const char *secret, int64_t expires_seconds)
{
    g_free(visit->cookie);
    visit->cookie = secret ? g_strconcat("s.", secret, NULL) : fresh_cookie();
    assert(cookie_is_well_formed(visit->cookie));
    visit->signed_in = secret != NULL;
    visit->cookie_new = false;
    visit_cookie_set(visit, "", visit->cookie, secret ? expires_seconds : -1);
    visit_speak_as(visit, true);
}

void visit_keep_cookie(struct visit *visit)
{
    if (visit->cookie_new)
        visit_cookie_set(visit, "", visit->cookie, -1);
    if (visit->language_new)
        visit_cookie_set(visit, "lang", visit->language == LANGUAGE_ZH ? "zh" : "en",
                         LANGUAGE_SECONDS);
}

/* ---- languages ------------------------------------------------------------------------------- */

static bool language_named(const char *text, enum language *ret_language)
{
    if (g_str_has_prefix(text, "zh"))
        *ret_language = LANGUAGE_ZH;
    else if (g_str_has_prefix(text, "en"))
        *ret_language = LANGUAGE_EN;
    else
        return false;
    return true;
}

/* The first language of Accept-Language that we have; browsers send the preferred one first. */
static void language_accepted(const char *header, enum language *ret_language)
{
    char **parts = g_strsplit(header, ",", 16);
    for (char **part = parts; *part; part++) {
        if (language_named(g_strstrip(*part), ret_language))
            break;
    }
    g_strfreev(parts);
}

static void read_language(struct visit *visit)
{
    const struct exchange *exchange = visit->exchange;
    visit->language = LANGUAGE_ZH;
    const char *asked = fields_get(&exchange->query, "lang");
    visit->language_new = language_named(asked, &visit->language);
    if (visit->language_new)
        return;
    if (!language_named(visit_cookie(visit, "lang"), &visit->language))
        language_accepted(exchange->accept_language, &visit->language);
}

/* ---- forms ----------------------------------------------------------------------------------- */

const char *visit_field(const struct visit *visit, const char *name)
{
    return fields_get(&visit->exchange->form, name);
}

/* What browsers say of where a form came from; old ones say nothing. */
static bool form_is_from_here(const struct exchange *exchange)
{
    if (exchange->fetch_site[0] != '\0')
        return strcmp(exchange->fetch_site, "same-origin") == 0 ||
               strcmp(exchange->fetch_site, "none") == 0;
    if (exchange->origin[0] == '\0')
        return true;
    const char *host = strstr(exchange->origin, "://");
    return host && strcmp(host + 3, exchange->host) == 0;
}

bool visit_form_is_own(const struct visit *visit)
{
    return form_is_from_here(visit->exchange) && !visit->cookie_new &&
           csrf_is_for(visit->site->key, visit->cookie, visit_field(visit, "csrf"));
}

bool visit_path_is_own(const char *path)
{
    if (path[0] != '/' || path[1] == '/' || path[1] == '\\')
        return false;
    for (const char *c = path; *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || *c == '\\' || *c == 0x7f)
            return false;
    }
    return true;
}

/* ---- begin, session, end --------------------------------------------------------------------- */

void visit_begin(struct visit *visit, struct exchange *exchange, const struct site *site,
                 struct channel *channel)
{
    *visit = (struct visit){.exchange = exchange, .site = site, .channel = channel, 
                            .view = json_object()};
    visit->replies = g_ptr_array_new();
    exchange->visit = visit;
    read_cookie(visit);
    read_language(visit);
    visit_speak_as(visit, true);
}

void visit_speak_as(struct visit *visit, bool herself)
{
    const char *secret = herself && visit->signed_in ? visit->cookie + 2 : NULL;
    bool served = channel_serve(visit->channel, secret, visit->exchange->address);
    assert(served);
    (void)served;
}

bool visit_session(struct visit *visit)
{
    if (visit->session)
        return true;
    if (!visit->signed_in)
        return false;
    Beckon__V1__GetSessionRequest request = BECKON__V1__GET_SESSION_REQUEST__INIT;
    const Beckon__V1__GetSessionResponse *reply =
        ask_into(visit, "session", &beckon__v1__sign_in_service__descriptor, "GetSession",
                 &request.base);
    if (!reply)
        return false;
    visit->session = g_new0(struct session, 1);
    visit->session->role = json_string_value(
        json_object_get(json_object_get(visit->view, "session"), "role"));
    visit->session->number = reply->party ? reply->party->number : 0;
    visit->session->merchant_number = reply->merchant_number;
    snprintf(visit->currency, sizeof visit->currency, "%s", reply->currency);
    visit->zone = g_time_zone_new_identifier(reply->time_zone);
    view_set(visit, visit->session->role, json_true());
    return true;
}

static void free_reply(void *reply, void *unused)
{
    (void)unused;
    protobuf_c_message_free_unpacked(reply, NULL);
}

void visit_end(struct visit *visit)
{
    g_ptr_array_foreach(visit->replies, free_reply, NULL);
    g_ptr_array_unref(visit->replies);
    json_decref(visit->view);
    g_free(visit->cookie);
    g_free(visit->session);
    if (visit->zone)
        g_time_zone_unref(visit->zone);
    visit->exchange->visit = NULL;
}
