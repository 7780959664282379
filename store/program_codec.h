/* A program version's stored form: ColdProgram of cold.proto, to and from struct program. Pure but
 * for the decoder's own memory; any thread. Internal to programs.c and the tests. */
#ifndef BECKON_STORE_PROGRAM_CODEC_H
#define BECKON_STORE_PROGRAM_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/program.h"

/* Every text, bracket and rule of the fullest program take less. */
enum { PROGRAM_BYTES_MAX = 60 * 1024 };

/* Writes `program`, which must be one that program_decode would take; returns the bytes used. */
size_t program_encode(const struct program *program, uint8_t ret_data[PROGRAM_BYTES_MAX]);
/* Reads what program_encode wrote, now or in an older version of the service: fields that it did
 * not know get their defaults. false: damaged; `ret` is spoilt then. */
bool program_decode(struct bytes data, struct program *ret);

#endif
