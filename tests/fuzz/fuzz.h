/* Fuzzing: each fuzz_*.c has one entry, with libFuzzer's names, and is built twice. With gcc and
 * replay.c it is an ordinary test: it replays its corpus and some changes of it, always the same.
 * With clang (-DBECKON_FUZZ=ON) libFuzzer drives it; tests/run --long does, a minute each.
 *
 * An entry aborts when something does not hold; what it was given must decide all it does. */
#ifndef BECKON_TESTS_FUZZ_FUZZ_H
#define BECKON_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional: changes data in place, up to size_max bytes; the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);
/* libFuzzer's, or replay.c's: changes bytes at random. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);

/* Not assert(): says what was expected of which input, in every build. */
#define FUZZ_HOLDS(what)                                                                          \
    do {                                                                                          \
        if (!(what)) {                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);             \
            abort();                                                                              \
        }                                                                                         \
    } while (0)

#endif
