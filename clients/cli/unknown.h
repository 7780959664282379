/* What to say to words that name no command: the nearest one, the same two words the other way
 * round ("create shop"), or where a verb is to be found ("beckon register"). */
#ifndef BECKON_CLIENTS_CLI_UNKNOWN_H
#define BECKON_CLIENTS_CLI_UNKNOWN_H

#include "clients/cli/cli.h"

/* argv[1] is no noun. */
void unknown_noun(struct cli *cli, int argc, char **argv);
/* The noun has no such verb. */
void unknown_verb(struct cli *cli, const struct noun *noun, const char *word);

#endif
