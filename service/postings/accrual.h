/* Awards as ledger movements: one ACCRUE entry and one credit for each award above 0. Pure. */
#ifndef BECKON_SERVICE_POSTINGS_ACCRUAL_H
#define BECKON_SERVICE_POSTINGS_ACCRUAL_H

#include <stddef.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"

/* A movement to be posted, and the credit it makes. Numbers are given by the ledger. */
struct posting {
    uint16_t award; /* index of the award it comes from */
    struct entry entry;
    struct credit credit; /* shop and pay_entity of a guide's are the caller's */
};

struct accrual_facts {
    struct event event;
    business_date business_date;
    const struct program *program; /* whose rules the awards are of */
};

/* Returns how many postings were written: EXPENSE -> OWNER, AVAILABLE at once, or where the rule
 * holds them EXPENSE -> LIABILITY, PENDING until they mature. */
size_t accrual_postings(const struct award *awards, size_t award_count,
                        const struct accrual_facts *facts, struct posting *ret_postings);

#endif
