/* Exports: who took which file of a closed run, and when; numbered from 1 in each run, without
 * gaps, kept for ever. What is in a file is not kept: it can be made again, byte by byte. */
#ifndef BECKON_STORE_EXPORTS_H
#define BECKON_STORE_EXPORTS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

struct export_event {
    uint32_t run, number;
    uint8_t profile, format, payees; /* as in the API */
    uint32_t pay_entity;             /* only its lines; 0: all */
    uint64_t created_at;             /* Unix milliseconds */
    uint32_t created_by;             /* token */
};

enum store_result exports_get(struct reader *reader, uint32_t run, uint32_t number,
                              struct export_event *ret) STORE_CHECKED;
/* Numbers of a run's exports above `after`, ascending; up to count_max. */
enum store_result exports_list(struct reader *reader, uint32_t run, uint32_t after,
                               uint32_t *ret_numbers, size_t count_max,
                               size_t *ret_count) STORE_CHECKED;
void exports_put(struct batch *batch, const struct export_event *event);

#endif
