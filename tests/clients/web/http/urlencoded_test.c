/* Forms, queries and paths as they are sent, and what they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/web/http/urlencoded.h"

/* A copy without a byte to spare behind its terminator, so that sanitizers see what reads on. */
static char *copy_of(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

/* The fields as "name=value|"; NULL: refused. */
static char *read_fields(const char *text, size_t size, enum urlencoded_kind kind)
{
    char *copy = copy_of(text, size), *out = NULL;
    struct fields fields;
    size_t out_size;
    if (urlencoded_fields(copy, size, kind, &fields)) {
        FILE *stream = open_memstream(&out, &out_size);
        for (unsigned i = 0; i < fields.count; i++) {
            fprintf(stream, "%s=%s|", fields.list[i].name, fields.list[i].value);
        }
        fclose(stream);
    }
    free(copy);
    return out;
}

struct row {
    const char *text;
    const char *fields; /* NULL: refused */
};

static void assert_rows(const struct row *rows, size_t count, enum urlencoded_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        char *fields = read_fields(rows[i].text, strlen(rows[i].text), kind);
        if ((fields == NULL) != (rows[i].fields == NULL)
            || (fields != NULL && strcmp(fields, rows[i].fields) != 0)) {
            fail_msg("%s: %s", rows[i].text, fields == NULL ? "refused" : fields);
        }
        free(fields);
    }
}

static void what_browsers_send_is_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "", "" },
        { "a=1", "a=1|" },
        { "a=1&b=2", "a=1|b=2|" },
        { "a=&b", "a=|b=|" },
        { "&&a=1&&", "a=1|" },
        { "a==b=c", "a==b=c|" },
        { "a+b=c+d", "a b=c d|" },
        { "a%2Bb=%20%26%3D", "a+b= &=|" },
        { "n=%E7%8E%8B%e5%B0%8F", "n=王小|" },
        { "n=王", "n=王|" },
        { "t=a%0D%0Ab%0Dc%0Ad%09e", "t=a\nb\nc\nd\te|" },
        { "e=%F0%9F%98%80", "e=😀|" },
        { "b=%C2%A0", "b=\xc2\xa0|" },
    };
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), URLENCODED_FORM);
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), URLENCODED_QUERY);
}

static void what_no_browser_sends_is_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "a=%", NULL },
        { "a=%1", NULL },
        { "a=%1&b=2", NULL },
        { "a=%zz", NULL },
        { "%=1", NULL },
        { "a=%+1", NULL },
        { "a=%00", NULL },
        { "a%00=1", NULL },
        { "a=%1B", NULL },
        { "a=%7F", NULL },
        { "a=%C2%80", NULL },        /* a C1 control */
        { "a=%FF", NULL },
        { "a=%C3", NULL },
        { "a=%C3&b=%A9", NULL },     /* two halves of one character */
        { "a=%ED%A0%80", NULL },     /* a surrogate */
        { "a=%C0%AF", NULL },        /* '/' in two bytes */
        { "a=%F4%90%80%80", NULL },  /* beyond Unicode */
        { "a%0A=1", NULL },
        { "=1", NULL },
        { "=", NULL },
    };
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), URLENCODED_FORM);
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), URLENCODED_QUERY);
}

static void two_of_a_name_are_refused_in_a_form_and_passed_over_in_a_query(void **state)
{
    (void)state;
    static const struct row form[] = { { "a=1&a=1", NULL }, { "a=1&%61=2", NULL } };
    static const struct row query[] = {
        { "a=1&a=2&b=3", "a=1|b=3|" },
        { "from=timeline&%66rom=single", "from=timeline|" },
    };
    assert_rows(form, sizeof(form) / sizeof(form[0]), URLENCODED_FORM);
    assert_rows(query, sizeof(query) / sizeof(query[0]), URLENCODED_QUERY);
}

static void a_byte_of_nothing_inside_is_refused(void **state)
{
    (void)state;
    assert_null(read_fields("a=1\0b", 5, URLENCODED_FORM));
    assert_null(read_fields("a\0=1", 4, URLENCODED_FORM));
    assert_null(read_fields("\0", 1, URLENCODED_QUERY));
}

static void there_are_so_many_fields_and_no_more(void **state)
{
    (void)state;
    for (unsigned count = EXCHANGE_FIELDS_MAX; count <= EXCHANGE_FIELDS_MAX + 1; count++) {
        char text[EXCHANGE_FIELDS_MAX * 8];
        size_t size = 0;
        for (unsigned i = 0; i < count; i++) {
            size += (size_t)snprintf(text + size, sizeof(text) - size, "&f%u=1", i);
        }
        char *fields = read_fields(text, size, URLENCODED_FORM);
        assert_int_equal(fields != NULL, count == EXCHANGE_FIELDS_MAX);
        free(fields);
    }
}

static void a_path_is_decoded_but_for_its_pluses(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *path;
    } rows[] = {
        { "/", "/" }, { "/a+b", "/a+b" }, { "/%41%2f", "/A/" }, { "/%E7%8E%8B", "/王" },
        { "/%", NULL }, { "/%00", NULL }, { "/%0a", NULL }, { "/%ff", NULL }, { "/%2", NULL },
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *copy = copy_of(rows[i].sent, strlen(rows[i].sent));
        bool read = urlencoded_path(copy, strlen(copy));
        assert_int_equal(read, rows[i].path != NULL);
        if (read) {
            assert_string_equal(copy, rows[i].path);
        }
        free(copy);
    }
}

/* Whatever comes is refused or is fields of clean text: checked over many mixtures of what is
 * special, from a seed. */
static void whatever_comes_is_refused_or_clean(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "%", "&", "=", "+", "a", "%4", "%41", "%00", "%C3", "%A9", "\xc3", "\xa9", "\r", "\n",
        "%0D", "%0A", "%C2%80", "\xff", "%F0%9F%98%80", ";", "/", "%25",
    };
    uint64_t seed = 20261122;
    unsigned read = 0;
    for (unsigned run = 0; run < 200 * 1000; run++) {
        char text[128] = "";
        for (unsigned i = 0; i <= run % 8; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            strcat(text, parts[(seed >> 33) % (sizeof(parts) / sizeof(parts[0]))]);
        }
        char *copy = copy_of(text, strlen(text));
        struct fields fields;
        if (urlencoded_fields(copy, strlen(text), run % 2, &fields)) {
            read++;
            for (unsigned i = 0; i < fields.count; i++) {
                assert_true(urlencoded_plain(fields.list[i].name, strlen(fields.list[i].name)));
                assert_null(strchr(fields.list[i].value, '\r'));
            }
        }
        free(copy);
    }
    assert_true(read > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_browsers_send_is_read),
        cmocka_unit_test(what_no_browser_sends_is_refused),
        cmocka_unit_test(two_of_a_name_are_refused_in_a_form_and_passed_over_in_a_query),
        cmocka_unit_test(a_byte_of_nothing_inside_is_refused),
        cmocka_unit_test(there_are_so_many_fields_and_no_more),
        cmocka_unit_test(a_path_is_decoded_but_for_its_pluses),
        cmocka_unit_test(whatever_comes_is_refused_or_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
