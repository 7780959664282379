/* What the files of the LMDB engine share; only kv_lmdb*.c include it.
 *
 * kv_lmdb_make.c makes the file, kv_lmdb.c opens and closes, kv_lmdb_commit.c writes,
 * kv_lmdb_journal.c lays write sets into the file and reads them back, kv_lmdb_buffer.c keeps them
 * in memory, kv_lmdb_drain.c moves them into the tree at the pace of kv_lmdb_pace.c,
 * kv_lmdb_refill.c starts from the journal, kv_lmdb_snapshot.c and kv_lmdb_scan.c read,
 * kv_lmdb_room.c refuses in time, kv_lmdb_backup.c copies. */
#ifndef BECKON_STORE_KV_LMDB_INNER_H
#define BECKON_STORE_KV_LMDB_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lmdb.h>

#include "store/generation.h"
#include "store/kv_lmdb.h"
#include "store/kv_lmdb_pace.h"

enum {
    /* Two in use; the rest only while snapshots older than a swap hold drained ones. */
    LMDB_ARENA_MAX = 8,
};

/* A place for one generation. It is cleared and used again when nobody holds it. */
struct lmdb_arena {
    struct generation *generation; /* NULL: none was needed yet */
    /* All below under the engine's lock, changed by the committing thread alone but `holders`. */
    unsigned holders;              /* the engine and each snapshot that reads it */
    uint64_t last_commit;          /* 0: it is empty */
    uint64_t journal_commits, journal_bytes; /* what its commits take in the file */
};

/* A reset read transaction keeps its reader slot, so that opening a snapshot is a renewal: two
 * loads and a store, no system call. */
struct lmdb_snapshot {
    MDB_txn *txn;
    struct lmdb_snapshot *next; /* in the pool */
    /* What was published when it was opened; NULL: there is none. It holds both. */
    struct lmdb_arena *active, *frozen;
    uint64_t commit; /* it sees versions up to here */
    uint64_t swaps;
};

/* The journal's state, as the file has it behind the last commit. The committing thread's own. */
struct lmdb_journal {
    uint64_t floor;    /* commits below are in the tree; their values are dead */
    uint64_t first;    /* the oldest commit with pieces in the file, dead or not; 0: none */
    uint64_t previous; /* the last commit that was journalled: values are chained */
    uint8_t *bytes;    /* room to lay out one value, or to gather one */
    size_t room;
};

/* How far the frozen generation is in the tree. The committing thread's own. */
struct lmdb_drain {
    const struct generation_node *next; /* the first key that isn't; NULL: all are */
    size_t keys;                        /* that are */
    uint64_t cost;                      /* of these, as kv_lmdb_pace.h counts */
};

/* kv_lmdb_room.c's. */
struct lmdb_room {
    atomic_bool full;       /* the last look found no room: commits are refused */
    atomic_bool look_again; /* that may have changed */
    atomic_uint_fast64_t free_bytes; /* within what is used, when last counted */
    atomic_uint ticks;      /* of maintenance */
    /* The committing thread's own. */
    uint64_t headroom_bytes;
    uint64_t allocated_bytes; /* of the file's beginning, known to have disk space */
    uint64_t uncounted_bytes; /* may be written before free pages are counted again */
};

struct lmdb_engine {
    MDB_env *env;
    MDB_dbi table;
    uint8_t checksum_key[KV_CHECKSUM_KEY_BYTES];
    uint64_t buffer_bytes;        /* both generations; 0: each commit goes into the tree */
    uint64_t commit_offset;       /* a commit's number is LMDB's transaction number plus this */
    atomic_uint_fast64_t commit_count; /* moved on after each commit, before the next begins */
    struct lmdb_room room;
    atomic_uint_fast64_t swap_count;   /* moved on under `lock`, when `active` becomes another */
    pthread_mutex_t lock;
    /* Under `lock`; all but the pool and `holders` are changed by the committing thread alone,
     * which therefore reads them without it. */
    struct lmdb_snapshot *pool;   /* closed snapshots */
    struct lmdb_arena arenas[LMDB_ARENA_MAX];
    struct lmdb_arena *active;    /* NULL: there is no buffer */
    struct lmdb_arena *frozen;    /* NULL: all of it is in the tree */
    uint64_t commit;              /* the last one that is published */
    unsigned draining_percent;
    /* The committing thread's own. */
    struct lmdb_journal journal;
    struct lmdb_drain drain;
    struct lmdb_pace pace;    /* of the last drain ... */
    struct lmdb_pace noted;   /* ... and of this one, as far as it is */
    bool faulted;             /* a commit's fate is unknown: no other may follow it */
};

