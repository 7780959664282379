/* Asking before what can't be taken back.
 *
 * A verb with `typed` is done when a person types that text again, or when the command line says
 * --yes. Where nobody can be asked (standard input or standard error is no terminal) it is refused
 * without --yes: a script says what it means. */
#ifndef BECKON_CLIENTS_CLI_CONFIRM_H
#define BECKON_CLIENTS_CLI_CONFIRM_H

#include "clients/cli/cli.h"

enum { CONFIRM_BYTES_MAX = 200 };

/* What has to be typed; NULL: this call needs no confirmation. Lives in `values` or the verb. */
const char *confirm_text(const struct verb *verb, const struct values *values);

/* May it be done? false: told why not; nothing was called. */
bool confirm(struct cli *cli, const struct verb *verb, const struct values *values);

#endif
