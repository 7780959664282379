/* Scoreboards and rankings for the eye: bars, the course of the span, colour on terminals alone. */
#ifndef BECKON_CLIENTS_CLI_SCOREBOARD_H
#define BECKON_CLIENTS_CLI_SCOREBOARD_H

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/cli/cli.h"

/* verb_runs of `beckon guide`. */
verb_run guide_scoreboard;
verb_run guide_ranking;

/* A figure as its kind is written: "12.34 CNY", "33.3 %", "5". The caller frees (g_free). */
char *scoreboard_figure(Beckon__V1__ScoreboardKpi kpi, int64_t value, const char *currency);
/* Writes a scoreboard for a person, in the language of LANG. */
void scoreboard_show(struct cli *cli, const Beckon__V1__Scoreboard *scoreboard);

#endif
