/* The writer: a line becomes the rows of its profile, as CSV (sent, or for its hash alone) and as
 * XLSX, and is added to the sums. */
#include "service/export/export.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/export/export_inner.h"

struct export_writer {
    struct export_job job;
    struct export_sink sink;
    const struct export_layout *layout;
    struct export_csv csv;
    struct export_xlsx *xlsx; /* NULL: CSV */
    struct export_shops shops;
    struct export_report report;
    bool ended;
};

/* ---- words ----------------------------------------------------------------------------------- */

const char *export_run_type(enum run_type type)
{
    static const char *const NAMES[] = {
        [RUN_YEAR_END] = "YEAR_END", [RUN_PERIOD] = "PERIOD", [RUN_LEAVER] = "LEAVER",
        [RUN_ADJUSTMENT] = "ADJUSTMENT",
    };
    assert(type >= RUN_YEAR_END && type <= RUN_ADJUSTMENT);
    return NAMES[type];
}

const char *export_profile_name(enum export_profile profile)
{
    static const char *const NAMES[] = {
        [EXPORT_GENERIC] = "generic", [EXPORT_CHINA] = "china", [EXPORT_ERPNEXT] = "erpnext",
    };
    assert(profile >= EXPORT_GENERIC && profile <= EXPORT_ERPNEXT);
    return NAMES[profile];
}

const char *export_payees_name(enum export_payees payees)
{
    return payees == EXPORT_MEMBERS ? "members" : "guides";
}

void export_file_name(const struct export_job *job, char ret_name[EXPORT_NAME_BYTES])
{
    const char *what = job->profile == EXPORT_GENERIC ? export_payees_name(job->payees)
                                                      : export_profile_name(job->profile);
    snprintf(ret_name, EXPORT_NAME_BYTES, "settlement-%lu-%s.%s", (unsigned long)job->run->number,
             what, job->format == EXPORT_XLSX ? "xlsx" : "csv");
}

void export_hash_text(const uint8_t hash[EXPORT_SHA256_BYTES],
                      char ret_text[2 * EXPORT_SHA256_BYTES + 1])
{
    export_hex(hash, EXPORT_SHA256_BYTES, ret_text);
}

/* ---- sums, parts ----------------------------------------------------------------------------- */

void export_totals_add(struct run_totals *totals, const struct settlement_line *line)
{
    assert(line->net_minor >= 0 && line->gross_minor >= 0 && line->clawback_minor >= 0);
    assert(line->net_minor == line->gross_minor - line->clawback_minor + line->carry_in_minor -
                                  line->carry_out_minor);
    totals->line_count++;
    totals->member_line_count += line->payee.kind == PARTY_MEMBER;
    totals->points_converted += line->points_converted;
    totals->gross_minor += line->gross_minor;
    totals->clawback_minor += line->clawback_minor;
    totals->carry_in_minor += line->carry_in_minor;
    totals->carry_out_minor += line->carry_out_minor;
    totals->net_minor += line->net_minor;
    totals->credit_count += line->credit_count;
    totals->reversal_count += line->reversal_count;
    totals->adjustment_count += line->adjustment_count;
}

/* Earnings less deductions of a line that pays something are its net: what a line carries out has
 * no net, so it has no rows either. */
static size_t erpnext_parts(const struct settlement_line *line,
                            struct export_part ret_parts[EXPORT_PARTS_MAX])
{
    int64_t carry = line->carry_in_minor - line->carry_out_minor;
    const struct export_part parts[EXPORT_PARTS_MAX] = {
        {line->gross_minor, false, ""},
        {line->clawback_minor, true, "_CLAWBACK"},
        {carry < 0 ? -carry : carry, carry < 0, carry < 0 ? "_CARRIED_DEBT" : "_CARRIED"},
    };
    size_t count = 0;

    for (size_t i = 0; i < EXPORT_PARTS_MAX; i++)
        if (parts[i].amount_minor > 0) ret_parts[count++] = parts[i];
    return count;
}

size_t export_parts(const struct export_job *job, const struct settlement_line *line,
                    struct export_part ret_parts[EXPORT_PARTS_MAX])
{
    if (job->profile != EXPORT_GENERIC && line->net_minor == 0) return 0;
    if (job->profile == EXPORT_ERPNEXT) return erpnext_parts(line, ret_parts);
    ret_parts[0] = (struct export_part){line->net_minor, false, ""};
    return 1;
}

