/* A scoreboard that is shown again whenever it changes (beckon guide scoreboard --watch). */
#ifndef BECKON_CLIENTS_CLI_SCOREBOARD_WATCH_H
#define BECKON_CLIENTS_CLI_SCOREBOARD_WATCH_H

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/cli/cli.h"

/* Follows what `request` asks for until the service refuses or the output ends: drawn anew on a
 * terminal, else a line of JSON each. When the service has gone it is called again, with what was
 * shown last, for up to a minute. */
enum cli_exit scoreboard_watch(struct cli *cli, const Beckon__V1__GetScoreboardRequest *request);

#endif
