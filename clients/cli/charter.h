/* A program as a file that reads like a merchant's charter: YAML, its words by one table.
 *
 * Reading makes the API's Program and remembers where in the file each field was said, so that the
 * service's refusals are told with line and column too; all errors of a file are told in one go.
 * Writing is the same table backwards: what charter_lines says publishes to the same program.
 * One thread; whoever receives a charter or lines frees them. */
#ifndef BECKON_CLIENTS_CLI_CHARTER_H
#define BECKON_CLIENTS_CLI_CHARTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <glib.h>

#include "beckon/v1/program_service.pb-c.h"

enum { CHARTER_BYTES_MAX = 1024 * 1024, CHARTER_CURRENCY_BYTES = 4 };

/* Where a field was said: path as the service names it, "program.rules[1].rate_bp". */
struct charter_place {
    char *path, *trail; /* trail: "rules > welcome > gives" */
    size_t line, column; /* from 1 */
};

struct charter {
    Beckon__V1__Program *program;
    GArray *places; /* of struct charter_place, in no order */
    char currency[CHARTER_CURRENCY_BYTES]; /* of its amounts; empty: it has none */
    size_t currency_line, currency_column;
};

/* Reads a charter from a file's bytes; `name` stands before each error. NULL: `errors` has a line
 * "FILE:LINE:COL: rules > welcome > gives: ..." for each. */
struct charter *charter_read(const char *name, const char *text, size_t size, GString *errors);
void charter_free(struct charter *charter);
/* The place that says most about a field the service named; NULL: none does. */
const struct charter_place *charter_place_of(const struct charter *charter, const char *path);

/* A line of a written charter; value NULL: the lines below it, one deeper, are its own. */
struct charter_line {
    unsigned depth;
    char *trail; /* "rules > welcome"; of what stands before key */
    char *key, *value;
};
/* The lines of a program with amounts in `currency`; what has its default is left out. Free with
 * g_ptr_array_unref. */
GPtrArray *charter_lines(const Beckon__V1__Program *program, const char *currency);
/* Writes lines as YAML that charter_read reads. */
void charter_print(FILE *out, const GPtrArray *lines);

/* The words and forms a charter may have, for --help. */
void charter_help(FILE *out);

#endif
