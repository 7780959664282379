/* CSV as clients/message/csv.c reads it: one table of texts and what they hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/message/csv.h"

static FILE *stream(const char *text, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    rewind(file);
    return file;
}

/* Rows as "LINE:field|field;", bad ones as "LINE!;". */
static void expect(const char *text, const char *wanted)
{
    FILE *file = stream(text, strlen(text));
    struct csv *csv = csv_new(file);
    char got[512] = "";
    struct csv_row row;
    for (enum csv_result result; (result = csv_next(csv, &row)) != CSV_END;) {
        assert_int_not_equal(result, CSV_FAULT);
        size_t used = strlen(got);
        used += (size_t)snprintf(got + used, sizeof got - used, "%llu%c",
                                 (unsigned long long)row.line, result == CSV_ROW ? ':' : '!');
        if (result == CSV_BAD)
            assert_non_null(row.error);
        for (size_t i = 0; result == CSV_ROW && i < row.field_count; i++)
            used += (size_t)snprintf(got + used, sizeof got - used, "%s%s", i ? "|" : "",
                                     row.fields[i]);
        snprintf(got + used, sizeof got - used, ";");
    }
    assert_string_equal(got, wanted);
    csv_destroy(csv);
    fclose(file);
}

static void plain_rows_are_split_at_commas(void **state)
{
    (void)state;
    expect("a,b\nc,d\n", "1:a|b;2:c|d;");
    expect("a,b", "1:a|b;");
    expect(",\n,,", "1:|;2:||;");
    expect("", "");
}

static void crlf_and_blank_lines_are_no_content(void **state)
{
    (void)state;
    expect("a,b\r\n\r\n\nc\r\n", "1:a|b;4:c;");
    expect("a\r", "1:a;");
    expect("a\rb\n", "1:a\rb;");
}

static void quotes_keep_commas_quotes_and_line_ends(void **state)
{
    (void)state;
    expect("\"a,b\",\"c \"\"d\"\"\"\n", "1:a,b|c \"d\";");
    expect("\"two\nlines\",x\ny\n", "1:two\nlines|x;3:y;");
    expect("\"crlf\r\nkept\"\r\n", "1:crlf\r\nkept;");
    expect("\"\",\"\"\n", "1:|;");
}

static void a_byte_order_mark_is_skipped_only_at_the_start(void **state)
{
    (void)state;
    expect("\xEF\xBB\xBF" "a,b\n\xEF\xBB\xBF" "c\n", "1:a|b;2:\xEF\xBB\xBF" "c;");
    expect("\xEF\xBB\xBF\"a\"\n", "1:a;");
}

static void malformed_rows_are_told_with_their_line_and_reading_goes_on(void **state)
{
    (void)state;
    expect("a\nb\"c\nd\n", "1:a;2!;3:d;");
    expect("\"a\"b,c\nd\n", "1!;2:d;");
    expect("a\n\"never closed\nb\n", "1:a;2!;");
    expect("\xFF\xFE\na\n", "1!;2:a;");
}

static void a_nul_is_malformed(void **state)
{
    (void)state;
    FILE *file = stream("a\0b\nc\n", 6);
    struct csv *csv = csv_new(file);
    struct csv_row row;
    assert_int_equal(csv_next(csv, &row), CSV_BAD);
    assert_int_equal(csv_next(csv, &row), CSV_ROW);
    assert_string_equal(row.fields[0], "c");
    csv_destroy(csv);
    fclose(file);
}

static void more_fields_than_the_bound_are_malformed(void **state)
{
    (void)state;
    char text[CSV_FIELDS_MAX + 2];
    memset(text, ',', CSV_FIELDS_MAX);
    memcpy(text + CSV_FIELDS_MAX, "\n", 2);
    expect(text, "1!;");
}

static void a_row_beyond_the_bound_ends_at_its_line(void **state)
{
    (void)state;
    size_t size = CSV_ROW_BYTES_MAX + 100;
    char *text = malloc(size + 3);
    assert_non_null(text);
    memset(text, 'x', size);
    memcpy(text + size, "\na", 3);
    expect(text, "1!;2:a;");
    free(text);
}

static void reading_goes_on_where_a_row_ended(void **state)
{
    (void)state;
    const char text[] = "\xEF\xBB\xBFh\r\n\"a\nb\"\nc\nd\n";
    FILE *file = stream(text, sizeof text - 1);
    struct csv *csv = csv_new(file);
    struct csv_row row;
    assert_int_equal(csv_next(csv, &row), CSV_ROW);
    assert_int_equal(csv_next(csv, &row), CSV_ROW);
    uint64_t line = row.end_line, offset = row.end_offset;
    assert_int_equal(line, 4);
    csv_destroy(csv);
    csv = csv_new(file);
    assert_true(csv_seek(csv, line, offset));
    assert_int_equal(csv_next(csv, &row), CSV_ROW);
    assert_string_equal(row.fields[0], "c");
    assert_int_equal(row.line, 4);
    csv_destroy(csv);
    fclose(file);
}

static void a_written_field_reads_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "plain", "a,b", "say \"x\"", "two\r\nlines", "导购"};
    FILE *file = tmpfile();
    assert_non_null(file);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fputs(i > 0 ? "," : "", file);
        csv_write_field(file, texts[i]);
    }
    rewind(file);
    struct csv *csv = csv_new(file);
    struct csv_row row;
    assert_int_equal(csv_next(csv, &row), CSV_ROW);
    assert_int_equal(row.field_count, sizeof texts / sizeof texts[0]);
    for (size_t i = 0; i < row.field_count; i++)
        assert_string_equal(row.fields[i], texts[i]);
    csv_destroy(csv);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows_are_split_at_commas),
        cmocka_unit_test(crlf_and_blank_lines_are_no_content),
        cmocka_unit_test(quotes_keep_commas_quotes_and_line_ends),
        cmocka_unit_test(a_byte_order_mark_is_skipped_only_at_the_start),
        cmocka_unit_test(malformed_rows_are_told_with_their_line_and_reading_goes_on),
        cmocka_unit_test(a_nul_is_malformed),
        cmocka_unit_test(more_fields_than_the_bound_are_malformed),
        cmocka_unit_test(a_row_beyond_the_bound_ends_at_its_line),
        cmocka_unit_test(reading_goes_on_where_a_row_ended),
        cmocka_unit_test(a_written_field_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
