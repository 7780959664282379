/* One corruption, one finding: rows of what can go wrong with a sound store, and what verify must
 * then say. Each row is played on a store of its own, made from scenario.h. */
#ifndef BECKON_TESTS_STORE_CORRUPTION_H
#define BECKON_TESTS_STORE_CORRUPTION_H

#include <stddef.h>

#include "store/batch.h"

struct corruption_row {
    const char *name;
    void (*corrupt)(struct batch *batch);
    const char *finding; /* part of one of the findings */
};
#define ROW(corrupt, finding) {#corrupt, corrupt, finding}

/* The scenario with what `make_sound` adds has no finding; with each row's corruption beside it, it
 * has that row's. Fails the cmocka test that calls it, naming the row. */
void corruptions_are_found(void (*make_sound)(struct batch *batch),
                           const struct corruption_row *rows, size_t row_count);

#endif
