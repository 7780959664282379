/* Long output on a terminal goes through a pager, and names what a terminal can show.
 *
 * $PAGER, else `less` with LESS=FRX (it ends by itself when everything fits, keeps colours, leaves
 * the text on the screen); PAGER=cat or an empty one: none. One thread; one pager at a time. */
#ifndef BECKON_CLIENTS_CLI_PAGER_H
#define BECKON_CLIENTS_CLI_PAGER_H

#include "clients/cli/cli.h"

/* Looks at the terminal: fills width, colour and the three is_terminal fields. NO_COLOR and
 * TERM=dumb mean no colour; $COLUMNS stands for a terminal that does not say its width. */
void terminal_look(struct cli *cli);

/* On a terminal: from here on cli->out goes to the pager. Nothing happens where there is none, or
 * one runs. */
void pager_open(struct cli *cli);
/* The same with another command that reads its standard input. */
void pager_open_with(struct cli *cli, const char *command);
/* Waits until the reader has seen enough; cli->out is standard output again. */
void pager_close(struct cli *cli);
/* Has the reader left it? What is written then goes nowhere. */
bool pager_left(const struct cli *cli);

/* "\033[1m" and the like where standard output is coloured, else "". */
enum colour { COLOUR_NONE, COLOUR_TITLE, COLOUR_GOOD, COLOUR_WARN, COLOUR_BAD, COLOUR_FAINT };
const char *colour_begin(bool coloured, enum colour colour);
const char *colour_end(bool coloured, enum colour colour);

#endif
