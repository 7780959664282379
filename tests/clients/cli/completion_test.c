/* What a half-typed command line can become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "clients/cli/completion.h"

enum { WORDS_MAX = 8 };

/* The candidates for a line whose last word is being typed, with spaces between. */
static char *candidates(const char *const *words)
{
    int count = 0;
    char *copy[WORDS_MAX];
    for (; words[count]; count++)
        copy[count] = (char *)words[count];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    completion_words(out, count, copy);
    fclose(out);
    GString *found = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i] && lines[i][0] != '\0'; i++)
        g_string_append_printf(found, "%s%.*s", i > 0 ? " " : "",
                               (int)strcspn(lines[i], "\t"), lines[i]);
    free(text);
    return g_string_free(found, FALSE);
}

static void words_complete_to_what_the_table_has(void **state)
{
    (void)state;
    static const struct { const char *words[WORDS_MAX], *wanted; } rows[] = {
        {{"sho"}, "shop"},
        {{"--v"}, "--version"},
        {{"nosuch", ""}, ""},
        {{"shop", ""}, "create get list --help"},
        {{"shop", "l"}, "list"},
        {{"shop", "nosuch", ""}, ""},
        {{"shop", "list", "--col"}, "--columns"},
        {{"shop", "create", "--col"}, ""},
        {{"member", "erase", "--y"}, "--yes"},
        {{"code", "create", "--channel", "ba"}, "badge"},
        {{"code", "create", "--channel=ba"}, "--channel=badge"},
        {{"member", "list", "--csv=e"}, "--csv=excel"},
        {{"member", "list", "--csv", ""}, ""},
        {{"import", "mem"}, "members"},
        {{"import", "members", ""}, ":files"},
        {{"import", "--rejects", "x", "mem"}, "members"},
        {{"import", "--restart", "mem"}, "members"},
        {{"import", "members", "file", ""}, ""},
        {{"code", "render", "X", "--output", "b"}, ":files"},
        {{"code", "render", "X", "--output=b"}, ":files"},
        {{"man", "sho"}, "shop"},
        {{"help", "sho"}, "shop"},
        {{"help", "shop", "cr"}, "create"},
        {{"completion", ""}, "bash zsh fish"},
        {{"import", "--", "--r"}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *found = candidates(rows[i].words);
        if (strcmp(found, rows[i].wanted) != 0)
            fail_msg("%s %s: \"%s\", not \"%s\"", rows[i].words[0],
                     rows[i].words[1] ? rows[i].words[1] : "", found, rows[i].wanted);
    }
}

static void nothing_typed_offers_every_noun(void **state)
{
    (void)state;
    g_autofree char *found = candidates((const char *const[]){"", NULL});
    for (size_t i = 0; i < NOUN_COUNT; i++)
        assert_non_null(strstr(found, NOUNS[i]->name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_complete_to_what_the_table_has),
        cmocka_unit_test(nothing_typed_offers_every_noun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
