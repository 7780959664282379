/* Manual pages from the table of commands, in the man macros of roff: beckon(1) and a page for
 * each noun, beckon-NOUN(1). The same table gives the same bytes. */
#ifndef BECKON_CLIENTS_CLI_MAN_H
#define BECKON_CLIENTS_CLI_MAN_H

#include "clients/cli/cli.h"

/* beckon(1). */
void man_program(FILE *out);
/* beckon-NOUN(1). */
void man_noun(FILE *out, const struct noun *noun);

#endif
