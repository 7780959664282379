/* Referral codes, who owned them when, and which merchant a code belongs to. */
#ifndef BECKON_STORE_CODES_H
#define BECKON_STORE_CODES_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum store_result codes_get(struct reader *reader, struct code_value value,
                            struct code *ret) STORE_CHECKED;
void codes_want(struct reader *reader, struct code_value value);
/* Puts the record alone (usage, revocation). */
void codes_put(struct batch *batch, const struct code *code);
/* Puts a new code: record, first owner from `from`, the owner's index. */
void codes_create(struct batch *batch, const struct code *code, business_date from);

/* Who owned it on a date; STORE_ABSENT: not yet anybody. */
enum store_result codes_owner_on(struct reader *reader, struct code_value value,
                                 business_date date, struct party *ret) STORE_CHECKED;
struct code_owner { business_date from; struct party party; };
enum { CODE_OWNERS_MAX = 64 };
enum store_result codes_owners(struct reader *reader, struct code_value value,
                               struct code_owner ret[CODE_OWNERS_MAX],
                               size_t *ret_count) STORE_CHECKED;
/* From a date on the code is `owner`'s; adds to the owner's index. */
void codes_owner_put(struct batch *batch, struct code_value value, business_date from,
                     struct party owner);

/* Codes above `after`, ascending: all of the merchant, or those `owner` has or had. */
enum store_result codes_list(struct reader *reader, struct code_value after,
                             struct code_value *ret_values, size_t count_max,
                             size_t *ret_count) STORE_CHECKED;
enum store_result codes_of(struct reader *reader, struct party owner, struct code_value after,
                           struct code_value *ret_values, size_t count_max,
                           size_t *ret_count) STORE_CHECKED;

/* The instance's map (merchant 0): reserved in a commit of its own before use, never changed. */
enum store_result codes_merchant(struct reader *reader, struct code_value value,
                                 uint32_t *ret_merchant) STORE_CHECKED;
/* The batch's current merchant must be 0. */
void codes_reserve(struct batch *batch, struct code_value value, uint32_t merchant);

#endif
