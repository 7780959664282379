/* Verbs of `beckon guide` about where a guide works and who he is. */
#ifndef BECKON_CLIENTS_CLI_GUIDE_EMPLOYMENT_H
#define BECKON_CLIENTS_CLI_GUIDE_EMPLOYMENT_H

#include "clients/cli/cli.h"

extern const struct option_spec GUIDE_UPDATE_OPTIONS[], GUIDE_TRANSFER_OPTIONS[],
    GUIDE_LEAVE_OPTIONS[];
extern const char *const GUIDE_UPDATE_EXAMPLES[], *const GUIDE_TRANSFER_EXAMPLES[],
    *const GUIDE_LEAVE_EXAMPLES[];
/* Replaces the fields that were given. */
enum cli_exit guide_update(struct cli *cli, const struct verb *verb, const struct values *values);

#endif
