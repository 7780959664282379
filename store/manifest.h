/* MANIFEST: what a backup consists of, as text, one line each:
 *
 *   beckon-backup 1
 *   schema N
 *   store STORE_ID                     (hexadecimal)
 *   file NAME SIZE BLAKE2B-256         (store/data.mdb, keys/MERCHANT.members ...)
 *   wrapping GENERATION                (the wrapping key its slots need, unless it is the first,
 *                                       which comes from master.key)
 *   end BLAKE2B-256                    (of everything before this line)
 *
 * Built line by line in memory while a backup is made, read whole by restore. No I/O here. */
#ifndef BECKON_STORE_MANIFEST_H
#define BECKON_STORE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"
#include "store/result.h"
#include "store/store.h"

enum {
    MANIFEST_NAME_BYTES = 48,           /* of a file, with its end */
    MANIFEST_BYTES_MAX = 4 << 20,       /* 25,000 files: 12,000 merchants */
};

struct manifest_file {
    char name[MANIFEST_NAME_BYTES];
    uint64_t size;
    uint8_t hash[HASH_BYTES];
};

struct manifest {
    char *text; /* owned */
    size_t size, room;
    bool full;  /* memory or bound reached: manifest_end answers STORE_FULL */
};

void manifest_begin(struct manifest *manifest, const uint8_t id[STORE_ID_BYTES]);
void manifest_add(struct manifest *manifest, const struct manifest_file *file);
/* Behind the files. */
void manifest_add_wrapping(struct manifest *manifest, uint32_t generation);
/* Writes the last line: STORE_OK, STORE_FULL. */
enum store_result manifest_end(struct manifest *manifest) STORE_CHECKED;
void manifest_free(struct manifest *manifest);

/* Checks first and last line; then manifest_next gives the files in order. STORE_OK; STORE_DAMAGED;
 * *ret_schema is set whenever the form is right. `text` is the caller's and ends with a NUL. */
struct manifest_reader {
    const char *at;
};
enum store_result manifest_read(const char *text, struct manifest_reader *ret_reader,
                                unsigned *ret_schema) STORE_CHECKED;
/* STORE_OK, STORE_ABSENT behind the files, STORE_DAMAGED: also for a name no backup has. */
enum store_result manifest_next(struct manifest_reader *reader,
                                struct manifest_file *ret_file) STORE_CHECKED;

/* Behind them: a wrapping key that is needed. STORE_OK, STORE_ABSENT at the end, STORE_DAMAGED. */
enum store_result manifest_next_wrapping(struct manifest_reader *reader,
                                         uint32_t *ret_generation) STORE_CHECKED;

#endif
