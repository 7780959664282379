/* Importing CSV: what the driver (import.c), the files beside the source (import_files.c) and the
 * kinds (import_kinds.c, import_members.c) share.
 *
 * Happy path: the header names the columns; each row becomes a message in a batch; a full batch is
 * sent; batches that come back are settled in file order: refused rows go to the rejects file, the
 * last settled line to the progress file. A repeated import replays what the progress file had not
 * yet noted: natural keys make that safe. A refusal of a whole call stops the import, with the
 * progress kept. */
#ifndef BECKON_CLIENTS_CLI_IMPORT_H
#define BECKON_CLIENTS_CLI_IMPORT_H

#include <glib.h>

#include "clients/cli/cli.h"
#include "clients/message/csv.h"

enum {
    IMPORT_ROWS_MAX = 500,              /* of one call, as the API says */
    IMPORT_CALL_BYTES_MAX = 96 * 1024,  /* the service takes 128 KiB */
    IMPORT_COLUMNS_MAX = 16,
    IMPORT_WINDOW = 16,                 /* calls in flight with --unordered */
    IMPORT_RETRY_MS = 60 * 1000,        /* a service that restarts is waited for */
};

struct import;

/* What became of one row. */
struct import_result {
    int code;            /* gRPC status code */
    const char *reason, *sentence;
    bool known;          /* was there before */
};

struct import_column {
    const char *name;
    const char *field;   /* path in the row's message; NULL: the kind's own */
    bool required;       /* in the header and in each row */
};

struct import_kind {
    const char *name;
    const struct import_column *columns; /* ends with name NULL */
    const ProtobufCServiceDescriptor *service;
    const char *method;
    const char *rows;    /* repeated field of the request; NULL: a call for each row */
    /* Completes a row's message; NULL: nothing to do. false: refused, or import->stopped; the
     * reason and the sentence are in import->row_reason and row_sentence. */
    bool (*complete)(struct import *import, ProtobufCMessage *message);
    /* The result of a row of a rows call. */
    struct import_result (*result)(const ProtobufCMessage *reply, size_t index);
};

extern const struct import_kind IMPORT_SHOPS, IMPORT_GUIDES, IMPORT_MEMBERS, IMPORT_PURCHASES,
    IMPORT_REFUNDS;

/* Where an import stands; what the progress file holds. */
struct import_state {
    uint64_t line, offset;   /* reading goes on here */
    uint64_t rows, recorded, known, rejected;
    uint64_t rejects_bytes;  /* of the rejects file that belong to these rows */
};

struct import_options {
    const char *kind, *path;     /* "members"; "-": standard input */
    const char *rejects;         /* where refused rows go; NULL: beside the path */
    bool restart, unordered;
    bool quiet;                  /* no summary on standard output */
};

/* Imports a file; anything but CLI_OK has been told. *ret_state: what became of its rows. */
enum cli_exit import_file(struct cli *cli, const struct import_options *options,
                          struct import_state *ret_state);

struct import {
    struct cli *cli;
    struct channel *channel;
    const struct import_kind *kind;
    const char *path;            /* "-": standard input */
    char *rejects_path, *progress_path; /* progress_path NULL: none is kept */
    FILE *in, *rejects;          /* rejects NULL until the first */
    struct csv *csv;
    char *header;                /* raw, for the rejects file */
    size_t header_count;
    int positions[IMPORT_COLUMNS_MAX]; /* of each column of the kind in the file; -1: absent */
    uint64_t source_bytes;       /* 0: not known */
    int64_t source_mtime;
    unsigned window;
    GQueue batches;              /* sent, in file order */
    struct import_batch *batch;  /* being filled; NULL: none */
    struct import_state state;
    uint64_t resumed_line;       /* 0: from the start */
    gint64 started_us, shown_us, saved_us;
    uint64_t rows_before;        /* settled by earlier calls of this import */
    bool stopped;                /* by an error, told; `end` is the exit code */
    enum cli_exit end;
    struct csv_row row;          /* being looked at */
    const char *row_reason;
    GString *row_sentence;
    GHashTable *owner_codes;     /* members: "guide:G01" -> code */
};

/* The row's text in a column of the kind; "" when the file has no such column. */
const char *import_cell(const struct import *import, const char *column);
/* Sends what is being filled and settles everything sent. */
void import_flush(struct import *import);
/* Are rows read but not yet acknowledged? */
bool import_pending(const struct import *import);
/* Tells an error and stops. */
void import_stop(struct import *import, const struct channel_error *error);

/* import_files.c: each returns false when the import has been stopped with a complaint. */
bool import_open(struct import *import);
bool import_resume(struct import *import, bool restart);
void import_reject(struct import *import, uint64_t line, const char *reason, const char *sentence,
                   const char *raw, bool raw_is_row);
/* Notes the settled state, at most once a second unless `now`. */
void import_save(struct import *import, bool now);
/* Closes the files; a finished import needs no progress file any more. */
void import_close(struct import *import, bool finished);

#endif
