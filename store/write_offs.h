/* Write-offs: who forgave which debt, and why, beside the entry that did it. */
#ifndef BECKON_STORE_WRITE_OFFS_H
#define BECKON_STORE_WRITE_OFFS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

struct write_off {
    uint64_t entry;       /* its number */
    struct party party;   /* whose debt */
    uint64_t debt;
    int64_t amount;
    uint32_t token;       /* number of the token it was done with; 0: none has one */
    char reason[REASON_BYTES_MAX + 1]; /* zero-padded UTF-8 */
};

enum { WRITE_OFF_BYTES_MAX = 1 + 8 + 5 + 2 * 8 + 4 + 1 + REASON_BYTES_MAX };
/* As in encode.h; room for WRITE_OFF_BYTES_MAX. */
size_t write_off_encode(const struct write_off *write_off, uint8_t *to);
enum store_result write_off_decode(struct bytes from, struct write_off *ret) STORE_CHECKED;

/* STORE_ABSENT: the entry is no write-off by a person. */
enum store_result write_offs_get(struct reader *reader, uint64_t entry,
                                 struct write_off *ret) STORE_CHECKED;
void write_offs_put(struct batch *batch, const struct write_off *write_off);

#endif
