/* The control sheet: what the file is, its sums, and the hashes it is bound to. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "service/export/export_inner.h"
#include "service/rules/civil_date.h"

void export_time(uint64_t at_ms, char ret_text[EXPORT_TIME_BYTES])
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    strftime(ret_text, EXPORT_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static enum export_result write_texts(const struct export_job *job,
                                      const struct export_control *control)
{
    const struct settlement_run *run = job->run;
    char start[CIVIL_DATE_BYTES], end[CIVIL_DATE_BYTES], closed[EXPORT_TIME_BYTES];
    const struct { const char *name, *value; } texts[] = {
        {"run_type", export_run_type(run->type)}, {"period_start", start},
        {"period_end", end}, {"closed_at", closed},
        {"pay_entity", job->pay_entity != NULL ? job->pay_entity : ""},
        {"payees", export_payees_name(job->payees)},
        {"profile", export_profile_name(job->profile)}, {"currency", job->currency},
        {"library", export_library()},
    };
    enum export_result result = EXPORT_OK;

    civil_date_write(run->start, start);
    civil_date_write(run->end, end);
    export_time(run->closed_at, closed);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && result == EXPORT_OK; i++)
        result = control->text(control->context, texts[i].name, texts[i].value);
    return result;
}

static enum export_result write_numbers(const struct export_job *job,
                                        const struct export_report *report,
                                        const struct export_control *control)
{
    const struct run_totals *totals = &report->totals;
    const struct settlement_run *run = job->run;
    const struct { const char *name; enum cell_kind kind; int64_t value; } numbers[] = {
        {"schema_version", CELL_COUNT, EXPORT_SCHEMA_VERSION},
        {"run_id", CELL_COUNT, run->number},
        {"draft_no", CELL_COUNT, run->draft},
        {"made_by_token", CELL_COUNT, run->made_by},
        {"approved_by_token", CELL_COUNT, run->approved_by},
        {"closed_by_token", CELL_COUNT, run->closed_by},
        {"lines", CELL_COUNT, totals->line_count},
        {"rows", CELL_COUNT, (int64_t)report->row_count},
        {"points_converted", CELL_COUNT, totals->points_converted},
        {"gross_amount", CELL_AMOUNT, totals->gross_minor},
        {"clawback_amount", CELL_AMOUNT, totals->clawback_minor},
        {"carry_in", CELL_AMOUNT, totals->carry_in_minor},
        {"carry_out", CELL_AMOUNT, totals->carry_out_minor},
        {"net_amount", CELL_AMOUNT, totals->net_minor},
        {"rows_net_amount", CELL_AMOUNT, report->paid_minor},
        {"credit_count", CELL_COUNT, totals->credit_count},
        {"reversal_count", CELL_COUNT, totals->reversal_count},
        {"adjustment_count", CELL_COUNT, totals->adjustment_count},
        {"run_lines", CELL_COUNT, run->totals.line_count},
        {"run_net_amount", CELL_AMOUNT, run->totals.net_minor},
        {"ledger_entry", CELL_COUNT, (int64_t)run->entry},
    };
    enum export_result result = EXPORT_OK;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && result == EXPORT_OK; i++)
        result = control->number(control->context, numbers[i].name, numbers[i].kind,
                                 numbers[i].value);
    return result;
}

enum export_result control_write(const struct export_job *job, const struct export_report *report,
                                 const struct export_control *control)
{
    const struct { const char *name; const uint8_t *bytes; } hashes[] = {
        {"ledger_head", job->run->head}, {"run_hash", job->run->hash},
        {"csv_sha256", report->csv_sha256},
    };
    enum export_result result = write_texts(job, control);

    if (result == EXPORT_OK) result = write_numbers(job, report, control);
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0] && result == EXPORT_OK; i++) {
        char text[2 * HASH_BYTES + 1];
        export_hex(hashes[i].bytes, HASH_BYTES, text);
        result = control->text(control->context, hashes[i].name, text);
    }
    return result;
}
