/* Program versions kept decoded for reads, shared by all threads: decoding one costs more than the
 * rest of a small read. Versions never change, so what was once read in a snapshot stays true; a
 * damaged record goes unnoticed here until the next start, but not by verify, which reads anew. */
#ifndef BECKON_STORE_PROGRAMS_KEPT_H
#define BECKON_STORE_PROGRAMS_KEPT_H

#include "store/program.h"
#include "store/reader.h"

/* As programs_get. Any thread; never in a batch, whose version may yet be dropped. */
enum store_result programs_get_kept(struct reader *reader, uint32_t version,
                                    struct program *ret) STORE_CHECKED;
/* The version in force on a date; STORE_ABSENT: none yet. */
enum store_result programs_in_force_kept(struct reader *reader, business_date date,
                                         struct program *ret) STORE_CHECKED;

/* A store's own; NULL when memory has run out. */
struct programs_kept *programs_kept_new(void);
void programs_kept_free(struct programs_kept *kept);

#endif
