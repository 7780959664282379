/* What the recorder's two files share: record.c has the log, descriptors and names,
 * record_write.c writes, sizes and syncs. Any thread. */
#ifndef BECKON_TESTS_DURABILITY_POWER_RECORD_INNER_H
#define BECKON_TESTS_DURABILITY_POWER_RECORD_INNER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "tests/durability/power/log.h"

#pragma GCC visibility push(hidden) /* beckond has names of its own */

enum { POWER_RECORDED = 1, POWER_SYNCHRONOUS = 2 };

/* What a descriptor is: POWER_RECORDED, POWER_SYNCHRONOUS; 0: none of ours. */
unsigned record_file(int fd);

/* Appends an entry. Aborts where it can't: half a log is none. */
void record_entry(enum power_kind kind, int fd, int64_t value, const void *data, size_t size);
/* The same with entry.size bytes from pieces. */
void record_pieces(struct power_entry entry, const struct iovec *pieces, size_t count);
/* A call that can't be followed. */
void record_unknown(const char *call);
/* What replies in bytes about to be sent say is noted; and how long a sync takes at least. */
void record_replies(const struct iovec *pieces, size_t count);
long record_sync_us(void);

#pragma GCC visibility pop

static inline size_t pieces_size(const struct iovec *pieces, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += pieces[i].iov_len;
    return size;
}

#endif
