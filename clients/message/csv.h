/* Reads CSV as RFC 4180 says: quotes, quotes within quotes, line ends within quotes, CRLF or LF, a
 * byte-order mark at the start. Empty lines are skipped. A malformed row is told with its line, and
 * reading goes on after it. One thread. */
#ifndef BECKON_CLIENTS_MESSAGE_CSV_H
#define BECKON_CLIENTS_MESSAGE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    CSV_FIELDS_MAX = 64,
    CSV_ROW_BYTES_MAX = 64 * 1024, /* longer is an unclosed quote, not a row */
};

enum csv_result { CSV_ROW, CSV_BAD, CSV_END, CSV_FAULT };

/* One row; valid until the next csv_next. */
struct csv_row {
    uint64_t line;       /* its first line, from 1 */
    size_t field_count;
    const char *fields[CSV_FIELDS_MAX]; /* without quotes */
    const char *raw;     /* as read, without its line end */
    size_t raw_size;
    const char *error;   /* CSV_BAD: an English sentence */
    uint64_t end_line;   /* line and offset after it: where reading can go on */
    uint64_t end_offset;
};

struct csv;

/* Reads from a stream that stays the caller's. */
struct csv *csv_new(FILE *in);
void csv_destroy(struct csv *csv);
/* CSV_ROW and CSV_BAD fill *ret_row; CSV_FAULT: reading failed (errno). */
enum csv_result csv_next(struct csv *csv, struct csv_row *ret_row);
/* Goes on at an end_line and end_offset got before; false: the stream can't (errno). */
bool csv_seek(struct csv *csv, uint64_t line, uint64_t offset);

/* Writes one field, quoted where it must be. */
void csv_write_field(FILE *out, const char *text);

#endif
