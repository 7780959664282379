/* What reads like a table: cells neutralised and quoted, refusals, parts of a line. */
#include "service/export/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/service/export/export_lines.h"

struct taken {
    size_t size, room;
    char text[65536];
};
static struct taken taken;

static bool take(void *context, const void *data, size_t size)
{
    struct taken *to = context;
    if (size > to->room - to->size) return false;
    memcpy(to->text + to->size, data, size);
    to->size += size;
    return true;
}

static const struct export_sink SINK = {take, &taken};

static struct export_job job_of(const struct settlement_run *run, enum export_profile profile)
{
    return (struct export_job){
        .run = run, .currency = "CNY", .tax_treatment = "", .payees = EXPORT_GUIDES,
        .profile = profile, .format = EXPORT_CSV, .folder = ".",
    };
}

/* Exports one line and leaves the text, terminated, in `taken`. */
static struct export_report export_one(enum export_profile profile, const struct export_row *row)
{
    struct settlement_run run = lines_run();
    struct export_job job = job_of(&run, profile);
    struct export_writer *writer;
    struct export_report report;

    taken.size = 0;
    taken.room = sizeof taken.text - 1;
    assert_int_equal(export_begin(&job, &SINK, &writer), EXPORT_OK);
    assert_int_equal(export_row(writer, row), EXPORT_OK);
    assert_int_equal(export_end(writer, &report), EXPORT_OK);
    export_destroy(writer);
    taken.text[taken.size] = '\0';
    return report;
}

static struct settlement_line line_paying(int64_t gross, int64_t clawback, int64_t carry_in)
{
    struct settlement_line line = {
        .run = 7, .payee = {PARTY_GUIDE, 1}, .pay_entity = 1, .gross_minor = gross,
        .clawback_minor = clawback, .carry_in_minor = carry_in,
    };
    line.net_minor = gross - clawback + carry_in;
    if (line.net_minor < 0) {
        line.carry_out_minor = line.net_minor;
        line.net_minor = 0;
    }
    return line;
}

static struct export_row row_named(const struct settlement_line *line, const char *name)
{
    return (struct export_row){
        .line = line, .pay_entity = "P", .cost_center = "", .shop_id = "", .employee_no = "001",
        .name = name, .document_type = "", .document_number = "",
    };
}

static void texts_cannot_become_formulas_or_cells(void **state)
{
    static const struct { const char *name, *cell; } ROWS[] = {
        {"王小明", "王小明"}, {"=1+1", "'=1+1"}, {"+1", "'+1"}, {"-1", "'-1"}, {"@a", "'@a"},
        {"\tx", "\"'\tx\""}, {"\rx", "\"'\rx\""}, {"\nx", "\"'\nx\""}, {"＝1", "'＝1"},
        {"＠a", "'＠a"}, {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"=\"a\"", "\"'=\"\"a\"\"\""},
        {"a;=1", "\"a;=1\""}, {" a", "\" a\""}, {"a=b", "a=b"}, {"'a", "'a"},
    };
    struct settlement_line line = line_paying(500, 0, 0);

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct export_row row = row_named(&line, ROWS[i].name);
        char expected[128];
        export_one(EXPORT_CHINA, &row);
        snprintf(expected, sizeof expected, "\r\n001,%s,,,5.00,,,,,\r\n", ROWS[i].cell);
        assert_non_null(strstr(taken.text, expected));
    }
}

static void amounts_are_plain_and_negative_ones_too(void **state)
{
    struct settlement_line line = line_paying(100005, 5, -100100);
    struct export_row row = row_named(&line, "x");

    (void)state;
    export_one(EXPORT_GENERIC, &row);
    assert_non_null(strstr(taken.text, ",1000.05,0.05,-1001.00,-1.00,0.00,CNY,"));
    assert_non_null(strstr(taken.text, ",NEGATIVE\r\n"));
    assert_non_null(strstr(taken.text, ",YEAR_END_BONUS,0,10 points = 1.00 CNY,"));
}

static void erpnext_has_rows_for_earnings_and_deductions_only(void **state)
{
    static const struct { int64_t gross, clawback, carry_in; uint64_t rows; } ROWS[] = {
        {1000, 0, 0, 1}, {1000, 200, 0, 2}, {1000, 200, -300, 3}, {1000, 0, 50, 2},
        {0, 0, 900, 1}, {100, 200, 0, 0}, {0, 0, -5, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct settlement_line line =
            line_paying(ROWS[i].gross, ROWS[i].clawback, ROWS[i].carry_in);
        struct export_row row = row_named(&line, "x");
        struct export_report report = export_one(EXPORT_ERPNEXT, &row);
        assert_int_equal(report.row_count, ROWS[i].rows);
        assert_int_equal(report.paid_minor, line.net_minor);
        assert_null(strstr(taken.text, ",-"));
    }
}

static void a_sink_that_refuses_ends_the_export(void **state)
{
    struct settlement_run run = lines_run();
    struct export_job job = job_of(&run, EXPORT_GENERIC);
    struct export_writer *writer;
    struct export_report report;
    struct settlement_line line = line_paying(500, 0, 0);
    struct export_row row = row_named(&line, "x");
    enum export_result result = EXPORT_OK;

    (void)state;
    for (int format = EXPORT_CSV; format <= EXPORT_XLSX; format++) {
        taken.size = taken.room = 0;
        job.format = (enum export_format)format;
        assert_int_equal(export_begin(&job, &SINK, &writer), EXPORT_OK);
        for (int i = 0; i < 2000 && result == EXPORT_OK; i++) result = export_row(writer, &row);
        assert_int_equal(result, format == EXPORT_CSV ? EXPORT_GONE : EXPORT_OK);
        assert_int_equal(export_end(writer, &report), EXPORT_GONE);
        export_destroy(writer);
        result = EXPORT_OK;
    }
}

static void without_a_folder_an_xlsx_is_a_fault_and_leaves_nothing(void **state)
{
    struct settlement_run run = lines_run();
    struct export_job job = job_of(&run, EXPORT_GENERIC);
    struct export_writer *writer;

    (void)state;
    job.format = EXPORT_XLSX;
    job.folder = "/nonexistent";
    assert_int_equal(export_begin(&job, &SINK, &writer), EXPORT_FAULT);
}

static void files_are_named_by_run_and_content(void **state)
{
    struct settlement_run run = lines_run();
    struct export_job job = job_of(&run, EXPORT_CHINA);
    char name[EXPORT_NAME_BYTES];

    (void)state;
    export_file_name(&job, name);
    assert_string_equal(name, "settlement-7-china.csv");
    job.profile = EXPORT_GENERIC;
    job.payees = EXPORT_MEMBERS;
    job.format = EXPORT_XLSX;
    export_file_name(&job, name);
    assert_string_equal(name, "settlement-7-members.xlsx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_cannot_become_formulas_or_cells),
        cmocka_unit_test(amounts_are_plain_and_negative_ones_too),
        cmocka_unit_test(erpnext_has_rows_for_earnings_and_deductions_only),
        cmocka_unit_test(a_sink_that_refuses_ends_the_export),
        cmocka_unit_test(without_a_folder_an_xlsx_is_a_fault_and_leaves_nothing),
        cmocka_unit_test(files_are_named_by_run_and_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
