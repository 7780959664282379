/* The journal of the store's engine (kv_lmdb_journal.c): what a start finds there after whatever
 * happened to it. The input says which write sets are journalled, one after another, and what then
 * becomes of their pieces: bytes changed, pieces cut, moved, left out, with or without a checksum
 * that is right again.
 *
 * Untouched, all of it is read as it was written; changed without its checksum, what was changed is
 * damaged; changed with it, it is damaged or a write set that could have been written. */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "store/kv_lmdb_inner.h"
#include "tests/fuzz/fuzz.h"
#include "tests/store/scratch.h"

enum { COMMITS_MAX = 6, WRITES_MAX = 8, CHANGES_MAX = 6, VALUE_MAX = 9000, ROOM_BYTES = 1 << 20,
       MAP_BYTES = 64 << 20, SUM_BYTES = 8, PIECES_MAX = 64 };
static_assert((int)ROOM_BYTES > 2 * COMMITS_MAX * WRITES_MAX * (VALUE_MAX + KV_KEY_BYTES_MAX + 8),
              "all that is written has room, once as keys and values and once as it lies there");

static struct scratch scratch;
static struct lmdb_engine engine; /* environment, table and key; one transaction, never committed */

struct input {
    const uint8_t *at, *end;
};

static uint8_t take(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static unsigned take_u16(struct input *input)
{
    unsigned high = take(input);
    return high << 8 | take(input);
}

static void tear_down(void)
{
    mdb_env_close(engine.env);
    free(engine.journal.bytes);
    scratch_remove(&scratch);
}

static void set_up(void)
{
    MDB_txn *txn;
    if (engine.env != NULL)
        return;
    FUZZ_HOLDS(sodium_init() >= 0);
    scratch = scratch_make();
    memset(engine.checksum_key, 7, sizeof engine.checksum_key);
    FUZZ_HOLDS(mdb_env_create(&engine.env) == 0);
    FUZZ_HOLDS(mdb_env_set_mapsize(engine.env, MAP_BYTES) == 0);
    FUZZ_HOLDS(mdb_env_open(engine.env, scratch.path, MDB_NOSYNC, 0600) == 0);
    FUZZ_HOLDS(mdb_txn_begin(engine.env, NULL, 0, &txn) == 0);
    FUZZ_HOLDS(mdb_dbi_open(txn, NULL, 0, &engine.table) == 0);
    FUZZ_HOLDS(mdb_txn_commit(txn) == 0);
    atexit(tear_down);
}

/* ---- what is written ------------------------------------------------------------------------- */

struct commit {
    uint64_t number;
    size_t write_count;
    struct kv_write writes[WRITES_MAX];
    struct bytes value; /* as it was laid out */
};
static uint8_t room[ROOM_BYTES];
static size_t room_used;

static struct bytes make_bytes(size_t size, uint8_t fill)
{
    FUZZ_HOLDS(size <= ROOM_BYTES - room_used);
    struct bytes made = {room + room_used, size};
    memset(room + room_used, fill, size);
    room_used += size;
    return made;
}

/* Keys ascend by their first byte; a value may have no bytes, or be a deletion. */
static void make_writes(struct input *input, struct commit *commit)
{
    commit->write_count = 1 + take(input) % WRITES_MAX;
    for (size_t i = 0; i < commit->write_count; i++) {
        uint8_t kind = take(input), fill = take(input);
        struct kv_write *write = &commit->writes[i];
        write->key = make_bytes(1 + kind % KV_KEY_BYTES_MAX, fill);
        ((uint8_t *)(uintptr_t)write->key.data)[0] = (uint8_t)(i * 31);
        write->value = (struct bytes){NULL, 0};
        if (kind % 4 != 0)
            write->value = make_bytes(take_u16(input) % (kind % 4 == 1 ? VALUE_MAX : 100), fill);
    }
}

static size_t make_journal(struct input *input, MDB_txn *txn, struct commit *commits)
{
    size_t count = 1 + take(input) % COMMITS_MAX;
    uint64_t number = 0;
    room_used = 0;
    engine.journal.floor = engine.journal.first = engine.journal.previous = 0;
    for (size_t i = 0; i < count; i++) {
        struct lmdb_journal_step step = lmdb_journal_step(&engine);
        commits[i] = (struct commit){.number = number += 1 + take(input) % 3};
        make_writes(input, &commits[i]);
        FUZZ_HOLDS(lmdb_journal_append(&engine, txn, number, commits[i].writes,
                                       commits[i].write_count, &step) == STORE_OK);
        lmdb_journal_taken(&engine, &step);
        commits[i].value = make_bytes(step.bytes, 0);
        memcpy((uint8_t *)(uintptr_t)commits[i].value.data, engine.journal.bytes, step.bytes);
    }
    return count;
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

struct piece {
    MDB_val key, value;
};

/* The pieces of the table, in order. */
static size_t list_pieces(MDB_txn *txn, struct piece pieces[PIECES_MAX])
{
    MDB_cursor *cursor;
    size_t count = 0;
    FUZZ_HOLDS(mdb_cursor_open(txn, engine.table, &cursor) == 0);
    while (count < PIECES_MAX
           && mdb_cursor_get(cursor, &pieces[count].key, &pieces[count].value, MDB_NEXT) == 0)
        count++;
    mdb_cursor_close(cursor);
    return count;
}

static uint64_t commit_of(const struct piece *piece)
{
    return bytes_get_u64((const uint8_t *)piece->key.mv_data + 2);
}

/* Makes the checksum of a value that lies in one piece right again. */
static void sum_again(uint8_t *bytes, size_t size)
{
    if (size > SUM_BYTES)
        crypto_shorthash(bytes + size - SUM_BYTES, bytes, size - SUM_BYTES, engine.checksum_key);
}

static bool is_alone(const struct piece *pieces, size_t count, size_t i)
{
    return (i == 0 || commit_of(&pieces[i - 1]) != commit_of(&pieces[i]))
           && (i + 1 == count || commit_of(&pieces[i + 1]) != commit_of(&pieces[i]));
}

/* One piece: a byte of it changed, its end cut, left out, or under the number of the next one; then
 * where in it, and what is changed there. */
static void change(struct input *input, MDB_txn *txn)
{
    static uint8_t bytes[4096];
    uint8_t key_bytes[32];
    struct piece pieces[PIECES_MAX];
    size_t count = list_pieces(txn, pieces);
    if (count == 0)
        return;
    uint8_t how = take(input);
    size_t i = take(input) % count, size = pieces[i].value.mv_size;
    bool summed = how & 0x80 && is_alone(pieces, count, i);
    FUZZ_HOLDS(size <= sizeof bytes && pieces[i].key.mv_size <= sizeof key_bytes);
    memcpy(bytes, pieces[i].value.mv_data, size);
    memcpy(key_bytes, pieces[i].key.mv_data, pieces[i].key.mv_size);
    MDB_val key = {pieces[i].key.mv_size, key_bytes}, value = {size, bytes};
    size_t at = size > 0 ? take_u16(input) % size : 0;
    switch (size > 0 ? how % 4 : 2) {
    case 0: bytes[at] ^= (uint8_t)(1 | take(input)); break;
    case 1: value.mv_size = at; break;
    case 2: FUZZ_HOLDS(mdb_del(txn, engine.table, &key, NULL) == 0); return;
    default:
        FUZZ_HOLDS(mdb_del(txn, engine.table, &key, NULL) == 0);
        key_bytes[key.mv_size - 1]++;
    }
    if (summed)
        sum_again(bytes, value.mv_size);
    FUZZ_HOLDS(mdb_put(txn, engine.table, &key, &value, 0) == 0);
}

/* ---- what is read ---------------------------------------------------------------------------- */

static bool same(struct bytes a, struct bytes b)
{
    return (a.data == NULL) == (b.data == NULL) && bytes_compare(a, b) == 0;
}

/* `commit` is NULL where it need not be what was written. STORE_ABSENT: all of it was walked. */
static enum store_result walk(struct bytes value, uint64_t number, uint64_t previous,
                              const struct commit *commit)
{
    struct lmdb_journal_walk walk;
    struct kv_write write;
    struct bytes last = {NULL, 0};
    size_t count = 0;
    if (!lmdb_journal_walk_open(&engine, value, number, previous, &walk))
        return STORE_DAMAGED;
    enum store_result result;
    while ((result = lmdb_journal_walk_next(&walk, &write)) == STORE_OK) {
        const uint8_t *end = value.data + value.size;
        FUZZ_HOLDS(write.key.size > 0 && write.key.size <= KV_KEY_BYTES_MAX);
        FUZZ_HOLDS(write.key.data[0] < KV_KEY_RESERVED && write.key.data + write.key.size <= end);
        FUZZ_HOLDS(last.data == NULL || bytes_compare(last, write.key) < 0);
        FUZZ_HOLDS(write.value.data == NULL || write.value.data + write.value.size <= end);
        if (commit != NULL) {
            FUZZ_HOLDS(count < commit->write_count);
            FUZZ_HOLDS(same(write.key, commit->writes[count].key));
            FUZZ_HOLDS(same(write.value, commit->writes[count].value));
        }
        last = write.key;
        count++;
    }
    FUZZ_HOLDS(result == STORE_ABSENT || result == STORE_DAMAGED);
    FUZZ_HOLDS(commit == NULL || result == STORE_DAMAGED || count == commit->write_count);
    return result;
}

static const struct commit *find(const struct commit *commits, size_t count, uint64_t number)
{
    for (size_t i = 0; i < count; i++)
        if (commits[i].number == number)
            return &commits[i];
    return NULL;
}

/* As a start does; `summed`: checksums may be right though what is under them was changed. */
static void read_all(MDB_txn *txn, const struct commit *commits, size_t count, bool changed,
                     bool summed)
{
    MDB_cursor *cursor;
    uint64_t from = 0, previous = 0;
    enum store_result result;
    size_t read = 0;
    FUZZ_HOLDS(mdb_cursor_open(txn, engine.table, &cursor) == 0);
    do {
        uint64_t number = 0;
        struct bytes value;
        result = lmdb_journal_read(&engine, cursor, from, &number, &value);
        if (result != STORE_OK)
            break;
        const struct commit *commit = find(commits, count, number);
        if (commit != NULL && bytes_compare(commit->value, value) != 0)
            commit = NULL; /* it is not as it was: only its checksum could make up for that */
        result = walk(value, number, previous, commit);
        FUZZ_HOLDS(result != STORE_ABSENT || summed || commit == &commits[read]);
        previous = number;
        from = number + 1;
        read++;
    } while (result == STORE_ABSENT);
    mdb_cursor_close(cursor);
    FUZZ_HOLDS(result == STORE_ABSENT || result == STORE_DAMAGED);
    FUZZ_HOLDS(changed || (result == STORE_ABSENT && read == count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    static struct commit commits[COMMITS_MAX];
    MDB_txn *txn;
    set_up();
    FUZZ_HOLDS(mdb_txn_begin(engine.env, NULL, 0, &txn) == 0);
    size_t count = make_journal(&input, txn, commits), changes = 0;
    bool summed = false;
    for (; input.at < input.end && changes < CHANGES_MAX; changes++) {
        summed = summed || *input.at & 0x80;
        change(&input, txn);
    }
    read_all(txn, commits, count, changes > 0, summed);
    mdb_txn_abort(txn);
    return 0;
}
