/* The parts of the exporter, for each other only. */
#ifndef BECKON_SERVICE_EXPORT_EXPORT_INNER_H
#define BECKON_SERVICE_EXPORT_EXPORT_INNER_H

#include <sodium.h>

#include "service/export/export.h"

/* ---- columns: what stands in a cell ---------------------------------------------------------- */

enum { EXPORT_CELL_BYTES = 256 }; /* names have 120, sixteen periods 112, the fullest remark 128 */

enum cell_kind { CELL_TEXT = 1, CELL_COUNT, CELL_AMOUNT };
struct export_cell {
    enum cell_kind kind;
    int64_t value;                /* of COUNT; of AMOUNT minor units */
    char text[EXPORT_CELL_BYTES]; /* of TEXT */
};

/* A row of the file. Most lines make one; ERPNext's a row for each amount that isn't zero. */
struct export_part {
    int64_t amount_minor; /* never below zero */
    bool deduction;
    const char *suffix;   /* of the component's code */
};
enum { EXPORT_PARTS_MAX = 3 };
size_t export_parts(const struct export_job *job, const struct settlement_line *line,
                    struct export_part ret_parts[EXPORT_PARTS_MAX]);

enum column_kind {
    COLUMN_EMPTY = 1,  /* we have nothing for it */
    COLUMN_ROW_TEXT,   /* a text of struct export_row, at `offset` */
    COLUMN_POINTS,     /* an int64 of struct settlement_line: a count */
    COLUMN_AMOUNT,     /* an int64 of struct settlement_line: minor units */
    COLUMN_NUMBER,     /* a uint32 of struct settlement_line */
    COLUMN_MADE,       /* by `make` */
};
typedef void export_make(const struct export_job *job, const struct export_row *row,
                         const struct export_part *part, struct export_cell *ret_cell);
struct export_column {
    const char *name;
    enum column_kind kind;
    size_t offset;
    export_make *make;
    enum cell_kind cell;
    unsigned width;    /* in a spreadsheet, characters */
};
struct export_layout {
    const struct export_column *columns;
    size_t count;
    const char *sheet; /* its name; at most 20 bytes */
};
const struct export_layout *export_layout(const struct export_job *job);
void export_fill(const struct export_column *column, const struct export_job *job,
                 const struct export_row *row, const struct export_part *part,
                 struct export_cell *ret_cell);

/* The generic columns' and the other profiles' makers share these. */
export_make export_make_component;
void export_hex(const uint8_t *bytes, size_t size, char *ret_text); /* 2 * size + 1 */
/* "1998-01-13T00:00:00Z", whatever the time zone. */
enum { EXPORT_TIME_BYTES = 32 };
void export_time(uint64_t at_ms, char ret_text[EXPORT_TIME_BYTES]);

/* ---- CSV ------------------------------------------------------------------------------------- */

enum { CSV_BUFFER_BYTES = 64 * 1024 };
struct export_csv {
    const struct export_sink *sink; /* NULL: only the hash is wanted */
    crypto_hash_sha256_state hash;
    uint64_t bytes;
    unsigned decimals;
    bool gone;
    size_t size;
    char buffer[CSV_BUFFER_BYTES];
};
void csv_begin(struct export_csv *csv, const struct export_sink *sink, const char *currency);
/* A heading or a cell; `first` of its line. */
void csv_cell(struct export_csv *csv, const struct export_cell *cell, bool first);
void csv_text(struct export_csv *csv, const char *text, bool first);
void csv_line_end(struct export_csv *csv);
/* What is left goes out. EXPORT_OK, EXPORT_GONE. */
enum export_result csv_end(struct export_csv *csv,
                           uint8_t ret_sha256[EXPORT_SHA256_BYTES]) EXPORT_CHECKED;

/* ---- XLSX ------------------------------------------------------------------------------------ */

struct export_shop {
    char *pay_entity, *shop_id, *cost_center;
    struct run_totals totals;
};
struct export_shops {
    struct export_shop **shops; /* sorted by the three texts */
    size_t count, room;
};
/* EXPORT_OK, EXPORT_NO_MEMORY. */
enum export_result shops_add(struct export_shops *shops,
                             const struct export_row *row) EXPORT_CHECKED;
void shops_clear(struct export_shops *shops);

struct export_xlsx;
enum export_result xlsx_begin(const struct export_job *job,
                              struct export_xlsx **ret_xlsx) EXPORT_CHECKED;
enum export_result xlsx_cell(struct export_xlsx *xlsx, const struct export_cell *cell,
                             unsigned column) EXPORT_CHECKED;
/* The next row, on another sheet where this one is full. */
enum export_result xlsx_line_end(struct export_xlsx *xlsx) EXPORT_CHECKED;
/* Adds the sheets summary (guides) and control, assembles the file and sends it. `report` has the
 * sums and the CSV's hash; bytes and hash are filled in. */
enum export_result xlsx_end(struct export_xlsx *xlsx, const struct export_shops *shops,
                            const struct export_sink *sink,
                            struct export_report *report) EXPORT_CHECKED;
void xlsx_destroy(struct export_xlsx *xlsx);

/* Rows of the sheet "control": what the file is, its sums, its hashes. */
struct export_control {
    enum export_result (*text)(void *context, const char *name, const char *value);
    enum export_result (*number)(void *context, const char *name, enum cell_kind kind,
                                 int64_t value);
    void *context;
};
enum export_result control_write(const struct export_job *job, const struct export_report *report,
                                 const struct export_control *control) EXPORT_CHECKED;

#endif
