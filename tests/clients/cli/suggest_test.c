/* Which known word a mistyped one means. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "clients/cli/suggest.h"

static void distance_counts_letters_put_in_left_out_changed_and_swapped(void **state)
{
    (void)state;
    static const struct { const char *a, *b; unsigned distance; } rows[] = {
        {"shop", "shop", 0},   {"SHOP", "shop", 0},     {"hold_over", "hold-over", 0},
        {"shp", "shop", 1},    {"shopp", "shop", 1},    {"shoq", "shop", 1},
        {"hsop", "shop", 1},   {"crate", "create", 1},  {"bagde", "badge", 1},
        {"", "shop", 4},       {"shop", "", 4},         {"guide", "member", 5}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(suggest_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(suggest_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

static void words_too_long_are_near_to_nothing(void **state)
{
    (void)state;
    g_autofree char *fits = g_strnfill(SUGGEST_WORD_BYTES_MAX, 'a');
    g_autofree char *longer = g_strnfill(SUGGEST_WORD_BYTES_MAX + 1, 'a');
    assert_int_equal(suggest_distance(fits, fits), 0);
    assert_int_equal(suggest_distance(longer, longer), UINT_MAX);
    struct suggestion suggestion = {.word = longer};
    suggest_offer(&suggestion, fits);
    assert_null(suggestion.nearest);
}

static void the_nearest_is_found_or_none(void **state)
{
    (void)state;
    static const char LIST[] = "member, merchant, guide, purchase, program";
    static const struct { const char *word, *nearest; } rows[] = {
        {"memebr", "member"}, {"Guide", "guide"}, {"pur", "purchase"}, {"prog", "program"},
        {"merchnat", "merchant"}, {"xyzzy", NULL}, {"m", NULL}, {"", NULL}, {"tree", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *nearest = suggest_from_list(rows[i].word, LIST);
        if (g_strcmp0(nearest, rows[i].nearest) != 0)
            fail_msg("%s: %s", rows[i].word, nearest ? nearest : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_letters_put_in_left_out_changed_and_swapped),
        cmocka_unit_test(words_too_long_are_near_to_nothing),
        cmocka_unit_test(the_nearest_is_found_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
