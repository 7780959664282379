/* kv: the only door to a storage engine. Ordered byte keys, snapshots, commits of a sorted write
 * set. LMDB stands behind it today (kv_lmdb.h); a distributed engine can stand there tomorrow.
 *
 * Promised:
 *  - A snapshot names a commit number and sees exactly the commits up to it.
 *  - A commit is atomic. When kv_commit has answered STORE_OK it is on disk, and every snapshot
 *    opened afterwards sees it.
 *  - Every value carries a short keyed checksum over key and value, written by kv_commit and
 *    checked by kv_get and kv_scan_next: the engines' pages have none. Callers never see it.
 * Not promised: concurrent committers. One thread at a time commits, flushes or rests; any thread
 * opens snapshots. A snapshot is used by one thread at a time.
 *
 * `want` and STORE_NEED exist for engines across a network: want is a hint which keys will be
 * read; a get of something not fetched may answer STORE_NEED, which ends the command at once; the
 * batch collects more wants, fetches all in one round trip and runs its commands again.
 * LMDB never answers STORE_NEED. */
#ifndef BECKON_STORE_KV_H
#define BECKON_STORE_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/result.h"

enum {
    KV_KEY_BYTES_MAX = 128,     /* engines may count on it; LMDB's own limit is 511 */
    KV_KEY_RESERVED = 0xff,     /* a written key's first byte is below: from here on it is the
                                   engine's own, and for readers and fences always absent */
    KV_VALUE_BYTES_MAX = 65536, /* the largest record: a program version */
    KV_CHECKSUM_BYTES = 8,      /* SipHash-2-4 under the store's checksum key */
    KV_CHECKSUM_KEY_BYTES = 16,
};

struct kv;
struct kv_snapshot;
struct kv_scan;

/* One change of a write set. value.data == NULL deletes the key (absent keys may be deleted). */
struct kv_write {
    struct bytes key;
    struct bytes value;
};

/* A fence a commit compares before it writes: the record under `key` must still hold `epoch` and
 * `commit` in its first 16 bytes (two big-endian uint64), or be absent when both are 0. The new
 * fence record itself is an ordinary write of the same write set. Another epoch is STORE_FENCED,
 * the same epoch with another commit STORE_CONFLICT. */
struct kv_fence_check {
    struct bytes key;
    uint64_t epoch;
    uint64_t commit;
};

/* For alarms; one moment's figures. */
struct kv_usage {
    uint64_t used_bytes, map_bytes; /* up to the last page in use; the engine's limit */
    uint64_t free_bytes;            /* of the used: can be used again, as of 10 s ago at most */
    bool full;                      /* no room in the map or on the disk: commits are refused */
    unsigned snapshots;             /* open now, backups among them */
    uint64_t oldest_commits;        /* commits since the oldest of them was opened: the pages they
                                       gave up can't be used again before it is closed */
    /* The write buffer; an engine without one leaves these 0, and draining_percent 100. */
    uint64_t journal_commits, journal_bytes; /* in the file, not yet in the tree */
    uint64_t buffer_bytes;                   /* memory the buffer may take */
    uint64_t buffered_bytes;                 /* taken by what is not yet in the tree */
    uint64_t held_bytes;       /* taken by what is in the tree, for snapshots older than that */
    unsigned draining_percent; /* of the older half, how much is in the tree: 0 to 100 */
};

/* What an engine implements. kv.c wraps it with checksums and asserts; nobody else calls it.
 * Signatures follow the public functions below; values are raw, with their checksum. */
struct kv_engine {
    enum store_result (*snapshot_open)(void *engine, void **ret_snapshot, uint64_t *ret_commit);
    void (*snapshot_close)(void *engine, void *snapshot);
    void (*want)(void *engine, void *snapshot, struct bytes key);
    enum store_result (*fetch)(void *engine, void *snapshot);
    enum store_result (*get)(void *engine, void *snapshot, struct bytes key,
                             struct bytes *ret_value);
    enum store_result (*scan_open)(void *engine, void *snapshot, struct bytes from,
                                   struct bytes to, bool reverse, void **ret_scan);
    enum store_result (*scan_next)(void *engine, void *scan, struct bytes *ret_key,
                                   struct bytes *ret_value);
    void (*scan_close)(void *engine, void *scan);
    enum store_result (*commit)(void *engine, const struct kv_write *writes, size_t write_count,
                                const struct kv_fence_check *checks, size_t check_count);
    enum store_result (*flush)(void *engine);
    enum store_result (*rest)(void *engine, bool *ret_more);
    enum store_result (*backup)(void *engine, const char *path);
    void (*usage)(void *engine, struct kv_usage *ret_usage);
    void (*maintain)(void *engine);
    void (*close)(void *engine);
};

