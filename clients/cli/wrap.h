/* Text broken into lines at spaces, by the columns it takes on a terminal. */
#ifndef BECKON_CLIENTS_CLI_WRAP_H
#define BECKON_CLIENTS_CLI_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* Writes paragraphs (ended by '\n') in lines of at most `width` columns, and a line end. `used`
 * columns of the first line are taken already; later lines begin with `indent` spaces. A line of
 * the text that begins with a space is layout of its own and stays as it is, after the indent. */
void wrap_write(FILE *out, const char *text, size_t used, size_t indent, size_t width);

#endif
