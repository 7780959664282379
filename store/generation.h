/* An ordered, insert-only list of versions: (key ascending, commit descending) -> value or
 * tombstone. It holds what is committed and not yet in the engine's tree.
 *
 * One thread inserts, any number read without locks. Nothing is overwritten or freed before
 * generation_clear, which needs that nobody reads: views handed out live as long. A reader sees at
 * least every version whose insertion happened before it was told of the commit (the caller
 * publishes the number with release and acquire); it may meet newer ones too, and passes them by,
 * because every question names the commit up to which it is asked.
 *
 * A skip list of keys over one arena, as write_set.c's, with a hash index beside it for single
 * keys; each key has the chain of its versions, newest first. An old snapshot finds its version
 * among thousands of a hot key in a logarithmic number of steps. */
#ifndef BECKON_STORE_GENERATION_H
#define BECKON_STORE_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/kv.h"

struct generation;
struct generation_node; /* a version */

/* Takes `capacity_bytes` of address space, and a sixteenth more for the index; memory is taken
 * page by page as it is filled, and kept. NULL: there is none. */
struct generation *generation_new(size_t capacity_bytes);
/* NULL is allowed. */
void generation_destroy(struct generation *generation);
/* Forgets everything; costs no more than an insertion. Nobody may be reading. */
void generation_clear(struct generation *generation);

/* Bytes taken so far, versions and distinct keys so far, bytes at most. Any thread. */
size_t generation_bytes(const struct generation *generation);
size_t generation_versions(const struct generation *generation);
size_t generation_keys(const struct generation *generation);
size_t generation_capacity(const struct generation *generation);

/* At most so many bytes are taken by inserting `writes`. */
size_t generation_need(const struct kv_write *writes, size_t count);
/* Copies one write of `commit` in. Asserts that there is room, that commits never go back and
 * that a commit writes a key once. The one inserting thread. */
void generation_insert(struct generation *generation, uint64_t commit,
                       const struct kv_write *write);

/* The newest version of `key` up to `commit`: false when there is none; *ret_value.data is NULL
 * for a tombstone. */
bool generation_get(const struct generation *generation, struct bytes key, uint64_t commit,
                    struct bytes *ret_value);

/* Walking keys. Each answers the newest version up to `commit` of a key, NULL at the end; keys
 * without such a version are passed by. The first key >= `key`; the last key < `key`, in O(log n);
 * the first key above the node's. */
const struct generation_node *generation_from(const struct generation *generation,
                                              struct bytes key, uint64_t commit);
const struct generation_node *generation_before(const struct generation *generation,
                                                struct bytes key, uint64_t commit);
const struct generation_node *generation_after(const struct generation *generation,
                                               const struct generation_node *node,
                                               uint64_t commit);

/* What a version says: value.data is NULL for a tombstone only. */
struct kv_write generation_at(const struct generation_node *node);
uint64_t generation_commit(const struct generation_node *node);

#endif
