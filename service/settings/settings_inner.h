/* What the files of service/settings share; not for others. */
#ifndef BECKON_SERVICE_SETTINGS_SETTINGS_INNER_H
#define BECKON_SERVICE_SETTINGS_SETTINGS_INNER_H

#include "service/settings/settings.h"

/* One reading in progress. */
struct settings_reading {
    const struct settings_program *program;
    unsigned char *values;
    struct settings_texts *texts;
    struct settings_origins *origins;
    struct settings_error *error;
};

enum { SETTINGS_ENVIRONMENT_BYTES = 64 };

/* The row called name (size bytes), or NULL. */
const struct settings_row *settings_row_find(const struct settings_program *program,
                                             const char *name, size_t size);
/* The variable of the row: PREFIX_NAME. */
void settings_environment_name(const struct settings_program *program,
                               const struct settings_row *row,
                               char ret_name[SETTINGS_ENVIRONMENT_BYTES]);
/* Puts text into the row's field; a list of a lower source is replaced. `place` is said first in
 * the error. False: refused, the error is set. */
bool settings_put(struct settings_reading *reading, const struct settings_row *row,
                  const char *text, enum settings_source source, const char *place);
/* Reads the file at path into what has no source above it yet. */
bool settings_file(struct settings_reading *reading, const char *path);
/* The same of a file's bytes; path only for what is said. */
bool settings_parse(struct settings_reading *reading, const char *path, const char *bytes,
                    size_t size);
/* Sets the error to "place: sentence"; returns false. */
bool settings_refuse(struct settings_reading *reading, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds "there is none called X; did you mean Y?" for a name that no row has; returns false. */
bool settings_unknown(struct settings_reading *reading, const char *place, const char *name);

/* The value of row's field as one would write it, into `size` bytes at ret_text; for a list the
 * item `index`. False: not set. */
bool settings_format(const struct settings_row *row, const void *values, unsigned index,
                     char *ret_text, size_t size);

#endif
