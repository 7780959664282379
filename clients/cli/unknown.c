#include "clients/cli/unknown.h"

#include <string.h>

#include <glib.h>

#include "clients/cli/output.h"
#include "clients/cli/suggest.h"

enum { PLACES_MAX = 4 };

/* What other programs call the same. */
static const char *const SAME[][8] = {
    {"create", "make", "add", "new", "record", "register", NULL},
    {"get", "show", "view", "info", "status", NULL},
    {"list", "ls", "all", "search", "find", NULL},
    {"revoke", "delete", "remove", "rm", "erase", "cancel", NULL},
    {"update", "edit", "set", "change", NULL},
};

static const struct noun *noun_near(const char *word)
{
    struct suggestion suggestion = {.word = word};
    for (size_t i = 0; i < NOUN_COUNT; i++)
        suggest_offer(&suggestion, NOUNS[i]->name);
    return suggestion.nearest ? noun_find(suggestion.nearest) : NULL;
}

/* The noun's verb that is meant by a word of the same sense. */
static const struct verb *verb_same(const struct noun *noun, const char *word)
{
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        if (!g_strv_contains(SAME[i], word))
            continue;
        for (size_t k = 0; SAME[i][k]; k++) {
            if (verb_find(noun, SAME[i][k]))
                return verb_find(noun, SAME[i][k]);
        }
    }
    return NULL;
}

static const struct verb *verb_near(const struct noun *noun, const char *word)
{
    struct suggestion suggestion = {.word = word};
    if (!noun->verbs[0].name)
        return NULL;
    for (size_t i = 0; i < noun->verb_count; i++) {
        if (noun->verbs[i].name)
            suggest_offer(&suggestion, noun->verbs[i].name);
    }
    if (suggestion.nearest && suggestion.distance == 0)
        return verb_find(noun, suggestion.nearest);
    const struct verb *same = verb_same(noun, word);
    return same || !suggestion.nearest ? same : verb_find(noun, suggestion.nearest);
}

/* "code list, guide list": where a verb is to be found; NULL: nowhere, or in too many places. */
static char *places(const char *word)
{
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned count = 0;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        if (!verb_find(NOUNS[i], word))
            continue;
        g_string_append_printf(text, "%sbeckon %s %s", count++ > 0 ? ", " : "", NOUNS[i]->name,
                               word);
    }
    return count > 0 && count <= PLACES_MAX ? g_strdup(text->str) : NULL;
}

void unknown_noun(struct cli *cli, int argc, char **argv)
{
    const char *word = argv[1];
    const struct noun *after = argc > 2 ? noun_near(argv[2]) : NULL;
    const struct verb *swapped = after ? verb_near(after, word) : NULL;
    const struct noun *near = noun_near(word);
    g_autofree char *found = places(word);
    if (swapped)
        output_complaint(cli, "there is no \"%s\"; did you mean: beckon %s %s?", word,
                         after->name, swapped->name);
    else if (found)
        output_complaint(cli, "\"%s\" is what is done to something: %s", word, found);
    else if (near && argc > 2 && verb_near(near, argv[2]))
        output_complaint(cli, "there is no \"%s\"; did you mean: beckon %s %s?", word, near->name,
                         verb_near(near, argv[2])->name);
    else if (near)
        output_complaint(cli, "there is no \"%s\"; did you mean: beckon %s?", word, near->name);
    else
        output_complaint(cli, "there is no \"%s\"; beckon --help lists what there is", word);
}

void unknown_verb(struct cli *cli, const struct noun *noun, const char *word)
{
    const struct verb *near = verb_near(noun, word);
    if (near)
        output_complaint(cli, "%s has no \"%s\"; did you mean: beckon %s %s?", noun->name, word,
                         noun->name, near->name);
    else
        output_complaint(cli, "%s has no \"%s\"; beckon %s --help lists what it has", noun->name,
                         word, noun->name);
}
