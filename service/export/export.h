/* What payroll takes out of a closed settlement run: rows as CSV or XLSX, by profile.
 *
 * A pure function of the run: the same lines give the same bytes, on any machine, in any locale and
 * time zone; the XLSX with the same version of libxlsxwriter. Lines are pushed one by one and
 * nothing is kept of them but sums, so memory doesn't grow with them. No state besides the writer;
 * one thread a writer.
 *
 * Happy path: begin -> a row for every line, in the run's order -> end -> destroy.
 * CSV: RFC 4180, CRLF, UTF-8 with a byte order mark. A text cell whose first character a
 * spreadsheet takes for a formula's (= + - @, their full-width forms, TAB, CR, LF) gets a leading
 * apostrophe, as OWASP advises; amounts are plain decimals of the currency. In XLSX texts are text
 * cells, which are never computed, and stay as they are. */
#ifndef BECKON_SERVICE_EXPORT_EXPORT_H
#define BECKON_SERVICE_EXPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/settlement.h"

enum { EXPORT_SCHEMA_VERSION = 1, EXPORT_SHA256_BYTES = 32 };

enum export_profile {
    EXPORT_GENERIC = 1, /* every column of domain.md 7; members: their file */
    EXPORT_CHINA,       /* the tax bureau's sheet of year-end bonuses; nets above zero */
    EXPORT_ERPNEXT,     /* Additional Salary: earnings and deductions as rows, nets above zero */
};
enum export_format { EXPORT_CSV = 1, EXPORT_XLSX };
enum export_payees { EXPORT_GUIDES = 1, EXPORT_MEMBERS };

/* What is exported. All texts live as long as the writer. */
struct export_job {
    const struct settlement_run *run;
    const char *currency;
    const char *tax_treatment;   /* the program's word for payroll; may be empty */
    const char *pay_entity;      /* only its lines, by name; NULL: all */
    enum export_payees payees;
    enum export_profile profile; /* members: EXPORT_GENERIC */
    enum export_format format;
    const char *folder;          /* XLSX: where temporary files may be made; they have no name */
};

/* One line of the run with the texts copied at its close. None is NULL. */
struct export_row {
    const struct settlement_line *line;
    const char *pay_entity, *cost_center, *shop_id, *employee_no;
    const char *name, *document_type, *document_number;
};

/* Where the bytes go, in pieces and in order. False: nobody takes them any more, stop. */
struct export_sink {
    bool (*write)(void *context, const void *data, size_t size);
    void *context;
};

enum export_result {
    EXPORT_OK = 0,
    EXPORT_GONE,      /* the sink refused */
    EXPORT_NO_MEMORY, /* ours or a library's */
    EXPORT_FAULT,     /* a temporary file can't be made, written or read */
};
#define EXPORT_CHECKED __attribute__((warn_unused_result))

/* What was written: the control figures, added up from the rows themselves. */
struct export_report {
    struct run_totals totals;  /* of the lines given */
    uint64_t row_count;        /* rows of the file without headings: profiles leave lines out, or
                                  make several of one */
    int64_t paid_minor;        /* sum of what the file's rows pay, less its deductions */
    uint64_t bytes;
    uint8_t sha256[EXPORT_SHA256_BYTES];
    uint8_t csv_sha256[EXPORT_SHA256_BYTES]; /* of the CSV of the same job */
};

struct export_writer;

/* Nothing is written to a sink of another job: members' lines come with EXPORT_MEMBERS only. */
enum export_result export_begin(const struct export_job *job, const struct export_sink *sink,
                                struct export_writer **ret_writer) EXPORT_CHECKED;
enum export_result export_row(struct export_writer *writer,
                              const struct export_row *row) EXPORT_CHECKED;
/* No row after it. The bytes of an XLSX come here. */
enum export_result export_end(struct export_writer *writer,
                              struct export_report *ret_report) EXPORT_CHECKED;
/* At any time; NULL is fine. */
void export_destroy(struct export_writer *writer);

/* Adds a line to sums. */
void export_totals_add(struct run_totals *totals, const struct settlement_line *line);

/* "settlement-7-guides.csv", "settlement-7-china.xlsx", "settlement-7-members.csv", terminated.
 * Pay entities are not in it: their names may be no file names. */
enum { EXPORT_NAME_BYTES = 64 };
void export_file_name(const struct export_job *job, char ret_name[EXPORT_NAME_BYTES]);
/* "libxlsxwriter 1.1.4": with another version the XLSX may have other bytes, never other cells. */
const char *export_library(void);

/* 64 hexadecimal digits, terminated. */
void export_hash_text(const uint8_t hash[EXPORT_SHA256_BYTES],
                      char ret_text[2 * EXPORT_SHA256_BYTES + 1]);
/* Words of the API and the files: "YEAR_END", "generic", "guides". */
const char *export_run_type(enum run_type type);
const char *export_profile_name(enum export_profile profile);
const char *export_payees_name(enum export_payees payees);

#endif