/* ---- the writer ------------------------------------------------------------------------------ */

static enum export_result write_headings(struct export_writer *writer)
{
    const struct export_layout *layout = writer->layout;

    for (size_t i = 0; i < layout->count; i++)
        csv_text(&writer->csv, layout->columns[i].name, i == 0);
    csv_line_end(&writer->csv);
    return EXPORT_OK;
}

enum export_result export_begin(const struct export_job *job, const struct export_sink *sink,
                                struct export_writer **ret_writer)
{
    assert(job->currency != NULL && job->tax_treatment != NULL);
    assert(job->format == EXPORT_CSV || (job->format == EXPORT_XLSX && job->folder != NULL));
    if (sodium_init() < 0) return EXPORT_FAULT;
    struct export_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) return EXPORT_NO_MEMORY;
    writer->job = *job;
    writer->sink = *sink;
    writer->layout = export_layout(job);
    csv_begin(&writer->csv, job->format == EXPORT_CSV ? &writer->sink : NULL, job->currency);
    enum export_result result = write_headings(writer);
    if (result == EXPORT_OK && job->format == EXPORT_XLSX)
        result = xlsx_begin(&writer->job, &writer->xlsx);
    if (result != EXPORT_OK) {
        export_destroy(writer);
        return result;
    }
    *ret_writer = writer;
    return EXPORT_OK;
}

static enum export_result write_part(struct export_writer *writer, const struct export_row *row,
                                     const struct export_part *part)
{
    enum export_result result = EXPORT_OK;

    for (size_t i = 0; i < writer->layout->count && result == EXPORT_OK; i++) {
        struct export_cell cell;
        export_fill(&writer->layout->columns[i], &writer->job, row, part, &cell);
        csv_cell(&writer->csv, &cell, i == 0);
        if (writer->xlsx != NULL) result = xlsx_cell(writer->xlsx, &cell, (unsigned)i);
    }
    csv_line_end(&writer->csv);
    if (writer->xlsx != NULL && result == EXPORT_OK) result = xlsx_line_end(writer->xlsx);
    writer->report.row_count++;
    writer->report.paid_minor += part->deduction ? -part->amount_minor : part->amount_minor;
    return result;
}

enum export_result export_row(struct export_writer *writer, const struct export_row *row)
{
    struct export_part parts[EXPORT_PARTS_MAX];
    enum export_result result = EXPORT_OK;

    assert(!writer->ended);
    assert((row->line->payee.kind == PARTY_MEMBER) == (writer->job.payees == EXPORT_MEMBERS));
    export_totals_add(&writer->report.totals, row->line);
    size_t count = export_parts(&writer->job, row->line, parts);
    for (size_t i = 0; i < count && result == EXPORT_OK; i++)
        result = write_part(writer, row, &parts[i]);
    if (result == EXPORT_OK && writer->xlsx != NULL && writer->job.payees == EXPORT_GUIDES)
        result = shops_add(&writer->shops, row);
    return result == EXPORT_OK && writer->csv.gone ? EXPORT_GONE : result;
}

enum export_result export_end(struct export_writer *writer, struct export_report *ret_report)
{
    struct export_report *report = &writer->report;

    assert(!writer->ended);
    /* Whatever the profile leaves out or splits up, its rows pay what the lines say. */
    assert(report->paid_minor == report->totals.net_minor);
    writer->ended = true;
    enum export_result result = csv_end(&writer->csv, report->csv_sha256);
    if (result != EXPORT_OK) return result;
    report->bytes = writer->csv.bytes;
    memcpy(report->sha256, report->csv_sha256, sizeof report->sha256);
    if (writer->xlsx != NULL)
        result = xlsx_end(writer->xlsx, &writer->shops, &writer->sink, report);
    if (result == EXPORT_OK) *ret_report = *report;
    return result;
}

void export_destroy(struct export_writer *writer)
{
    if (writer == NULL) return;
    xlsx_destroy(writer->xlsx);
    shops_clear(&writer->shops);
    sodium_memzero(&writer->csv, sizeof writer->csv);
    free(writer);
}
