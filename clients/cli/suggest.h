/* "Did you mean": the known word nearest to a mistyped one.
 *
 * Near: letter case aside, few letters left out, put in, changed or swapped with their neighbour
 * (the distance of Damerau and Levenshtein, "optimal string alignment"), or a beginning of it. */
#ifndef BECKON_CLIENTS_CLI_SUGGEST_H
#define BECKON_CLIENTS_CLI_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { SUGGEST_WORD_BYTES_MAX = 40 }; /* longer words are near to nothing */

struct suggestion {
    const char *word;    /* as typed; the caller's */
    const char *nearest; /* one of those offered, NULL: none is near */
    unsigned distance;   /* of `nearest` */
};

/* How many letters apart two words are, case aside; UINT_MAX: one of them is too long to say. */
unsigned suggest_distance(const char *a, const char *b);
/* Compares one more known word; the first of equally near ones stays. */
void suggest_offer(struct suggestion *suggestion, const char *known);
/* The same for each of a list like "badge, shelf", whose parts are kept: the caller frees the
 * nearest one (g_free). NULL: none is near. */
char *suggest_from_list(const char *word, const char *list);

#endif
