/* Room for one more commit: on the disk, and in the map.
 *
 * Happy path: the pages in use leave a tenth of the map, and a headroom beyond the last page is
 * allocated -> the commit may begin; whatever it writes, it meets neither limit.
 * Ways it ends: too little of either is STORE_FULL before anything was touched. That is remembered,
 * so that commits refused meanwhile cost nothing and what others free on the disk is not grabbed
 * piece by piece; lmdb_maintain, each second, has it looked at again. So it recovers by itself:
 * once there is room on the disk; once snapshots that hold old pages are closed; else after a start
 * with a larger map.
 *
 * The last page in use never goes down: LMDB keeps what is freed and uses it again. So pages that
 * are free within are counted, from LMDB's own list of them, and only where the last page alone
 * would be too high. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "store/kv_lmdb_inner.h"

enum {
    MAP_PERCENT_MAX = 90,    /* of the map; what is left lets deletions and drains work */
    HEADROOM_STEP_PARTS = 4, /* headroom is topped up by a quarter, not with every commit */
    COUNT_TICKS = 10,        /* maintenance counts free pages each tenth time, when not full */
    PAGES_PER_WRITE = 2,     /* a guess: how soon pages are counted again, nothing else */
    PAGES_PER_COMMIT = 16,
    PAGE_BYTES = 4096,
};

/* LMDB's table of free pages: commit -> how many it freed, and which. */
enum { FREE_TABLE = 0 };

void lmdb_usage(struct lmdb_engine *engine, uint64_t *ret_used_bytes, uint64_t *ret_map_bytes)
{
    MDB_envinfo info;
    MDB_stat stat;
    int code = mdb_env_info(engine->env, &info);
    assert(code == MDB_SUCCESS);
    code = mdb_env_stat(engine->env, &stat);
    assert(code == MDB_SUCCESS);
    (void)code;
    *ret_used_bytes = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    *ret_map_bytes = info.me_mapsize;
}

/* ---- readers -------------------------------------------------------------------------------- */

/* LMDB tells of its readers in text, "PID THREAD COMMIT" a line each; one that is between two
 * snapshots has "-". */
static int take_readers(const char *line, void *context)
{
    struct lmdb_readers *readers = context;
    int process;
    char thread[32];
    size_t commit;
    if (sscanf(line, "%d %31s %zu", &process, thread, &commit) != 3) {
        return 0; /* the heading, or one between two snapshots */
    }
    if (readers->count == 0 || commit < readers->oldest) {
        readers->oldest = commit;
    }
    readers->count++;
    return 0;
}

void lmdb_readers(struct lmdb_engine *engine, struct lmdb_readers *ret_readers)
{
    *ret_readers = (struct lmdb_readers){0};
    (void)mdb_reader_list(engine->env, take_readers, ret_readers);
}

/* LMDB finds them by a lock that ends with its process. One that is left keeps every page given up
 * after it from being used again, which at full speed is 100 MiB a second: so each commit looks,
 * and maintenance where there is none. It costs a glance at each reader's place, and a system call
 * where one belongs to another process. */
static void end_dead_readers(struct lmdb_engine *engine)
{
    int count;
    (void)mdb_reader_check(engine->env, &count); /* asked again soon */
}

/* ---- the map -------------------------------------------------------------------------------- */

/* Pages that the next commit may use again: those given up by commits that no reader goes back to.
 * The records' first word tells how many each has, so a record costs one page to look at. */
static int add_free_pages(MDB_txn *txn, size_t oldest, uint64_t *ret_pages)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t pages = 0;
    int code = mdb_cursor_open(txn, FREE_TABLE, &cursor);
    if (code != MDB_SUCCESS) {
        return code;
    }
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
        size_t commit, count;
        if (key.mv_size != sizeof commit || value.mv_size < sizeof count) {
            break;
        }
        memcpy(&commit, key.mv_data, sizeof commit);
        memcpy(&count, value.mv_data, sizeof count);
        if (commit >= oldest) {
            break; /* in the order of commits */
        }
        pages += count;
    }
    mdb_cursor_close(cursor);
    *ret_pages = pages;
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

/* Counts anew what is free within; keeps the last count where that can't be done. The snapshot it
 * reads by is itself a reader, of the last commit. Any thread. */
static void count_free(struct lmdb_engine *engine)
{
    void *opened;
    uint64_t commit, pages;
    struct lmdb_readers readers;
    MDB_stat stat;
    if (lmdb_snapshot_open(engine, &opened, &commit) != STORE_OK) {
        return;
    }
    const struct lmdb_snapshot *snapshot = opened;
    lmdb_readers(engine, &readers);
    if (mdb_env_stat(engine->env, &stat) == MDB_SUCCESS &&
        add_free_pages(snapshot->txn, readers.oldest, &pages) == MDB_SUCCESS) {
        atomic_store(&engine->room.free_bytes, pages * stat.ms_psize);
    }
    lmdb_snapshot_close(engine, opened);
}

