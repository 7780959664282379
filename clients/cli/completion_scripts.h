/* What the shells are told: functions that ask `beckon __complete WORD...` (completion.h). */
#ifndef BECKON_CLIENTS_CLI_COMPLETION_SCRIPTS_H
#define BECKON_CLIENTS_CLI_COMPLETION_SCRIPTS_H

/* Ends with shell NULL. */
struct completion_script { const char *shell, *text; };
extern const struct completion_script COMPLETION_SCRIPTS[];

#endif
