/* What browsers send to beckon-web, and what its templates are filled with: forms, queries, paths;
 * texts of strangers in a page come out escaped. */
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "clients/web/http/exchange.h"
#include "clients/web/http/urlencoded.h"
#include "clients/web/page/template.h"
#include "tests/fuzz/fuzz.h"

enum { FORM_BYTES_MAX = 8192 };

static void try_fields(const uint8_t *data, size_t size, enum urlencoded_kind kind)
{
    char text[FORM_BYTES_MAX + 1];
    struct fields fields = {0};
    memcpy(text, data, size);
    text[size] = '\0';
    if (!urlencoded_fields(text, size, kind, &fields))
        return;
    FUZZ_HOLDS(fields.count <= EXCHANGE_FIELDS_MAX);
    memcpy(text, data, size);
    text[size] = '\0';
    if (urlencoded_path(text, size))
        FUZZ_HOLDS(urlencoded_plain(text, strlen(text)));
}

static struct templates *templates_made(void)
{
    static const char PAGE[] = "<p title=\"{{text}}\">{{text}}{{#list}}<b>{{.}}</b>{{/list}}</p>";
    static struct templates *templates;
    if (templates != NULL)
        return templates;
    GString *error = g_string_new(NULL);
    templates = templates_new();
    FUZZ_HOLDS(templates_add(templates, "page", PAGE, sizeof PAGE - 1, error));
    FUZZ_HOLDS(templates_check(templates, error));
    g_string_free(error, TRUE);
    return templates;
}

static void try_page(const uint8_t *data, size_t size)
{
    json_t *text = json_stringn((const char *)data, size);
    if (text == NULL) /* not UTF-8 */
        return;
    json_t *view = json_pack("{s:O, s:[O]}", "text", text, "list", text);
    struct format format = {.language = LANGUAGE_EN, .currency = "CNY"};
    GString *out = g_string_new(NULL);
    template_render(templates_made(), "page", &format, view, out);
    /* Whatever the text is, the page has its own tags and quotes and no other. */
    size_t tags = 0, quotes = 0;
    for (size_t i = 0; i < out->len; i++) {
        tags += out->str[i] == '<';
        quotes += out->str[i] == '"';
    }
    FUZZ_HOLDS(tags == 4 && quotes == 2);
    g_string_free(out, TRUE);
    json_decref(view);
    json_decref(text);
}

/* A template's own text, too: compiled, or refused with a sentence. */
static void try_template(const uint8_t *data, size_t size)
{
    GString *error = g_string_new(NULL);
    struct templates *templates = templates_new();
    bool added = templates_add(templates, "t", (const char *)data, size, error);
    FUZZ_HOLDS(added == (error->len == 0));
    templates_free(templates);
    g_string_free(error, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > FORM_BYTES_MAX)
        return 0;
    switch (data[0] % 4) {
    case 0: try_fields(data + 1, size - 1, URLENCODED_FORM); break;
    case 1: try_fields(data + 1, size - 1, URLENCODED_QUERY); break;
    case 2: try_page(data + 1, size - 1); break;
    default: try_template(data + 1, size - 1); break;
    }
    return 0;
}