/* Are no more than nine tenths of the map in use? Counted pages serve for half of what was left
 * then, as commits are guessed to take it: so counting is rare far from the limit, and close to it
 * nothing slips past. */
static bool map_has_room(struct lmdb_engine *engine, uint64_t bytes, size_t write_count)
{
    struct lmdb_room *room = &engine->room;
    uint64_t used_bytes, map_bytes;
    lmdb_usage(engine, &used_bytes, &map_bytes);
    uint64_t limit = map_bytes / 100 * MAP_PERCENT_MAX;
    if (used_bytes <= limit) {
        return true;
    }
    bytes += (PAGES_PER_COMMIT + PAGES_PER_WRITE * (uint64_t)write_count) * PAGE_BYTES;
    if (room->uncounted_bytes < bytes) {
        count_free(engine);
        uint64_t free_bytes = atomic_load(&room->free_bytes);
        uint64_t in_use = used_bytes > free_bytes ? used_bytes - free_bytes : 0;
        if (in_use > limit) {
            room->uncounted_bytes = 0;
            return false;
        }
        room->uncounted_bytes = (limit - in_use) / 2;
    }
    room->uncounted_bytes -= bytes < room->uncounted_bytes ? bytes : room->uncounted_bytes;
    return true;
}

/* ---- the disk ------------------------------------------------------------------------------- */

static enum store_result headroom(struct lmdb_engine *engine)
{
    struct lmdb_room *room = &engine->room;
    if (room->headroom_bytes == 0) {
        return STORE_OK;
    }
    uint64_t used_bytes, map_bytes;
    lmdb_usage(engine, &used_bytes, &map_bytes);
    uint64_t wanted = used_bytes + room->headroom_bytes;
    if (wanted <= room->allocated_bytes) {
        return STORE_OK;
    }
    int fd;
    int code = mdb_env_get_fd(engine->env, &fd);
    assert(code == MDB_SUCCESS);
    /* First more than is needed, and on a disk too full for that, just what is needed. */
    uint64_t targets[] = {wanted + room->headroom_bytes / HEADROOM_STEP_PARTS, wanted};
    for (size_t i = 0; i < 2; i++) {
        uint64_t from = room->allocated_bytes;
        do {
            code = posix_fallocate(fd, (off_t)from, (off_t)(targets[i] - from));
        } while (code == EINTR);
        if (code == 0) {
            room->allocated_bytes = targets[i];
            return STORE_OK;
        }
    }
    return lmdb_result(code);
}

bool lmdb_room_drains(struct lmdb_engine *engine)
{
    uint64_t used_bytes, map_bytes;
    lmdb_usage(engine, &used_bytes, &map_bytes);
    return engine->room.headroom_bytes == 0 ||
           used_bytes + engine->room.headroom_bytes / 2 <= engine->room.allocated_bytes;
}

/* ---- both ----------------------------------------------------------------------------------- */

enum store_result lmdb_room(struct lmdb_engine *engine, uint64_t bytes, size_t write_count)
{
    struct lmdb_room *room = &engine->room;
    end_dead_readers(engine);
    bool again = atomic_exchange(&room->look_again, false);
    if (atomic_load(&room->full) && !again) {
        return STORE_FULL;
    }
    enum store_result result =
        map_has_room(engine, bytes, write_count) ? headroom(engine) : STORE_FULL;
    assert(result == STORE_OK || result == STORE_FULL || result == STORE_FAULT);
    atomic_store(&room->full, result == STORE_FULL);
    return result;
}

/* A store that has commits is opened on a full disk too: it can be read, and commits are refused
 * until there is room. A new one needs its room at once. */
enum store_result lmdb_room_open(struct lmdb_engine *engine, uint64_t headroom_bytes)
{
    MDB_envinfo info;
    int code = mdb_env_info(engine->env, &info);
    assert(code == MDB_SUCCESS);
    (void)code;
    engine->room.headroom_bytes = headroom_bytes;
    end_dead_readers(engine); /* of a process that was killed beside one that still runs */
    count_free(engine);
    enum store_result result = lmdb_room(engine, 0, 0);
    return result == STORE_FULL && info.me_last_txnid > 0 ? STORE_OK : result;
}

void lmdb_maintain(void *state)
{
    struct lmdb_engine *engine = state;
    struct lmdb_room *room = &engine->room;
    end_dead_readers(engine);
    bool counts = atomic_fetch_add(&room->ticks, 1) % COUNT_TICKS == COUNT_TICKS - 1;
    if (counts || atomic_load(&room->full)) {
        count_free(engine);
    }
    atomic_store(&room->look_again, true);
}
