/* Completing a command line in a shell: bash, zsh and fish ask beckon itself, so what they offer is
 * always what this beckon takes. */
#ifndef BECKON_CLIENTS_CLI_COMPLETION_H
#define BECKON_CLIENTS_CLI_COMPLETION_H

#include "clients/cli/cli.h"

/* The word the shells' functions call beckon with; what follows is the line so far. */
#define COMPLETION_WORD "__complete"

/* Writes what the last of `words` (which follow "beckon") can become: a line each, the whole word,
 * a tab, what it is. The single line ":files" says: names of files. */
void completion_words(FILE *out, int count, char *const *words);

#endif
