/* Help, all of it from the table of commands. */
#ifndef BECKON_CLIENTS_CLI_HELP_H
#define BECKON_CLIENTS_CLI_HELP_H

#include "clients/cli/cli.h"

void help_program(FILE *out);
void help_noun(FILE *out, const struct noun *noun);
void help_verb(FILE *out, const struct noun *noun, const struct verb *verb);
/* "beckon shop create SHOP_ID [options]". */
void help_synopsis(FILE *out, const struct noun *noun, const struct verb *verb);

#endif
