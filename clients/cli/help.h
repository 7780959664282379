/* Help, all of it from the table of commands; wrapped to the terminal's width. */
#ifndef BECKON_CLIENTS_CLI_HELP_H
#define BECKON_CLIENTS_CLI_HELP_H

#include "clients/cli/cli.h"

/* On cli->out. */
void help_program(const struct cli *cli);
void help_noun(const struct cli *cli, const struct noun *noun);
void help_verb(const struct cli *cli, const struct noun *noun, const struct verb *verb);
/* "beckon shop create SHOP_ID [OPTION]...". */
void help_synopsis(FILE *out, const struct noun *noun, const struct verb *verb);

/* What an option's help says in full: its sentence, what may be given, whether it must be. The
 * caller frees. Man pages say the same. */
char *help_option_text(const struct verb *verb, const struct option_spec *option);
/* "--name TEXT", "SHOP_ID", "--csv[=excel]". The caller frees. */
char *help_option_name(const struct option_spec *option);

/* What `beckon --help` and beckon(1) say below the commands: a title and paragraphs, or lines of
 * their own that begin with a space. Ends with title NULL. */
struct help_section { const char *title, *text; };
extern const struct help_section HELP_SECTIONS[];

#endif
