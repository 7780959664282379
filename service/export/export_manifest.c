#include "service/export/export_manifest.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "service/export/export_inner.h"
#include "service/rules/civil_date.h"
#include "service/rules/currency.h"

enum { HASH_TEXT_BYTES = 2 * HASH_BYTES + 1 };

static const char CSV_NOTE[] =
    "UTF-8 with a byte order mark, comma, CRLF, quotes where needed (RFC 4180). Import it with "
    "every column as text, or employee numbers and documents lose leading zeros and digits: "
    "LibreOffice asks when it opens the file (Unicode (UTF-8), comma, column type Text for all "
    "columns); Excel: Data, From Text/CSV, origin 65001, do not detect data types. The XLSX needs "
    "no setting.";
static const char TEXT_NOTE[] =
    "In CSV, a text that begins with = + - @ (also full-width), TAB, CR or LF has an apostrophe "
    "before it, so that no spreadsheet takes it for a formula (OWASP, CSV injection). Amounts are "
    "plain decimals. In XLSX texts are text cells as they are.";
static const char PERIOD_NOTE[] =
    "period_end is the first date that is not part of the period.";
static const char PROFILE_NOTE[] =
    "china and erpnext leave out lines with nothing to pay; erpnext has a row for each earning and "
    "deduction, none below zero. Their rows_net_minor is the run's net all the same.";

static json_t *hash_json(const uint8_t *hash)
{
    char text[HASH_TEXT_BYTES];
    export_hex(hash, HASH_BYTES, text);
    return json_string(text);
}

static json_t *date_json(business_date date)
{
    char text[CIVIL_DATE_BYTES];
    civil_date_write(date, text);
    return json_string(text);
}

static json_t *time_json(uint64_t at_ms)
{
    char text[EXPORT_TIME_BYTES];
    export_time(at_ms, text);
    return json_string(text);
}

static json_t *totals_json(const struct run_totals *totals)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
                     "lines", (json_int_t)totals->line_count,
                     "member_lines", (json_int_t)totals->member_line_count,
                     "points_converted", (json_int_t)totals->points_converted,
                     "gross_minor", (json_int_t)totals->gross_minor,
                     "clawback_minor", (json_int_t)totals->clawback_minor,
                     "carry_in_minor", (json_int_t)totals->carry_in_minor,
                     "carry_out_minor", (json_int_t)totals->carry_out_minor,
                     "net_minor", (json_int_t)totals->net_minor,
                     "credits", (json_int_t)totals->credit_count,
                     "reversals", (json_int_t)totals->reversal_count,
                     "adjustments", (json_int_t)totals->adjustment_count);
}

static json_t *run_json(const struct settlement_run *run)
{
    return json_pack("{s:I,s:I,s:s,s:o,s:o,s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:o,s:I,s:o,s:o}",
                     "run_id", (json_int_t)run->number, "draft_no", (json_int_t)run->draft,
                     "run_type", export_run_type(run->type), "period_start",
                     date_json(run->start), "period_end", date_json(run->end),
                     "rate_points", (json_int_t)run->rate_points,
                     "rate_minor", (json_int_t)run->rate_minor,
                     "minimum_payout_minor", (json_int_t)run->minimum_payout_minor,
                     "closed_at", time_json(run->closed_at),
                     "made_by_token", (json_int_t)run->made_by,
                     "approved_by_token", (json_int_t)run->approved_by,
                     "closed_by_token", (json_int_t)run->closed_by,
                     "hash", hash_json(run->hash),
                     "ledger_entry", (json_int_t)run->entry,
                     "ledger_head", hash_json(run->head),
                     "totals", totals_json(&run->totals));
}

static json_t *file_json(const struct export_job *job, const struct export_file *file)
{
    struct export_job named = *job;
    char name[EXPORT_NAME_BYTES];

    named.profile = file->profile;
    named.format = file->format;
    named.payees = file->payees;
    export_file_name(&named, name);
    return json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:o,s:o}", "name", name, "profile",
                     export_profile_name(file->profile), "payees",
                     export_payees_name(file->payees), "format",
                     file->format == EXPORT_XLSX ? "xlsx" : "csv", "bytes",
                     (json_int_t)file->report.bytes, "rows", (json_int_t)file->report.row_count,
                     "rows_net_minor", (json_int_t)file->report.paid_minor, "totals",
                     totals_json(&file->report.totals), "sha256",
                     hash_json(file->report.sha256));
}

/* NULL when one of the files found no memory. */
static json_t *files_json(const struct export_manifest *manifest)
{
    json_t *files = json_array();

    for (size_t i = 0; files != NULL && i < manifest->file_count; i++) {
        json_t *file = file_json(manifest->job, &manifest->files[i]);
        if (json_array_append_new(files, file) != 0) {
            json_decref(files);
            files = NULL;
        }
    }
    return files;
}

char *export_manifest_make(const struct export_manifest *manifest)
{
    const struct export_job *job = manifest->job;
    json_t *notes = json_pack("{s:s,s:s,s:s,s:s}", "csv", CSV_NOTE, "texts", TEXT_NOTE, "period",
                              PERIOD_NOTE, "profiles", PROFILE_NOTE);
    json_t *whole = json_pack(
        "{s:I,s:I,s:o,s:s,s:s,s:I,s:s,s:o,s:o,s:s,s:o}", "schema_version",
        (json_int_t)EXPORT_SCHEMA_VERSION, "merchant", (json_int_t)manifest->merchant, "run",
        run_json(job->run), "pay_entity", job->pay_entity != NULL ? job->pay_entity : "",
        "currency", job->currency, "currency_decimals",
        (json_int_t)currency_decimals(job->currency), "tax_treatment", job->tax_treatment,
        "retained_until", date_json(manifest->retained_until), "files", files_json(manifest),
        "library", export_library(), "notes", notes);
    if (whole == NULL) return NULL;
    char *text = json_dumps(whole, JSON_INDENT(2));
    json_decref(whole);
    return text;
}
