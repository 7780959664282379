/* Targets: what a guide shall reach of a figure in a span. One record each; setting it again
 * replaces it, taking it away deletes it. */
#ifndef BECKON_STORE_TARGETS_H
#define BECKON_STORE_TARGETS_H

#include <stddef.h>

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/score.h"

/* Which target: a guide's, in the order they are listed. */
struct target_name {
    uint32_t guide;
    enum score_span span;
    business_date start;
    enum score_kpi kpi;
};
struct target {
    struct target_name name;
    int64_t value;     /* > 0 */
    uint64_t set_at;
    uint32_t set_by;   /* token number */
};

enum { TARGET_BYTES = 1 + 4 + 1 + 4 + 1 + 8 + 8 + 4 };
size_t target_encode(const struct target *target, uint8_t *to);
enum store_result target_decode(struct bytes from, struct target *ret) STORE_CHECKED;

enum store_result targets_get(struct reader *reader, const struct target_name *name,
                              struct target *ret) STORE_CHECKED;
void targets_put(struct batch *batch, const struct target *target);
void targets_delete(struct batch *batch, const struct target_name *name);
/* A guide's behind `after` (span 0: from the start), in their order; up to count_max. */
enum store_result targets_list(struct reader *reader, const struct target_name *after,
                               struct target *ret, size_t count_max,
                               size_t *ret_count) STORE_CHECKED;
/* What a key of the table says; false when it is none. */
bool target_key_read(struct bytes key, struct target_name *ret_name);

#endif
