/* The page says what the line says, in both languages, and nobody's text becomes markup. */
#include "service/export/export_statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/service/export/export_lines.h"

static char page[1 << 16];
static size_t page_size, page_room;

static bool take(void *context, const void *data, size_t size)
{
    (void)context;
    if (size > page_room - page_size) return false;
    memcpy(page + page_size, data, size);
    page_size += size;
    page[page_size] = '\0';
    return true;
}

static enum export_result write_page(enum run_state state, const char *name, bool chinese,
                                     size_t credit_count)
{
    static struct statement_credit credits[200];
    static const struct export_sink SINK = {take, NULL};
    struct settlement_run run = lines_run();
    struct settlement_line line = {
        .run = 7, .draft = 2, .payee = {PARTY_GUIDE, 3}, .points_earned = 1234,
        .points_converted = 1230, .points_kept = 4, .gross_minor = 12300, .clawback_minor = 300,
        .carry_in_minor = -500, .net_minor = 11500,
    };
    struct export_statement statement = {
        .run = &run, .merchant = "R&D <Tea>", .currency = "CNY", .chinese = chinese,
        .row = {.line = &line, .pay_entity = "P", .cost_center = "C", .shop_id = "S1",
                .employee_no = "007", .name = name, .document_type = "身份证",
                .document_number = "310101198001010001"},
        .credits = credits, .credit_count = credit_count, .more = credit_count == 200,
    };

    run.state = state;
    for (size_t i = 0; i < credit_count; i++)
        credits[i] = (struct statement_credit){i + 1, run.start, UNIT_POINTS, 5, "消费奖励"};
    page_size = 0;
    return export_statement_write(&statement, &SINK);
}

static size_t count_of(const char *text)
{
    size_t count = 0;
    for (const char *at = page; (at = strstr(at, text)) != NULL; at += strlen(text)) count++;
    return count;
}

static void texts_are_never_markup(void **state)
{
    (void)state;
    page_room = sizeof page - 1;
    assert_int_equal(write_page(RUN_CLOSED, "<script>\"'&", false, 1), EXPORT_OK);
    assert_null(strstr(page, "<script>"));
    assert_non_null(strstr(page, "&lt;script&gt;&quot;&#39;&amp;"));
    assert_non_null(strstr(page, "R&amp;D &lt;Tea&gt;"));
}

static void figures_are_those_of_the_line(void **state)
{
    (void)state;
    page_room = sizeof page - 1;
    assert_int_equal(write_page(RUN_CLOSED, "王小明", true, 2), EXPORT_OK);
    assert_non_null(strstr(page, "<th>实发金额</th><td class=\"n\">115.00 CNY</td>"));
    assert_non_null(strstr(page, "<th>上期结转</th><td class=\"n\">-5.00 CNY</td>"));
    assert_non_null(strstr(page, "<th>退货扣回</th><td class=\"n\">-3.00 CNY</td>"));
    assert_non_null(strstr(page, "10 积分 = 1.00 CNY"));
    assert_non_null(strstr(page, "1997-01-01 – 1997-12-31"));
    assert_int_equal(count_of("消费奖励"), 2);
    assert_null(strstr(page, "310101198001010001")); /* no statement needs it */
    assert_int_equal(count_of("<tr>"), count_of("</tr>"));
    assert_int_equal(count_of("<table>"), count_of("</table>"));
}

static void what_is_not_closed_says_so(void **state)
{
    (void)state;
    page_room = sizeof page - 1;
    assert_int_equal(write_page(RUN_REVIEW, "x", false, 0), EXPORT_OK);
    assert_non_null(strstr(page, "Not closed yet"));
    assert_null(strstr(page, "ledger"));
    assert_int_equal(write_page(RUN_PAID, "x", false, 0), EXPORT_OK);
    assert_null(strstr(page, "Not closed yet"));
}

static void more_credits_than_fit_are_named_as_such(void **state)
{
    (void)state;
    page_room = sizeof page - 1;
    assert_int_equal(write_page(RUN_CLOSED, "x", false, 200), EXPORT_OK);
    assert_non_null(strstr(page, "There are more credits"));
}

static void a_reader_who_leaves_ends_it(void **state)
{
    (void)state;
    page_room = 100;
    assert_int_equal(write_page(RUN_CLOSED, "x", false, 200), EXPORT_GONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_never_markup),
        cmocka_unit_test(figures_are_those_of_the_line),
        cmocka_unit_test(what_is_not_closed_says_so),
        cmocka_unit_test(more_credits_than_fit_are_named_as_such),
        cmocka_unit_test(a_reader_who_leaves_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
