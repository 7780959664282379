/* What payees dispute in their statements, and what payroll decided: numbered within a run from 1
 * without gaps, kept for ever. The run's record counts them. */
#ifndef BECKON_STORE_DISPUTES_H
#define BECKON_STORE_DISPUTES_H

#include <stddef.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/settlement.h"

enum dispute_state {
    DISPUTE_OPEN = 1, DISPUTE_ACCEPTED = 2, DISPUTE_REJECTED = 3, DISPUTE_WITHDRAWN = 4,
};

/* How an accepted one is put right. */
enum dispute_remedy {
    REMEDY_NONE = 0,
    REMEDY_NOW = 1,   /* the run goes back to its draft, which then takes the correction */
    REMEDY_LATER = 2, /* left to the first ADJUSTMENT run that corrects this one */
};

struct dispute {
    uint32_t run;
    uint32_t number;            /* within the run */
    uint16_t draft;             /* the run's when it was opened */
    struct party payee;
    uint32_t pay_entity;        /* which of his lines */
    uint64_t credit;            /* 0: the line as a whole */
    char text[REASON_BYTES_MAX + 1];
    enum dispute_state state;
    uint64_t opened_at;
    uint32_t opened_by;         /* token number */
    uint64_t decided_at;        /* or withdrawn; 0: open */
    uint32_t decided_by;
    char reason[REASON_BYTES_MAX + 1]; /* of the decision */

    /* accepted ones */
    enum dispute_remedy remedy;
    enum unit unit;
    int64_t amount;             /* above 0 given, below taken */
    bool corrected;             /* nothing is left to post */
    int64_t posted;             /* so far; may stay nearer to 0 when less was there to take */
    uint64_t entry;             /* the first entry; 0: none */
};

/* Has the correction of an accepted one still to be posted? */
bool dispute_waits(const struct dispute *dispute);

enum store_result disputes_get(struct reader *reader, uint32_t run, uint32_t number,
                               struct dispute *ret) STORE_CHECKED;
/* Puts it, and keeps the lists below. */
void disputes_put(struct batch *batch, const struct dispute *dispute);

/* Numbers above `after`, ascending, up to count_max: of a run; of one payee in it; of those whose
 * correction waits. */
enum store_result disputes_list(struct reader *reader, uint32_t run, uint32_t after,
                                uint32_t *ret_numbers, size_t count_max,
                                size_t *ret_count) STORE_CHECKED;
enum store_result disputes_list_of(struct reader *reader, uint32_t run, struct party payee,
                                   uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                   size_t *ret_count) STORE_CHECKED;
enum store_result disputes_list_waiting(struct reader *reader, uint32_t run,
                                        enum dispute_remedy remedy, uint32_t after,
                                        uint32_t *ret_numbers, size_t count_max,
                                        size_t *ret_count) STORE_CHECKED;

/* What a key of the table says. */
struct dispute_key {
    uint32_t run, number;
    enum { DISPUTE_KEY_RECORD, DISPUTE_KEY_OF_PAYEE, DISPUTE_KEY_WAITING } kind;
    struct party payee;          /* OF_PAYEE */
    enum dispute_remedy remedy;  /* WAITING */
};
/* false: it is none. */
bool dispute_key_read(struct bytes key, struct dispute_key *ret);

#endif
