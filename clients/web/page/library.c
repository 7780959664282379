#include "clients/web/page/library.h"

#include <assert.h>
#include <string.h>

#include "clients/web/page/assets.h"

const struct asset *asset_find(const char *name)
{
    for (size_t i = 0; i < ASSETS_COUNT; i++) {
        if (strcmp(ASSETS[i].name, name) == 0)
            return &ASSETS[i];
    }
    assert(!"an asset that is not there");
    return NULL;
}

static bool add_template(struct templates *templates, const struct asset *asset, GString *error)
{
    const char *begin = asset->name + strlen("templates/");
    char *name = g_strndup(begin, strlen(begin) - strlen(".html"));
    bool good = templates_add(templates, name, asset->bytes, asset->size, error);
    g_free(name);
    return good;
}

/* Texts go into pages as they are; what they are filled with is escaped. */
static bool text_is_plain(const char *text)
{
    return strpbrk(text, "<>&\"") == NULL;
}

static bool add_texts(struct templates *templates, const struct asset *asset, GString *error)
{
    json_error_t where;
    json_t *texts = json_loadb(asset->bytes, asset->size, JSON_REJECT_DUPLICATES, &where);
    if (!texts) {
        g_string_append_printf(error, "%s:%d: %s", asset->name, where.line, where.text);
        return false;
    }
    bool good = true;
    const char *key;
    json_t *pair;
    json_object_foreach(texts, key, pair) {
        for (int i = 0; i < LANGUAGES && good; i++) {
            const char *text = json_string_value(json_array_get(pair, (size_t)i));
            if (!text || text[0] == '\0' || !text_is_plain(text)) {
                g_string_append_printf(error, "%s: text %s wants two plain texts", asset->name,
                                       key);
                good = false;
            } else {
                good = templates_add_text(templates, (enum language)i, key, text, error);
            }
        }
        if (!good)
            break;
    }
    json_decref(texts);
    return good;
}

struct templates *library_load(GString *error)
{
    struct templates *templates = templates_new();
    bool good = true;
    for (size_t i = 0; i < ASSETS_COUNT && good; i++) {
        const struct asset *asset = &ASSETS[i];
        if (g_str_has_prefix(asset->name, "templates/"))
            good = add_template(templates, asset, error);
        else if (g_str_has_prefix(asset->name, "texts/"))
            good = add_texts(templates, asset, error);
    }
    if (good && templates_check(templates, error))
        return templates;
    templates_free(templates);
    return NULL;
}
