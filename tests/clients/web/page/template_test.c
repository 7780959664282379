/* Templates: what is filled in, what is escaped, what is refused at start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/web/page/template.h"

static const struct format ZH = {.language = LANGUAGE_ZH, .currency = "CNY"};
static const struct format EN = {.language = LANGUAGE_EN, .currency = "CNY"};

static char *filled(const char *source, const struct format *format, const char *json)
{
    struct templates *templates = templates_new();
    GString *error = g_string_new(NULL), *out = g_string_new(NULL);
    json_t *view = json_loads(json, 0, NULL);
    assert_non_null(view);
    assert_true(templates_add_text(templates, LANGUAGE_ZH, "hello", "{{name}}，您好", error));
    assert_true(templates_add_text(templates, LANGUAGE_EN, "hello", "Hello {{name}}", error));
    assert_true(templates_add_text(templates, LANGUAGE_ZH, "state.open", "进行中", error));
    assert_true(templates_add_text(templates, LANGUAGE_EN, "state.open", "open", error));
    assert_true(templates_add(templates, "part", "<i>{{name}}</i>", 15, error));
    if (!templates_add(templates, "page", source, strlen(source), error))
        fail_msg("%s", error->str);
    assert_true(templates_check(templates, error));
    template_render(templates, "page", format, view, out);
    json_decref(view);
    g_string_free(error, true);
    templates_free(templates);
    return g_string_free(out, false);
}

static void holes_are_filled_from_the_innermost_context(void **state)
{
    (void)state;
    static const struct { const char *source, *json, *out; } rows[] = {
        {"a{{name}}b", "{\"name\": \"x\"}", "axb"},
        {"{{a.b.c}}", "{\"a\": {\"b\": {\"c\": 7}}}", "7"},
        {"{{a.b}}|{{missing}}|{{a.b.c}}", "{\"a\": {}}", "||"},
        {"{{#list}}{{n}}{{name}};{{/list}}",
         "{\"name\": \"out\", \"list\": [{\"n\": 1}, {\"n\": 2, \"name\": \"in\"}]}",
         "1out;2in;"},
        {"{{#list}}[{{.}}]{{/list}}", "{\"list\": [\"a\", \"b\"]}", "[a][b]"},
        {"{{#a}}{{b}}{{/a}}{{^a}}none{{/a}}", "{\"a\": {\"b\": 1}}", "1"},
        {"{{#a}}some{{/a}}{{^a}}none{{/a}}", "{\"a\": 0}", "none"},
        {"{{#a}}some{{/a}}{{^a}}none{{/a}}", "{\"a\": \"\"}", "none"},
        {"{{#a}}some{{/a}}{{^a}}none{{/a}}", "{\"a\": []}", "none"},
        {"{{#a}}some{{/a}}{{^a}}none{{/a}}", "{\"a\": false}", "none"},
        {"{{#a}}some{{/a}}", "{\"a\": \"0\"}", "some"},
        {"{{?a}}<{{#a}}{{.}}{{/a}}>{{/a}}", "{\"a\": [1, 2]}", "<12>"},
        {"{{?a}}<{{#a}}{{.}}{{/a}}>{{/a}}", "{\"a\": []}", ""},
        {"{{?a}}{{b}}{{/a}}", "{\"a\": {\"b\": 1}, \"b\": 2}", "2"},
        {"{{>part}}{{=hello}}", "{\"name\": \"Li\"}", "<i>Li</i>Hello Li"},
        {"{{word state s}} {{word state t}}", "{\"s\": \"open\", \"t\": \"new_one\"}",
         "open new_one"},
        {"{{local title}} {{local s}}",
         "{\"title_zh\": \"标题\", \"title_en\": \"Title\", \"s\": {\"zh\": \"句\", \"en\": \"\"}}",
         "Title 句"},
        {"{{money a}} {{number b}}", "{\"a\": -1234567, \"b\": 1000}", "-¥12,345.67 1,000"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *out = filled(rows[i].source, &EN, rows[i].json);
        assert_string_equal(out, rows[i].out);
        g_free(out);
    }
}

static void every_hole_is_escaped(void **state)
{
    (void)state;
    static const char evil[] = "{\"name\": \"<img src=x onerror='alert(1)'>&\\\"\"}";
    static const char safe[] = "&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;&quot;";
    static const char *const sources[] = {"{{name}}", "{{lower name}}", "{{number name}}",
                                          "{{money name}}", "{{date name}}", "{{time name}}",
                                          "{{clock name}}", "{{word state name}}", "{{minor name}}",
                                          "{{percent name}}"};
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        char *out = filled(sources[i], &ZH, evil);
        assert_string_equal(out, safe);
        g_free(out);
    }
    char *text = filled("{{=hello}}", &ZH, evil);
    assert_null(strpbrk(text, "<>\"'"));
    g_free(text);
    char *path = filled("/in/{{path name}}", &ZH, evil);
    assert_null(strpbrk(path, "<>\"' ="));
    g_free(path);
}

static void a_value_is_never_a_template(void **state)
{
    (void)state;
    char *out = filled("{{name}}{{=hello}}", &EN,
                       "{\"name\": \"{{secret}}{{#a}}\", \"secret\": 1}");
    assert_string_equal(out, "{{secret}}{{#a}}Hello {{secret}}{{#a}}");
    g_free(out);
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct { const char *source, *error; } rows[] = {
        {"a\n{{#x}}", "page: line 2: {{#x}} is not closed"},
        {"{{/x}}", "page: line 1: {{/x}} closes nothing"},
        {"{{#x}}\n\n{{/y}}", "page: line 3: {{/y}} closes {{#x}} of line 1"},
        {"\n{{name", "page: line 2: {{ without }}"},
        {"{{shout name}}", "page: line 1: {{shout name}} is not understood"},
        {"{{{name}}}", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct templates *templates = templates_new();
        GString *error = g_string_new(NULL);
        const char *source = rows[i].source;
        bool added = templates_add(templates, "page", source, strlen(source), error);
        if (rows[i].error) {
            assert_false(added);
            assert_string_equal(error->str, rows[i].error);
        }
        g_string_free(error, true);
        templates_free(templates);
    }
}

static void what_is_named_must_be_there(void **state)
{
    (void)state;
    static const struct { const char *source, *error; } rows[] = {
        {"{{>gone}}", "page: line 1: there is no template gone"},
        {"\n{{=half}}", "page: line 2: text half is missing in a language"},
        {"{{=gone}}", "page: line 1: text gone is missing in a language"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct templates *templates = templates_new();
        GString *error = g_string_new(NULL);
        const char *source = rows[i].source;
        assert_true(templates_add(templates, "page", source, strlen(source), error));
        assert_false(templates_check(templates, error));
        assert_string_equal(error->str, rows[i].error);
        g_string_free(error, true);
        templates_free(templates);
    }
    struct templates *templates = templates_new();
    GString *error = g_string_new(NULL);
    assert_true(templates_add_text(templates, LANGUAGE_ZH, "half", "一半", error));
    assert_false(templates_check(templates, error));
    assert_string_equal(error->str, "text half is missing in a language");
    g_string_free(error, true);
    templates_free(templates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_are_filled_from_the_innermost_context),
        cmocka_unit_test(every_hole_is_escaped),
        cmocka_unit_test(a_value_is_never_a_template),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(what_is_named_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
