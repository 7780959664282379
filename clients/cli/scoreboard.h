/* Scoreboards and rankings for the eye: bars, the course of the span, colour on terminals alone. */
#ifndef BECKON_CLIENTS_CLI_SCOREBOARD_H
#define BECKON_CLIENTS_CLI_SCOREBOARD_H

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/cli/cli.h"

/* verb_runs of `beckon guide`. */
verb_run guide_scoreboard;
verb_run guide_ranking;

/* Writes a scoreboard for a person, in the language of LANG. */
void scoreboard_show(struct cli *cli, const Beckon__V1__Scoreboard *scoreboard);

#endif
