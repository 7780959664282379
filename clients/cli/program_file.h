/* Programs as files: what the verbs publish, diff and show share. */
#ifndef BECKON_CLIENTS_CLI_PROGRAM_FILE_H
#define BECKON_CLIENTS_CLI_PROGRAM_FILE_H

#include "clients/cli/charter.h"
#include "clients/cli/cli.h"

/* Reads a charter, "-" from standard input, and checks that its currency is the merchant's.
 * Anything but CLI_OK has been told. The caller frees with charter_free. */
enum cli_exit program_file_read(struct cli *cli, const char *path, struct charter **ret_charter);
/* The merchant's currency, which the caller frees. */
enum cli_exit program_currency(struct cli *cli, char **ret_currency);

verb_run program_publish, program_diff, program_show, program_backtest;

#endif
