/* Erasures: who is a number only, since when and why. Nothing personal.
 *
 * One that is open has the member's key destroyed and herself gone from every answer; her codes and
 * bindings are ended step by step behind it. */
#ifndef BECKON_STORE_ERASURES_H
#define BECKON_STORE_ERASURES_H

#include <stdbool.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

/* Numbers are for ever. */
enum erasure_reason {
    ERASURE_REQUEST = 1,  /* asked for */
    ERASURE_CONSENT = 2,  /* consent was taken back */
    ERASURE_INACTIVE = 3, /* kept longer than it was needed */
    ERASURE_UNLAWFUL = 4, /* should never have been kept */
    ERASURE_REASON_COUNT,
};

struct erasure {
    struct party party;
    uint64_t erased_at, born_at; /* born_at: recorded_at of the account */
    enum erasure_reason reason;
    uint32_t token;              /* who asked; 0: the person himself, or the list after a restore */
    int64_t points, cash_minor;  /* pending and available then, less what was owed inside */
    uint64_t finished_at;        /* 0: open */
    struct code_value code;      /* while it is open: codes up to this one are ended */
};

enum store_result erasures_get(struct reader *reader, struct party party,
                               struct erasure *ret) STORE_CHECKED;
/* Puts the record, and its place in the list of open ones. */
void erasures_put(struct batch *batch, const struct erasure *erasure);
/* Numbers above `after`, ascending, of one kind; `open`: of open ones only. Up to count_max. */
enum store_result erasures_list(struct reader *reader, bool open, enum party_kind kind,
                                uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                size_t *ret_count) STORE_CHECKED;

#endif
