/* The settings of a program: one table of rows, from which come its flags, its environment, its
 * file, its help, its man page and its sample file. Each row fills one field of the program's own
 * struct (`values`), found by offset. This knows no program of ours.
 *
 * For the row "tls-key" of a program with the section "beckond" and the environment "BECKOND_":
 *   --tls-key VALUE or --tls-key=VALUE   beats
 *   BECKOND_TLS_KEY=VALUE                beats
 *   tls-key = VALUE under [beckond]      beats the row's default.
 * A source that names a list replaces the list of the sources below it. Variables with the prefix
 * that name no row are left alone (containers' managers invent such); everything else unknown,
 * doubled, empty or out of bounds is refused with a sentence that says where.
 *
 * Single thread. Texts in `values` belong to the struct settings_texts filled beside them. */
#ifndef BECKON_SERVICE_SETTINGS_SETTINGS_H
#define BECKON_SERVICE_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    SETTINGS_ROWS_MAX = 96,
    SETTINGS_LIST_MAX = 16,
    SETTINGS_FILE_BYTES_MAX = 64 * 1024,
    SETTINGS_LINE_BYTES_MAX = 196, /* libinih cuts longer ones */
    SETTINGS_TEXT_BYTES_MAX = 4095,
    SETTINGS_ERROR_BYTES = 512,
};

enum settings_type {
    SETTINGS_TEXT,     /* const char *; NULL: not set */
    SETTINGS_PATH,     /* const char *; NULL: not set */
    SETTINGS_LIST,     /* struct settings_list; at most `maximum` (0: SETTINGS_LIST_MAX) */
    SETTINGS_NUMBER,   /* uint64_t in minimum..maximum */
    SETTINGS_DURATION, /* uint64_t milliseconds in minimum..maximum; written 500ms 15s 5m 2h 90d */
    SETTINGS_SIZE,     /* uint64_t bytes in minimum..maximum; written 4096, 64KiB, 8MiB, 2GiB */
    SETTINGS_CHOICE,   /* unsigned, the index into choices */
    SETTINGS_FLAG,     /* bool; --name alone or with =on, =off */
};

struct settings_list {
    const char *values[SETTINGS_LIST_MAX];
    unsigned count;
};

struct settings_row {
    const char *name;           /* "tls-key": lower case, digits, hyphens */
    enum settings_type type;
    size_t offset;              /* of its field in values: offsetof(struct ..., ...) */
    const char *value;          /* what help calls the value: "FILE"; NULL for FLAG and CHOICE */
    const char *fallback;       /* the default as one would write it; NULL: not set, 0, off */
    const char *fallback_words; /* a default the program finds itself: said in help. NULL: none */
    const char *const *choices; /* CHOICE: ends with NULL */
    uint64_t minimum, maximum;  /* NUMBER, DURATION, SIZE: both count; LIST: maximum */
    bool reload;                /* SIGHUP applies it; otherwise a restart does */
    bool flag_only;             /* on the command line only: what to do, not how */
    bool alone;                 /* flag_only: neither file nor environment is read (--help) */
    const char *sample;         /* the sample file sets it to this; NULL: it shows the default,
                                   commented out */
    const char *group;          /* a heading above it in help; NULL: as the row before */
    const char *help;           /* sentences without a line break */
};

struct settings_program {
    const char *name;           /* "beckond": also the section of its file */
    const char *prefix;         /* "BECKOND_" */
    const char *version;
    const char *summary;        /* one line: "the service of Beckon" */
    const char *usage;          /* lines after "usage: "; each ends with \n */
    const char *notes;          /* paragraphs below the options, \n between lines */
    const struct settings_row *rows;
    size_t row_count;           /* at most SETTINGS_ROWS_MAX */
    size_t values_size;
    const char *config;         /* name of the row that names the file; NULL: no file */
};

/* Owns the texts that values point to. Start with {0}; freed by settings_free. */
struct settings_texts { struct settings_text *first; };

struct settings_error { char text[SETTINGS_ERROR_BYTES]; };

/* Where a row's value came from. */
enum settings_source { SETTINGS_DEFAULT, SETTINGS_FROM_FILE, SETTINGS_FROM_ENVIRONMENT,
                       SETTINGS_FROM_FLAG };
struct settings_origins { unsigned char source[SETTINGS_ROWS_MAX]; };

/* Reads all sources into values (values_size bytes; any padding is zeroed). argv[0] is skipped;
 * `environment` is a NULL-terminated list of NAME=VALUE. False: *ret_error says in one sentence
 * where and what to do ("/etc/x.conf:7:1: ..."), nothing else is touched. */
bool settings_read(const struct settings_program *program, int argc, char *const *argv,
                   char *const *environment, void *ret_values, struct settings_texts *ret_texts,
                   struct settings_origins *ret_origins, struct settings_error *ret_error);
void settings_free(struct settings_texts *texts);
/* Keeps a copy of `text` with the others; never NULL. */
const char *settings_keep(struct settings_texts *texts, const char *text);

/* Prints "NAME is no setting" for each variable with the program's prefix that names no row: they
 * are left alone, which one may want to know of a slip of the pen. */
void settings_print_ignored(const struct settings_program *program, char *const *environment,
                            FILE *out);

/* Whether row's field is the same in both. */
bool settings_equal(const struct settings_row *row, const void *values, const void *others);
/* Copies row's field; texts stay where they are. */
void settings_copy(const struct settings_row *row, const void *from, void *ret_to);

/* The same table as help (--help), a man page of section 8 (roff), a sample of the file, and the
 * values in force with where each came from (--check-config). */
void settings_print_help(const struct settings_program *program, FILE *out);
void settings_print_man(const struct settings_program *program, FILE *out);
void settings_print_sample(const struct settings_program *program, FILE *out);
void settings_print_values(const struct settings_program *program, const void *values,
                           const struct settings_origins *origins, FILE *out);

#endif
