/* What a page shows, and sending it. */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "clients/web/page/assets.h"
#include "clients/web/site/csrf.h"
#include "clients/web/site/visit.h"

enum { REQUEST_ID_BYTES = 16, REQUEST_ID_TEXT_BYTES = 2 * REQUEST_ID_BYTES + 1,
       SCRIPT_NAME_BYTES = 64, SCRIPT_VERSION_BYTES = 4 };

/* ---- values ---------------------------------------------------------------------------------- */

void view_set(struct visit *visit, const char *name, json_t *value)
{
    assert(value);
    json_object_set_new(visit->view, name, value);
}

void view_text(struct visit *visit, const char *name, const char *text)
{
    json_t *value = json_string(text);
    view_set(visit, name, value ? value : json_null());
}

void view_integer(struct visit *visit, const char *name, int64_t value)
{
    view_set(visit, name, json_integer(value));
}

/* view "wrong": {"any": true, FIELD: sentence, ...}; FIELD "form" for the whole. */
static void add_wrong(struct visit *visit, const char *field, const char *sentence)
{
    json_t *wrong = json_object_get(visit->view, "wrong");
    if (!wrong) {
        wrong = json_object();
        view_set(visit, "wrong", wrong);
        json_object_set_new(wrong, "any", json_true());
    }
    json_t *text = json_string(sentence);
    json_object_set_new(wrong, field[0] != '\0' ? field : "form", text ? text : json_true());
}

static struct format format_of(const struct visit *visit)
{
    return (struct format){.language = visit->language, .currency = visit->currency,
                           .zone = visit->zone};
}

void view_wrong(struct visit *visit, const char *field, const char *key)
{
    struct format format = format_of(visit);
    char *sentence = template_text(visit->site->templates, &format, key, visit->view);
    assert(sentence);
    add_wrong(visit, field, sentence);
    g_free(sentence);
}

/* What a refusal says, to be freed. The service's sentences are for callers of an API; where people
 * meet one, text "reason.REASON" says it. */
static char *sentence_of(const struct visit *visit)
{
    const struct channel_error *error = &visit->error;
    struct format format = format_of(visit);
    char *key = g_strconcat("reason.", error->reason, NULL);
    char *own = template_text(visit->site->templates, &format, key, visit->view);
    g_free(key);
    return own ? own
               : g_strdup(visit->language == LANGUAGE_ZH && error->zh[0] != '\0' ? error->zh
                                                                               : error->en);
}

void view_refused(struct visit *visit)
{
    /* The service names paths of its messages; forms have their last part as field. */
    const char *dot = strrchr(visit->error.field, '.');
    char *sentence = sentence_of(visit);
    add_wrong(visit, dot ? dot + 1 : visit->error.field, sentence);
    g_free(sentence);
}

bool view_is_wrong(const struct visit *visit)
{
    return json_object_get(visit->view, "wrong") != NULL;
}

/* What was typed comes back into the fields. */
static void view_form(struct visit *visit)
{
    const struct fields *form = &visit->exchange->form;
    json_t *typed = json_object();
    for (unsigned i = 0; i < form->count; i++) {
        json_t *value = json_string(form->list[i].value);
        if (value && strcmp(form->list[i].name, "csrf") != 0)
            json_object_set_new(typed, form->list[i].name, value);
        else
            json_decref(value);
    }
    view_set(visit, "form", typed);
}

/* ---- sending --------------------------------------------------------------------------------- */

/* A form that makes something new carries it: sent twice, it makes one. */
static void view_request_id(struct visit *visit)
{
    uint8_t bytes[REQUEST_ID_BYTES];
    char text[REQUEST_ID_TEXT_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
    view_text(visit, "request_id", text);
}

/* The same page in the other language: its address with everything that was asked, where a page
 * can be asked for there. */
static void view_other_language(struct visit *visit)
{
    const struct exchange *exchange = visit->exchange;
    if (exchange->method != EXCHANGE_GET && !site_serves(exchange->path, EXCHANGE_GET))
        return;
    GString *link = g_string_new("?");
    for (unsigned i = 0; i < exchange->query.count; i++) {
        const struct field *field = &exchange->query.list[i];
        if (strcmp(field->name, "lang") == 0)
            continue;
        g_string_append_uri_escaped(link, field->name, NULL, false);
        g_string_append_c(link, '=');
        g_string_append_uri_escaped(link, field->value, NULL, false);
        g_string_append_c(link, '&');
    }
    g_string_append(link, visit->language == LANGUAGE_ZH ? "lang=en" : "lang=zh");
    view_text(visit, "other_language", link->str);
    g_string_free(link, true);
}

/* Browsers keep scripts for long: another content has another address. */
static void view_script(struct visit *visit)
{
    uint8_t hash[crypto_generichash_BYTES_MIN];
    char asset_name[SCRIPT_NAME_BYTES], text[2 * sizeof hash + 1];
    const char *script = json_string_value(json_object_get(visit->view, "script"));
    if (!script)
        return;
    g_snprintf(asset_name, sizeof asset_name, "static/%s", script);
    const struct asset *asset = asset_find(asset_name);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)asset->bytes, asset->size, NULL, 0);
    sodium_bin2hex(text, sizeof text, hash, SCRIPT_VERSION_BYTES);
    view_text(visit, "script_version", text);
}

