/* Program versions: immutable, dated, decoded once. */
#ifndef BECKON_STORE_PROGRAMS_H
#define BECKON_STORE_PROGRAMS_H

#include "store/batch.h"
#include "store/program.h"
#include "store/reader.h"

enum store_result programs_get(struct reader *reader, uint32_t version,
                               struct program *ret) STORE_CHECKED;
/* The version in force on a date: the latest from-date not after it, of equal ones the highest
 * version. STORE_ABSENT: none yet. */
enum store_result programs_in_force(struct reader *reader, business_date date,
                                    uint32_t *ret_version) STORE_CHECKED;
/* The same, decoded. Versions never change, so the batch keeps the last PROGRAM_CACHE_MAX of them
 * decoded: the pointer lives until as many other versions were asked for, so use it within one
 * command. A version put by this very batch is decoded anew each time: it may yet be dropped. */
enum store_result programs_in_force_cached(struct batch *batch, business_date date,
                                           const struct program **ret) STORE_CHECKED;
/* One version through the same cache; STORE_ABSENT when there is none of this number. */
enum store_result programs_get_cached(struct batch *batch, uint32_t version,
                                      const struct program **ret) STORE_CHECKED;
void programs_put(struct batch *batch, const struct program *program);

/* The latest business date that has a rule-made credit; STORE_ABSENT: none. */
enum store_result rule_credit_date_get(struct reader *reader, business_date *ret) STORE_CHECKED;
void rule_credit_date_put(struct batch *batch, business_date date);

#endif
