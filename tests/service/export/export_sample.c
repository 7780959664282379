/* Writes one export of a made-up run and tells its control figures; for export_files_test.py.
 * export_sample PROFILE FORMAT PAYEES ROWS FOLDER FILE (numbers of the enums) */
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/service/export/export_lines.h"

static bool write_file(void *context, const void *data, size_t size)
{
    return fwrite(data, 1, size, context) == size;
}

static int run(const struct export_job *job, unsigned rows, FILE *file)
{
    struct export_sink sink = {write_file, file};
    struct export_writer *writer;
    struct export_report report;
    struct rusage usage;

    if (export_begin(job, &sink, &writer) != EXPORT_OK) return 1;
    for (unsigned i = 0; i < rows; i++) {
        struct settlement_line line;
        struct line_texts texts;
        struct export_row row;
        lines_make(job->payees, i, &line, &texts, &row);
        if (export_row(writer, &row) != EXPORT_OK) return 1;
    }
    if (export_end(writer, &report) != EXPORT_OK) return 1;
    export_destroy(writer);
    getrusage(RUSAGE_SELF, &usage);
    printf("lines %" PRIu32 "\nrows %" PRIu64 "\nnet %" PRId64 "\npaid %" PRId64 "\nbytes %" PRIu64
           "\nmemory %ld\nsha256 ", report.totals.line_count, report.row_count,
           report.totals.net_minor, report.paid_minor, report.bytes, usage.ru_maxrss);
    for (size_t i = 0; i < sizeof report.sha256; i++) printf("%02x", report.sha256[i]);
    printf("\ncsv_sha256 ");
    for (size_t i = 0; i < sizeof report.csv_sha256; i++) printf("%02x", report.csv_sha256[i]);
    printf("\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 7) return 2;
    /* As a program would that speaks its user's language: nothing may come of it. */
    setlocale(LC_ALL, "");
    struct settlement_run settlement = lines_run();
    struct export_job job = {
        .run = &settlement, .currency = "CNY", .tax_treatment = "全年一次性奖金",
        .profile = (enum export_profile)strtol(argv[1], NULL, 10),
        .format = (enum export_format)strtol(argv[2], NULL, 10),
        .payees = (enum export_payees)strtol(argv[3], NULL, 10), .folder = argv[5],
    };
    FILE *file = fopen(argv[6], "wb");
    if (file == NULL) return 1;
    int end = run(&job, (unsigned)strtoul(argv[4], NULL, 10), file);
    return fclose(file) == 0 ? end : 1;
}
