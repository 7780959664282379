/* The pages' own templates and texts: all there, in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "beckon/v1/benefit_service.pb-c.h"
#include "beckon/v1/credit_service.pb-c.h"
#include "beckon/v1/scoreboard_service.pb-c.h"
#include "beckon/v1/settlement_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "beckon/v1/token_service.pb-c.h"
#include "clients/message/text.h"
#include "clients/web/page/assets.h"
#include "clients/web/page/library.h"

static struct templates *load(void)
{
    GString *error = g_string_new(NULL);
    struct templates *templates = library_load(error);
    if (!templates)
        fail_msg("%s", error->str);
    g_string_free(error, true);
    return templates;
}

static void every_text_is_there_in_both_languages(void **state)
{
    (void)state;
    templates_free(load());
}

/* Does another template hold it? Then it is a part, no page. */
static bool is_part(const char *name)
{
    char *tag = g_strconcat("{{>", name, "}}", NULL);
    bool found = false;
    for (size_t i = 0; i < ASSETS_COUNT && !found; i++)
        found = g_str_has_prefix(ASSETS[i].name, "templates/") && strstr(ASSETS[i].bytes, tag);
    g_free(tag);
    return found;
}

/* Pages that people see have a title. */
static void every_page_has_a_title(void **state)
{
    (void)state;
    struct templates *templates = load();
    struct format format = {.language = LANGUAGE_EN, .currency = ""};
    json_t *view = json_object();
    for (size_t i = 0; i < ASSETS_COUNT; i++) {
        if (!g_str_has_prefix(ASSETS[i].name, "templates/"))
            continue;
        const char *begin = ASSETS[i].name + strlen("templates/");
        char *page = g_strndup(begin, strlen(begin) - strlen(".html"));
        if (is_part(page)) {
            g_free(page);
            continue;
        }
        char *key = g_strconcat("title.", page, NULL);
        char *title = template_text(templates, &format, key, view);
        if (!title)
            fail_msg("there is no text %s", key);
        g_free(title);
        g_free(key);
        g_free(page);
    }
    json_decref(view);
    templates_free(templates);
}

/* Enums that pages put into words: every value has one. */
static void every_value_of_a_shown_enum_has_a_word(void **state)
{
    (void)state;
    static const struct { const char *prefix; const ProtobufCEnumDescriptor *type; } enums[] = {
        {"benefit_state", &beckon__v1__benefit_state__descriptor},
        {"credit_state", &beckon__v1__credit_state__descriptor},
        {"role", &beckon__v1__role__descriptor},
        {"span", &beckon__v1__scoreboard_span__descriptor},
        {"kpi", &beckon__v1__scoreboard_kpi__descriptor},
        {"unit", &beckon__v1__unit__descriptor},
        {"entry_kind", &beckon__v1__entry_kind__descriptor},
        {"settlement_state", &beckon__v1__settlement_state__descriptor},
        {"settlement_type", &beckon__v1__settlement_type__descriptor},
        {"payment", &beckon__v1__settlement_payment__descriptor},
        {"dispute_state", &beckon__v1__dispute_state__descriptor},
    };
    static const char *const not_shown[] = {"role.pos", "role.operator", "role.payout"};
    struct templates *templates = load();
    struct format format = {.language = LANGUAGE_ZH, .currency = ""};
    json_t *view = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(enums); i++) {
        for (unsigned k = 1; k < enums[i].type->n_values; k++) { /* 0 is never said */
            char *value = text_of_enum(enums[i].type, enums[i].type->values[k].value);
            char *key = g_strconcat(enums[i].prefix, ".", value, NULL);
            bool shown = true;
            for (size_t n = 0; n < G_N_ELEMENTS(not_shown); n++)
                shown = shown && strcmp(not_shown[n], key) != 0;
            char *word = template_text(templates, &format, key, view);
            if (shown && !word)
                fail_msg("there is no text %s", key);
            g_free(word);
            g_free(key);
            g_free(value);
        }
    }
    json_decref(view);
    templates_free(templates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_there_in_both_languages),
        cmocka_unit_test(every_page_has_a_title),
        cmocka_unit_test(every_value_of_a_shown_enum_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
