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
/* The same, decoded. Versions never change, so the writer keeps the last ones decoded: the
 * pointer lives until the store closes. Writer's thread only. */
enum store_result programs_in_force_cached(struct batch *batch, business_date date,
                                           const struct program **ret) STORE_CHECKED;
void programs_put(struct batch *batch, const struct program *program);

/* The latest business date that has a rule-made credit; STORE_ABSENT: none. */
enum store_result rule_credit_date_get(struct reader *reader, business_date *ret) STORE_CHECKED;
void rule_credit_date_put(struct batch *batch, business_date date);

#endif