/* LMDB doesn't write through the pointer of a key or of a value it is given. */
static inline MDB_val lmdb_val(struct bytes bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

static inline struct bytes lmdb_bytes(MDB_val val)
{
    return (struct bytes){val.mv_data, val.mv_size};
}

/* Makes data.mdb in the folder where there is none, synced; its name is synced with the folder. An
 * LMDB code. */
int lmdb_make(const char *folder, uint64_t map_bytes);

/* What an LMDB return code means to callers of kv.h. */
enum store_result lmdb_result(int code);
/* The same for a step inside a write transaction: STORE_OK, STORE_FULL or STORE_FAULT. */
enum store_result lmdb_step_result(int code);

/* ---- kv_lmdb_room.c -------------------------------------------------------------------------- */

/* Bytes up to the last page in use, and the map's size. */
void lmdb_usage(struct lmdb_engine *engine, uint64_t *ret_used_bytes, uint64_t *ret_map_bytes);
/* Open snapshots of all processes, and the commit the oldest of them sees. */
struct lmdb_readers { unsigned count; size_t oldest; };
void lmdb_readers(struct lmdb_engine *engine, struct lmdb_readers *ret_readers);
/* Is there room for a commit that changes `write_count` records in `bytes`? STORE_OK, STORE_FULL
 * (remembered until lmdb_maintain has run), STORE_FAULT. Committing thread. */
enum store_result lmdb_room(struct lmdb_engine *engine, uint64_t bytes, size_t write_count);
/* May a drain begin, which nobody asks room for? Half the headroom must still be allocated. */
bool lmdb_room_drains(struct lmdb_engine *engine);
/* lmdb_room at the start; STORE_FULL only for a store without commits. */
enum store_result lmdb_room_open(struct lmdb_engine *engine, uint64_t headroom_bytes);
void lmdb_maintain(void *engine);

/* ---- kv_lmdb_commit.c ------------------------------------------------------------------------ */

/* Begins a write transaction; STORE_FAULT (sticky) when LMDB can't. */
enum store_result lmdb_write_begin(struct lmdb_engine *engine, MDB_txn **ret_txn);
/* Ends one: commits it when `result`, what its steps came to, is STORE_OK, else aborts it. Answers
 * that result or the commit's: STORE_FULL says nothing happened, STORE_FAULT is sticky. */
enum store_result lmdb_write_end(struct lmdb_engine *engine, MDB_txn *txn,
                                 enum store_result result);
enum store_result lmdb_commit(void *engine, const struct kv_write *writes, size_t write_count,
                              const struct kv_fence_check *checks, size_t check_count);
enum store_result lmdb_flush(void *engine);
/* One bounded step of a flush, for a writer that rests. *ret_more: another would do something.
 * STORE_OK, STORE_FULL, STORE_FAULT. */
enum store_result lmdb_rest(void *engine, bool *ret_more);

/* ---- kv_lmdb_journal.c ----------------------------------------------------------------------- */

enum { LMDB_JOURNAL_FORMAT = 1 };

/* What a transaction does to the journal; taken over (lmdb_journal_taken) once it is on disk. */
struct lmdb_journal_step {
    uint64_t floor, first, previous;
    uint64_t bytes;  /* of the value that was appended */
    size_t pieces;
};

/* A step that changes nothing yet. */
struct lmdb_journal_step lmdb_journal_step(const struct lmdb_engine *engine);
void lmdb_journal_taken(struct lmdb_engine *engine, const struct lmdb_journal_step *step);
/* Appends the value of `commit`. STORE_FULL also when there is no memory. */
enum store_result lmdb_journal_append(struct lmdb_engine *engine, MDB_txn *txn, uint64_t commit,
                                      const struct kv_write *writes, size_t write_count,
                                      struct lmdb_journal_step *step);
/* From now on only commits >= floor count. */
enum store_result lmdb_journal_move_floor(struct lmdb_engine *engine, MDB_txn *txn, uint64_t floor,
                                          struct lmdb_journal_step *step);
/* Deletes `piece_max` pieces of dead values at most. */
enum store_result lmdb_journal_sweep(struct lmdb_engine *engine, MDB_txn *txn, size_t piece_max,
                                     struct lmdb_journal_step *step);

/* Are there values below the floor? */
static inline bool lmdb_journal_has_dead(const struct lmdb_engine *engine)
{
    return engine->journal.first != 0 && engine->journal.first < engine->journal.floor;
}
/* Reads floor and ends into engine->journal, and sets the commits' offset: STORE_OK, STORE_DAMAGED,
 * STORE_FULL, STORE_FAULT. */
enum store_result lmdb_journal_open(struct lmdb_engine *engine, uint64_t *ret_damaged_commit);
/* Gathers the value of the first commit >= `from` into journal.bytes: STORE_OK, STORE_ABSENT (there
 * is none), STORE_DAMAGED (*ret_commit is set), STORE_FULL (no memory), STORE_FAULT. */
enum store_result lmdb_journal_read(struct lmdb_engine *engine, MDB_cursor *cursor, uint64_t from,
                                    uint64_t *ret_commit, struct bytes *ret_value);

/* Walks the writes of a gathered value, whose checksum is right. */
struct lmdb_journal_walk {
    const uint8_t *at, *end;
    uint32_t left;
    struct bytes key; /* the last one */
};
/* Is it the value of `commit`, behind `previous`, and nobody touched it? */
bool lmdb_journal_walk_open(const struct lmdb_engine *engine, struct bytes value, uint64_t commit,
                            uint64_t previous, struct lmdb_journal_walk *ret_walk);
/* STORE_OK, STORE_ABSENT at the end, STORE_DAMAGED. */
enum store_result lmdb_journal_walk_next(struct lmdb_journal_walk *walk,
                                         struct kv_write *ret_write);

/* ---- kv_lmdb_buffer.c ------------------------------------------------------------------------ */

/* Does what `need` bytes take fit behind what is in the active generation? */
bool lmdb_buffer_fits(const struct lmdb_engine *engine, size_t need);
/* An empty generation of `capacity` bytes at least becomes active; the one that was becomes frozen,
 * unless it is empty. There must be no frozen one. STORE_FULL: snapshots hold all arenas, or there
 * is no memory; nothing happened. */
enum store_result lmdb_buffer_swap(struct lmdb_engine *engine, size_t capacity);
/* What a generation takes when no write set asks for more. */
size_t lmdb_buffer_half(const struct lmdb_engine *engine);
/* Inserts what `commit`, which is on disk, wrote. There is room. */
void lmdb_buffer_insert(struct lmdb_engine *engine, uint64_t commit, const struct kv_write *writes,
                        size_t write_count);
/* Snapshots opened from now on see `commit`, which is inserted. */
void lmdb_buffer_publish(struct lmdb_engine *engine, uint64_t commit, uint64_t journal_bytes);
/* How many arenas does nobody hold? */
size_t lmdb_buffer_spare(struct lmdb_engine *engine);
/* The frozen generation is in the tree, on disk: new snapshots needn't ask it. */
void lmdb_buffer_thaw(struct lmdb_engine *engine);
/* Neither generation is left: from now on commits go into the tree. Both must be drained. */
void lmdb_buffer_end(struct lmdb_engine *engine);
/* What is published becomes the snapshot's, which holds it until lmdb_buffer_drop. Under `lock`. */
void lmdb_buffer_hold(struct lmdb_engine *engine, struct lmdb_snapshot *snapshot);
void lmdb_buffer_drop(struct lmdb_snapshot *snapshot);
void lmdb_buffer_usage(struct lmdb_engine *engine, struct kv_usage *usage);
void lmdb_buffer_free(struct lmdb_engine *engine);

/* ---- kv_lmdb_drain.c ------------------------------------------------------------------------- */

enum { LMDB_DRAIN_KEYS_MAX = 2048 }; /* of a transaction that isn't itself larger */

/* What a transaction drains; taken over once it is on disk. */
struct lmdb_drain_step {
    struct lmdb_drain drain;
    bool finishes; /* and moves the floor */
};

/* How many keys should be drained with a commit of `write_count` writes, so that the frozen
 * generation is empty before the active one is full? */
size_t lmdb_drain_due(const struct lmdb_engine *engine, size_t write_count);
/* Puts up to `key_max` keys of the frozen generation into the tree, in key order. */
enum store_result lmdb_drain_slice(struct lmdb_engine *engine, MDB_txn *txn, size_t key_max,
                                   struct lmdb_drain_step *ret_step,
                                   struct lmdb_journal_step *journal_step);
void lmdb_drain_taken(struct lmdb_engine *engine, const struct lmdb_drain_step *step);
/* Drains up to `key_max` keys and sweeps in a transaction of its own: STORE_OK (there is less of
 * both, or there was neither), STORE_FULL, STORE_FAULT. */
enum store_result lmdb_drain_alone(struct lmdb_engine *engine, size_t key_max);
/* Until nothing is frozen. */
enum store_result lmdb_drain_all(struct lmdb_engine *engine);

/* ---- kv_lmdb_refill.c ------------------------------------------------------------------------ */

/* Makes the buffer and fills it from the journal. STORE_OK, STORE_DAMAGED (*ret_damaged_commit),
 * STORE_FULL, STORE_FAULT. */
enum store_result lmdb_refill(struct lmdb_engine *engine, uint64_t *ret_damaged_commit);

/* ---- kv_lmdb_snapshot.c, kv_lmdb_scan.c, kv_lmdb_backup.c ------------------------------------ */

enum store_result lmdb_snapshot_open(void *engine, void **ret_snapshot, uint64_t *ret_commit);
void lmdb_snapshot_close(void *engine, void *snapshot);
void lmdb_snapshots_free(struct lmdb_engine *engine);
void lmdb_want(void *engine, void *snapshot, struct bytes key);
enum store_result lmdb_fetch(void *engine, void *snapshot);
enum store_result lmdb_get(void *engine, void *snapshot, struct bytes key,
                           struct bytes *ret_value);
enum store_result lmdb_scan_open(void *engine, void *snapshot, struct bytes from, struct bytes to,
                                 bool reverse, void **ret_scan);
enum store_result lmdb_scan_next(void *engine, void *scan, struct bytes *ret_key,
                                 struct bytes *ret_value);
void lmdb_scan_close(void *engine, void *scan);
enum store_result lmdb_backup(void *engine, const char *path);

#endif