static void view_frame(struct visit *visit, const char *name)
{
    char csrf[CSRF_TEXT_BYTES];
    csrf_write(visit->site->key, visit->cookie, csrf);
    view_text(visit, "csrf", csrf);
    view_text(visit, "page", name);
    view_text(visit, "lang", visit->language == LANGUAGE_ZH ? "zh-CN" : "en");
    view_set(visit, visit->language == LANGUAGE_ZH ? "in_zh" : "in_en", json_true());
    view_text(visit, "path", visit->exchange->path);
    view_other_language(visit);
    view_form(visit);
    view_request_id(visit);
    view_script(visit);
}

void visit_show(struct visit *visit, unsigned status, const char *name)
{
    struct format format = format_of(visit);
    visit_keep_cookie(visit);
    view_frame(visit, name);
    GString *page = g_string_sized_new(16 * 1024);
    template_render(visit->site->templates, name, &format, visit->view, page);
    gsize size = page->len;
    exchange_send(visit->exchange, status, "text/html; charset=utf-8", g_string_free(page, false),
                  size);
}

/* ---- pages that only tell -------------------------------------------------------------------- */

static void view_told(struct visit *visit, const char *name, const char *key, const char *part)
{
    struct format format = format_of(visit);
    char *full = g_strconcat(key, part, NULL);
    char *text = template_text(visit->site->templates, &format, full, visit->view);
    if (text)
        view_text(visit, name, text);
    g_free(text);
    g_free(full);
}

void visit_tell(struct visit *visit, unsigned status, const char *key)
{
    view_told(visit, "tell_title", key, ".title");
    if (!json_object_get(visit->view, "tell_what"))
        view_told(visit, "tell_what", key, ".what");
    if (visit->signed_in)
        view_set(visit, "home", json_true());
    visit_show(visit, status, "common/tell");
}

/* What was sent, as hidden fields behind a button: pressing it again is safe. */
static void view_again(struct visit *visit)
{
    const struct fields *form = &visit->exchange->form;
    json_t *again = json_array();
    for (unsigned i = 0; i < form->count; i++) {
        json_t *pair = json_pack("{s:s, s:s}", "name", form->list[i].name, "value",
                                 form->list[i].value);
        if (pair && strcmp(form->list[i].name, "csrf") != 0)
            json_array_append_new(again, pair);
        else
            json_decref(pair);
    }
    view_set(visit, "again", json_pack("{s:o}", "fields", again));
}

static void tell_gone(struct visit *visit, unsigned status, const char *key, unsigned wait_seconds)
{
    char text[16];
    g_snprintf(text, sizeof text, "%u", wait_seconds);
    exchange_header(visit->exchange, "Retry-After", text);
    view_integer(visit, "wait_seconds", wait_seconds);
    if (visit->exchange->method == EXCHANGE_POST)
        view_again(visit);
    else
        view_integer(visit, "refresh_seconds", wait_seconds);
    visit_tell(visit, status, key);
}

static void view_sentence(struct visit *visit)
{
    char *sentence = sentence_of(visit);
    view_text(visit, "tell_what", sentence);
    g_free(sentence);
}

static void tell_sentence(struct visit *visit, unsigned status, const char *key)
{
    view_sentence(visit);
    visit_tell(visit, status, key);
}

void visit_failed(struct visit *visit)
{
    const struct channel_error *error = &visit->error;
    assert(error->code != CHANNEL_OK);
    switch (error->code) {
    case CHANNEL_UNAVAILABLE:
    case CHANNEL_DEADLINE_EXCEEDED:
        tell_gone(visit, 503, "gone", 5);
        break;
    case CHANNEL_RESOURCE_EXHAUSTED:
        view_sentence(visit);
        tell_gone(visit, 429, "slow", error->retry_delay_ms / 1000 + 1);
        break;
    case CHANNEL_UNAUTHENTICATED:
        visit_sign(visit, NULL, 0);
        if (visit->route && visit->route->audience <= AUDIENCE_MEMBER) {
            view_text(visit, "next", "/card");
            visit_tell(visit, 401, "ended");
        } else {
            visit_tell(visit, 401, "sign_in");
        }
        break;
    case CHANNEL_NOT_FOUND: tell_sentence(visit, 404, "missing"); break;
    case CHANNEL_PERMISSION_DENIED: tell_sentence(visit, 403, "denied"); break;
    case CHANNEL_INVALID_ARGUMENT:
    case CHANNEL_OUT_OF_RANGE: tell_sentence(visit, 400, "refused"); break;
    case CHANNEL_INTERNAL: tell_sentence(visit, 502, "broken"); break;
    default: tell_sentence(visit, 409, "refused"); break;
    }
}

void visit_go(struct visit *visit, const char *path)
{
    assert(visit_path_is_own(path));
    visit_keep_cookie(visit);
    exchange_redirect(visit->exchange, path);
}
