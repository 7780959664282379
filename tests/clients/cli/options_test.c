/* The words of a command line, read by a verb's table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clients/cli/options.h"

static const struct option_spec SPECS[] = {
    {.name = "ID", .argument = true, .required = true, .help = "the id"},
    {.name = "FILE", .argument = true, .help = "a file"},
    {.name = "name", .value = "TEXT", .required = true, .help = "the name"},
    {.name = "tag", .value = "TEXT", .help = "may be repeated"},
    {.name = "loud", .help = "a flag"},
    {.name = NULL},
};
static const struct verb VERB = {.name = "make", .options = SPECS};

static bool parse(struct values *ret_values, GString *error, const char *const *words)
{
    char *argv[16] = {(char *)"make"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    return options_parse(&VERB, argc, argv, ret_values, error);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void options_and_arguments_are_taken_in_any_order(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    struct values values;
    assert_true(parse(&values, error, WORDS("--name", "n", "a", "--loud", "f")));
    assert_string_equal(values_get(&values, "ID"), "a");
    assert_string_equal(values_get(&values, "FILE"), "f");
    assert_string_equal(values_get(&values, "name"), "n");
    assert_string_equal(values_get(&values, "loud"), "");
    assert_null(values_get(&values, "tag"));
}

static void the_last_of_a_repeated_option_is_got_and_all_are_kept(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    struct values values;
    assert_true(parse(&values, error, WORDS("a", "--name=n", "--tag=1", "--tag", "2")));
    assert_string_equal(values_get(&values, "tag"), "2");
    assert_int_equal(values.count, 4);
}

static void after_two_dashes_everything_is_an_argument(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    struct values values;
    assert_true(parse(&values, error, WORDS("--name", "n", "--", "--loud", "-")));
    assert_string_equal(values_get(&values, "ID"), "--loud");
    assert_string_equal(values_get(&values, "FILE"), "-");
    assert_null(values_get(&values, "loud"));
}

static void global_options_are_taken_by_every_verb(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    struct values values;
    assert_true(parse(&values, error, WORDS("a", "--name", "n", "--json", "--limit", "3")));
    assert_non_null(values_get(&values, "json"));
    assert_string_equal(values_get(&values, "limit"), "3");
}

static void wrong_words_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct { const char *words[5], *sentence; } rows[] = {
        {{"--name", "n"}, "ID is required: the id"},
        {{"a"}, "--name is required: the name"},
        {{"a", "--name"}, "--name needs a value"},
        {{"a", "--nosuch"}, "--nosuch: there is no such option here"},
        {{"a", "-x"}, "-x: there is no such option here"},
        {{"a", "b", "c", "--name=n"}, "\"c\" is one argument too many"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autoptr(GString) error = g_string_new(NULL);
        struct values values;
        assert_false(parse(&values, error, rows[i].words));
        assert_string_equal(error->str, rows[i].sentence);
    }
}

static void help_asks_for_nothing_else(void **state)
{
    (void)state;
    g_autoptr(GString) error = g_string_new(NULL);
    struct values values;
    assert_true(parse(&values, error, WORDS("--help")));
    assert_non_null(values_get(&values, "help"));
    assert_true(parse(&values, error, WORDS("-h")));
    assert_non_null(values_get(&values, "help"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_arguments_are_taken_in_any_order),
        cmocka_unit_test(the_last_of_a_repeated_option_is_got_and_all_are_kept),
        cmocka_unit_test(after_two_dashes_everything_is_an_argument),
        cmocka_unit_test(global_options_are_taken_by_every_verb),
        cmocka_unit_test(wrong_words_are_refused_with_a_sentence),
        cmocka_unit_test(help_asks_for_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
