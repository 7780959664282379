/* reader: what the tables read from, a snapshot alone or a batch (snapshot under a write set).
 *
 * One reader belongs to one thread. It speaks for one merchant at a time: every key it is asked
 * for must begin with that merchant's number, or with 0 for the instance's own tables. */
#ifndef BECKON_STORE_READER_H
#define BECKON_STORE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/kv.h"
#include "store/result.h"

struct read_cache;
struct store;
struct write_set;

struct reader {
    struct store *store;
    struct kv_snapshot *snapshot;
    const struct write_set *writes; /* NULL: a snapshot alone */
    const struct write_set *under;  /* NULL, or of the batch before, whose commit is under way: the
                                       snapshot may be older than it */
    struct read_cache *cache;       /* what was read of the snapshot; NULL: each get asks it */
    uint32_t merchant;              /* whose keys may be read; 0 reads only the instance's */
};

/* Opens a snapshot of `store` for a read command. STORE_OK or STORE_FAULT. */
enum store_result reader_open(struct store *store, struct reader *ret_reader) STORE_CHECKED;
void reader_close(struct reader *reader);

/* Reads one record, the write set first. STORE_OK, STORE_ABSENT, STORE_NEED, STORE_DAMAGED,
 * STORE_FAULT. The value lives until the batch is cleared or the reader closed: copy. */
enum store_result reader_get(struct reader *reader, struct bytes key,
                             struct bytes *ret_value) STORE_CHECKED;
/* Does a batch hold the record, its own or the one under it? Then it isn't known to be on disk. */
bool reader_is_uncommitted(const struct reader *reader, struct bytes key);
/* Says that `key` will be read: a hint for engines across a network. */
void reader_want(struct reader *reader, struct bytes key);

/* A walk over [from, to) in which writes of the batch hide those of the batch under it, and both
 * the tree's records. Holds its place in all; nothing may be put into the batch while one is
 * open. */
enum { READER_LAYERS = 2 }; /* of writes: its own, those under it */
struct reader_scan {
    struct reader *reader;
    struct kv_scan *tree;
    bool reverse;
    bool tree_ended;
    bool tree_held;                      /* tree_key, tree_value hold the next record of the tree */
    struct bytes tree_key, tree_value;
    const struct write_set_node *nodes[READER_LAYERS]; /* the next writes, or NULL */
    size_t put_count;                    /* of the batch at opening: asserts nothing was put */
    uint8_t from[KV_KEY_BYTES_MAX], to[KV_KEY_BYTES_MAX];
    size_t from_size, to_size;
};

enum store_result reader_scan_open(struct reader *reader, struct bytes from, struct bytes to,
                                   bool reverse, struct reader_scan *ret_scan) STORE_CHECKED;
/* The next record, STORE_ABSENT at the end, or what reader_get may answer. */
enum store_result reader_scan_next(struct reader_scan *scan, struct bytes *ret_key,
                                   struct bytes *ret_value) STORE_CHECKED;
/* Also after a failed open or next. */
void reader_scan_close(struct reader_scan *scan);

#endif
