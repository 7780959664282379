#include "clients/cli/suggest.h"

#include <limits.h>
#include <string.h>

#include <glib.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char folded(const char *word, size_t at)
{
    return word[at] == '_' ? '-' : g_ascii_tolower(word[at]);
}

unsigned suggest_distance(const char *a, const char *b)
{
    size_t a_size = strlen(a), b_size = strlen(b);
    if (a_size > SUGGEST_WORD_BYTES_MAX || b_size > SUGGEST_WORD_BYTES_MAX)
        return UINT_MAX;
    /* cost[i][k]: from the first i letters of a to the first k of b; three rows are looked at. */
    unsigned cost[SUGGEST_WORD_BYTES_MAX + 1][SUGGEST_WORD_BYTES_MAX + 1];
    for (size_t i = 0; i <= a_size; i++)
        cost[i][0] = (unsigned)i;
    for (size_t k = 0; k <= b_size; k++)
        cost[0][k] = (unsigned)k;
    for (size_t i = 1; i <= a_size; i++) {
        for (size_t k = 1; k <= b_size; k++) {
            bool same = folded(a, i - 1) == folded(b, k - 1);
            cost[i][k] = least(least(cost[i - 1][k], cost[i][k - 1]) + 1,
                               cost[i - 1][k - 1] + (same ? 0 : 1));
            if (i > 1 && k > 1 && folded(a, i - 1) == folded(b, k - 2) &&
                folded(a, i - 2) == folded(b, k - 1))
                cost[i][k] = least(cost[i][k], cost[i - 2][k - 2] + 1);
        }
    }
    return cost[a_size][b_size];
}

/* How far a word may be off and still be meant: a third of its letters, three at most. */
static unsigned tolerance(const char *word)
{
    size_t third = (strlen(word) + 1) / 3;
    return third > 3 ? 3 : (unsigned)third;
}

void suggest_offer(struct suggestion *suggestion, const char *known)
{
    const char *word = suggestion->word;
    unsigned distance = suggest_distance(word, known);
    bool begins = strlen(word) >= 2 && g_ascii_strncasecmp(word, known, strlen(word)) == 0;
    if (begins && distance > 1)
        distance = 1;
    if (distance > tolerance(word) && !begins)
        return;
    if (suggestion->nearest && distance >= suggestion->distance)
        return;
    suggestion->nearest = known;
    suggestion->distance = distance;
}

char *suggest_from_list(const char *word, const char *list)
{
    g_auto(GStrv) known = g_strsplit_set(list, ", ", -1);
    struct suggestion suggestion = {.word = word};
    for (size_t i = 0; known[i]; i++) {
        if (known[i][0] != '\0')
            suggest_offer(&suggestion, known[i]);
    }
    return g_strdup(suggestion.nearest);
}
