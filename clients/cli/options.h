/* The command line's words to values, by the verb's table and the global one. Pure but for
 * getopt's own state: one thread. */
#ifndef BECKON_CLIENTS_CLI_OPTIONS_H
#define BECKON_CLIENTS_CLI_OPTIONS_H

#include <glib.h>

#include "clients/cli/cli.h"

/* Reads argv[1..]: options anywhere, arguments in order, "--" ends options. false: `error` says
 * what is wrong. --help in the values tells that required ones were not looked for. */
bool options_parse(const struct verb *verb, int argc, char **argv, struct values *ret_values,
                   GString *error);

/* The tables of options a verb takes, its own first; returns how many. */
size_t options_sets(const struct verb *verb,
                    const struct option_spec *ret_sets[CLI_OPTION_SETS_MAX]);

/* "badge, shelf": what an option or argument of the verb may be, from its table or the enum that it
 * fills; NULL: anything. The caller frees. */
char *option_choices(const struct verb *verb, const struct option_spec *option);

/* The last text given for an option or argument ("" for a flag); NULL: not given. */
const char *values_get(const struct values *values, const char *name);

#endif
