/* What became of the money of a settlement line, event after event: its payment results with the
 * bank's reference, and every time somebody was told who the payee is. Numbered within a line from
 * 1 without gaps, kept for ever. The line itself has the result in force. */
#ifndef BECKON_STORE_PAYMENTS_H
#define BECKON_STORE_PAYMENTS_H

#include <stddef.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/settlement_lines.h"

enum { PAYMENT_REFERENCE_BYTES_MAX = 40 };

struct payment_event {
    uint32_t run;
    struct line_name line;
    uint32_t number;
    enum payment payment; /* NONE: somebody was told who the payee is */
    char reference[PAYMENT_REFERENCE_BYTES_MAX + 1]; /* "": none was given */
    uint64_t at;
    uint32_t by;          /* token number */
};

/* Events of a line above number `after`, ascending; up to count_max. */
enum store_result payments_list(struct reader *reader, uint32_t run, const struct line_name *line,
                                uint32_t after, struct payment_event *ret_events,
                                size_t count_max, size_t *ret_count) STORE_CHECKED;
/* The last number given out; 0 before the first. */
enum store_result payments_last(struct reader *reader, uint32_t run, const struct line_name *line,
                                uint32_t *ret_number) STORE_CHECKED;
void payments_put(struct batch *batch, const struct payment_event *event);

/* What a key of the table says; false when it is none. */
bool payment_key_read(struct bytes key, uint32_t *ret_run, struct line_name *ret_line,
                      uint32_t *ret_number);

#endif