/* Wraps an opened engine; takes ownership of it. checksum_key: KV_CHECKSUM_KEY_BYTES, copied. */
struct kv *kv_new(const struct kv_engine *engine, void *engine_state, const uint8_t *checksum_key);
/* Closes the engine and frees. Every snapshot must be closed before. NULL is allowed. */
void kv_destroy(struct kv *kv);
/* For engines that wrap another: frees `kv` alone, the caller owns engine and state from here.
 * ret_checksum_key: KV_CHECKSUM_KEY_BYTES, so that the wrapper's kv_new reads the same values. */
void kv_dismantle(struct kv *kv, struct kv_engine *ret_engine, void **ret_engine_state,
                  uint8_t *ret_checksum_key);

/* Opens a snapshot of all commits so far. STORE_FAULT when the engine can't (too many readers). */
enum store_result kv_snapshot_open(struct kv *kv, struct kv_snapshot **ret_snapshot) STORE_CHECKED;
void kv_snapshot_close(struct kv_snapshot *snapshot);
/* The number of the last commit the snapshot sees. Grows with every commit of the engine. */
uint64_t kv_snapshot_commit(const struct kv_snapshot *snapshot);

/* Says that `key` will be read; copied. */
void kv_want(struct kv_snapshot *snapshot, struct bytes key);
/* Fetches everything wanted so far in one round trip: STORE_OK or STORE_FAULT. */
enum store_result kv_fetch(struct kv_snapshot *snapshot) STORE_CHECKED;

/* Reads one record: STORE_OK, STORE_ABSENT, STORE_NEED (then the key counts as wanted),
 * STORE_DAMAGED, STORE_FAULT. The value lives until the snapshot is closed. */
enum store_result kv_get(struct kv_snapshot *snapshot, struct bytes key,
                         struct bytes *ret_value) STORE_CHECKED;

/* Walks the keys in [from, to), ascending or, with reverse, descending; the bounds may lie beyond
 * every key. Answers as kv_get. */
enum store_result kv_scan_open(struct kv_snapshot *snapshot, struct bytes from, struct bytes to,
                               bool reverse, struct kv_scan **ret_scan) STORE_CHECKED;
/* The next record, or STORE_ABSENT at the end. Key and value live until the snapshot is closed. */
enum store_result kv_scan_next(struct kv_scan *scan, struct bytes *ret_key,
                               struct bytes *ret_value) STORE_CHECKED;
void kv_scan_close(struct kv_scan *scan);

/* Commits a write set: keys strictly ascending. STORE_OK: durable. STORE_CONFLICT, STORE_FENCED,
 * STORE_FULL: nothing happened. STORE_FAULT: unknown; the caller stops the process. */
enum store_result kv_commit(struct kv *kv, const struct kv_write *writes, size_t write_count,
                            const struct kv_fence_check *checks,
                            size_t check_count) STORE_CHECKED;

/* Moves everything the engine keeps beside its tree (a journal, a buffer) into the tree: for
 * whoever reads the engine's files with other eyes. Changes nothing a snapshot sees. The committing
 * thread's. STORE_OK, STORE_FULL (some of it is where it was; ask again), STORE_FAULT as
 * kv_commit. */
enum store_result kv_flush(struct kv *kv) STORE_CHECKED;
/* A small step of a flush, some milliseconds' work, for when the committing thread has nothing else
 * to do. *ret_more: another step would do something. Answers as kv_flush; a refusal is no news, the
 * next commit says it. */
enum store_result kv_rest(struct kv *kv, bool *ret_more) STORE_CHECKED;

/* Copies a consistent snapshot into the existing, empty directory `path`, synced. One at a time. */
enum store_result kv_backup(struct kv *kv, const char *path) STORE_CHECKED;
/* Any thread. */
void kv_usage(struct kv *kv, struct kv_usage *ret_usage);
/* Housekeeping, every second, any thread: snapshots of dead processes are ended, and a commit is
 * tried again where the last one was refused for want of room. */
void kv_maintain(struct kv *kv);

#endif
