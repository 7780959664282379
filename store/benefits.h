/* Benefits by name that a registration gave: coupons and gifts, handed out once by a till. Under
 * the member's account, by number from 1. */
#ifndef BECKON_STORE_BENEFITS_H
#define BECKON_STORE_BENEFITS_H

#include "store/batch.h"
#include "store/program.h"
#include "store/reader.h"
#include "store/record.h"

enum { BENEFITS_MAX = RULES_MAX }; /* of a member: one a rule, at her registration */

/* What it is called is said by its rule. */
struct benefit {
    uint32_t number;
    uint32_t program_version;
    uint16_t rule;
    business_date given_on;
    business_date valid_until;  /* its last day; DATE_NEVER */
    uint64_t handed_out_at;     /* Unix ms; 0: not yet */
    uint32_t handed_out_shop;   /* 0: not yet */
};

enum { BENEFIT_BYTES = 1 + 4 + 4 + 2 + 4 + 4 + 8 + 4 };
size_t benefit_encode(const struct benefit *benefit, uint8_t *to);
enum store_result benefit_decode(struct bytes from, struct benefit *ret) STORE_CHECKED;

enum store_result benefits_get(struct reader *reader, uint32_t member, uint32_t number,
                               struct benefit *ret) STORE_CHECKED;
void benefits_put(struct batch *batch, uint32_t member, const struct benefit *benefit);
/* All of a member, ascending. */
enum store_result benefits_list(struct reader *reader, uint32_t member,
                                struct benefit ret[BENEFITS_MAX],
                                size_t *ret_count) STORE_CHECKED;

#endif
