/* The journal: what was committed and is not yet in the tree, in the engine's one table, under keys
 * behind all others.
 *
 *   0xff 'f'                            the floor and the commits' offset
 *   0xff 'j' commit u64 piece u16       a piece of the value of one commit
 *
 * The floor is the oldest commit whose value counts; older ones are dead, what they say is in the
 * tree. It moves in the transaction that puts the last key of a generation there.
 *
 * A value, integers big-endian:
 *   format u8, commit u64, the commit journalled before it u64, write count u32, bytes in all u32
 *   per write, keys ascending: key size u16, value size u32 (0xffffffff: a deletion, no value
 *   follows), key, value as it is in the tree
 *   SipHash of all before it
 * It is cut into pieces that LMDB keeps inside a page. Larger ones would lie on pages of their own
 * that must follow one another: to find such a run LMDB loads ever more of its list of free pages,
 * and writes what it loaded back with every commit. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store/kv_lmdb_inner.h"

enum {
    PREFIX_BYTES = 2,
    KEY_BYTES = PREFIX_BYTES + 8 + 2,
    PIECE_BYTES_MAX = 2018, /* two with their keys fill a page of 4096 bytes */
    PIECE_COUNT_MAX = UINT16_MAX,

    HEADER_BYTES = 1 + 8 + 8 + 4 + 4,
    COMMIT_OFFSET = 1,
    PREVIOUS_OFFSET = 9,
    COUNT_OFFSET = 17,
    TOTAL_OFFSET = 21,

    WRITE_HEAD_BYTES = 2 + 4,
    SUM_BYTES = crypto_shorthash_BYTES,

    FLOOR_BYTES = 1 + 8 + 8 + SUM_BYTES, /* format, floor, offset, SipHash of them */
};

#define DELETED UINT32_MAX

static const uint8_t PIECES_FROM[PREFIX_BYTES] = {KV_KEY_RESERVED, 'j'};
static const uint8_t FLOOR_KEY[PREFIX_BYTES] = {KV_KEY_RESERVED, 'f'};

static void piece_key(uint64_t commit, uint16_t piece, uint8_t ret_key[KEY_BYTES])
{
    memcpy(ret_key, PIECES_FROM, PREFIX_BYTES);
    bytes_put_u64(ret_key + PREFIX_BYTES, commit);
    bytes_put_u16(ret_key + PREFIX_BYTES + 8, piece);
}

/* Every key from the first piece's on is a piece's: false says that this one isn't. */
static bool piece_key_read(MDB_val key, uint64_t *ret_commit, uint16_t *ret_piece)
{
    const uint8_t *bytes = key.mv_data;
    if (key.mv_size != KEY_BYTES || memcmp(bytes, PIECES_FROM, PREFIX_BYTES) != 0) {
        return false;
    }
    *ret_commit = bytes_get_u64(bytes + PREFIX_BYTES);
    *ret_piece = bytes_get_u16(bytes + PREFIX_BYTES + 8);
    return true;
}

static void sum(const struct lmdb_engine *engine, const uint8_t *bytes, size_t size,
                uint8_t ret_sum[SUM_BYTES])
{
    crypto_shorthash(ret_sum, bytes, size, engine->checksum_key);
}

static bool sum_fits(const struct lmdb_engine *engine, const uint8_t *bytes, size_t size)
{
    uint8_t expected[SUM_BYTES];
    sum(engine, bytes, size - SUM_BYTES, expected);
    return memcmp(bytes + size - SUM_BYTES, expected, SUM_BYTES) == 0;
}

static bool make_room(struct lmdb_journal *journal, size_t size)
{
    if (size <= journal->room) {
        return true;
    }
    uint8_t *bytes = realloc(journal->bytes, 2 * size);
    if (bytes == NULL) {
        return false;
    }
    journal->bytes = bytes;
    journal->room = 2 * size;
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

struct lmdb_journal_step lmdb_journal_step(const struct lmdb_engine *engine)
{
    return (struct lmdb_journal_step){
        .floor = engine->journal.floor,
        .first = engine->journal.first,
        .previous = engine->journal.previous,
    };
}

void lmdb_journal_taken(struct lmdb_engine *engine, const struct lmdb_journal_step *step)
{
    assert(step->floor >= engine->journal.floor);
    assert(step->previous >= engine->journal.previous);
    engine->journal.floor = step->floor;
    engine->journal.first = step->first;
    engine->journal.previous = step->previous;
}

static size_t value_size(const struct kv_write *writes, size_t write_count)
{
    size_t size = HEADER_BYTES + SUM_BYTES;
    for (size_t i = 0; i < write_count; i++) {
        size += WRITE_HEAD_BYTES + writes[i].key.size + writes[i].value.size;
    }
    return size;
}

static void lay_out(const struct lmdb_engine *engine, uint64_t commit,
                    const struct kv_write *writes, size_t write_count, uint8_t *bytes, size_t size)
{
    bytes[0] = LMDB_JOURNAL_FORMAT;
    bytes_put_u64(bytes + COMMIT_OFFSET, commit);
    bytes_put_u64(bytes + PREVIOUS_OFFSET, engine->journal.previous);
    bytes_put_u32(bytes + COUNT_OFFSET, (uint32_t)write_count);
    bytes_put_u32(bytes + TOTAL_OFFSET, (uint32_t)size);
    uint8_t *to = bytes + HEADER_BYTES;
    for (size_t i = 0; i < write_count; i++) {
        const struct kv_write *write = &writes[i];
        bool deleted = write->value.data == NULL;
        bytes_put_u16(to, (uint16_t)write->key.size);
        bytes_put_u32(to + 2, deleted ? DELETED : (uint32_t)write->value.size);
        memcpy(to + WRITE_HEAD_BYTES, write->key.data, write->key.size);
        to += WRITE_HEAD_BYTES + write->key.size;
        if (!deleted) {
            memcpy(to, write->value.data, write->value.size);
            to += write->value.size;
        }
    }
    assert(to + SUM_BYTES == bytes + size);
    sum(engine, bytes, size - SUM_BYTES, to);
}

enum store_result lmdb_journal_append(struct lmdb_engine *engine, MDB_txn *txn, uint64_t commit,
                                      const struct kv_write *writes, size_t write_count,
                                      struct lmdb_journal_step *step)
{
    struct lmdb_journal *journal = &engine->journal;
    assert(commit > journal->previous && commit >= journal->floor);
    size_t size = value_size(writes, write_count);
    if (size > (size_t)PIECE_BYTES_MAX * PIECE_COUNT_MAX || !make_room(journal, size)) {
        return STORE_FULL;
    }
    lay_out(engine, commit, writes, write_count, journal->bytes, size);
    MDB_cursor *cursor;
    int code = mdb_cursor_open(txn, engine->table, &cursor);
    if (code != MDB_SUCCESS) {
        return lmdb_step_result(code);
    }
    size_t pieces = 0;
    for (size_t at = 0; at < size && code == MDB_SUCCESS; at += PIECE_BYTES_MAX) {
        uint8_t key_bytes[KEY_BYTES];
        piece_key(commit, (uint16_t)pieces, key_bytes);
        size_t rest = size - at;
        MDB_val key = {KEY_BYTES, key_bytes};
        MDB_val value = {rest < PIECE_BYTES_MAX ? rest : PIECE_BYTES_MAX, journal->bytes + at};
        code = mdb_cursor_put(cursor, &key, &value, MDB_APPEND);
        pieces++;
    }
    mdb_cursor_close(cursor);
    step->previous = commit;
    step->first = step->first == 0 ? commit : step->first;
    step->bytes = size;
    step->pieces = pieces;
    return lmdb_step_result(code);
}

enum store_result lmdb_journal_move_floor(struct lmdb_engine *engine, MDB_txn *txn, uint64_t floor,
                                          struct lmdb_journal_step *step)
{
    uint8_t bytes[FLOOR_BYTES];
    assert(floor >= step->floor);
    bytes[0] = LMDB_JOURNAL_FORMAT;
    bytes_put_u64(bytes + 1, floor);
    bytes_put_u64(bytes + 9, engine->commit_offset);
    sum(engine, bytes, FLOOR_BYTES - SUM_BYTES, bytes + FLOOR_BYTES - SUM_BYTES);
    MDB_val key = lmdb_val((struct bytes){FLOOR_KEY, sizeof FLOOR_KEY});
    MDB_val value = {FLOOR_BYTES, bytes};
    step->floor = floor;
    return lmdb_step_result(mdb_put(txn, engine->table, &key, &value, 0));
}

enum store_result lmdb_journal_sweep(struct lmdb_engine *engine, MDB_txn *txn, size_t piece_max,
                                     struct lmdb_journal_step *step)
{
    if (step->first == 0 || step->first >= step->floor) {
        return STORE_OK;
    }
    MDB_cursor *cursor;
    int code = mdb_cursor_open(txn, engine->table, &cursor);
    if (code != MDB_SUCCESS) {
        return lmdb_step_result(code);
    }
    for (size_t i = 0;; i++) {
        uint64_t commit;
        uint16_t piece;
        MDB_val key = lmdb_val((struct bytes){PIECES_FROM, sizeof PIECES_FROM}), value;
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (code == MDB_NOTFOUND) {
            step->first = 0;
            code = MDB_SUCCESS;
            break;
        }
        if (code == MDB_SUCCESS && !piece_key_read(key, &commit, &piece)) {
            code = MDB_CORRUPTED;
        }
        if (code != MDB_SUCCESS) {
            break;
        }
        step->first = commit;
        if (commit >= step->floor || i >= piece_max) {
            break;
        }
        code = mdb_cursor_del(cursor, 0);
        if (code != MDB_SUCCESS) {
            break;
        }
    }
    mdb_cursor_close(cursor);
    return lmdb_step_result(code);
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum store_result floor_read(struct lmdb_engine *engine, MDB_txn *txn)
{
    MDB_val key = lmdb_val((struct bytes){FLOOR_KEY, sizeof FLOOR_KEY}), value;
    int code = mdb_get(txn, engine->table, &key, &value);
    if (code == MDB_NOTFOUND) {
        return STORE_OK; /* no generation was drained yet: all values count */
    }
    if (code != MDB_SUCCESS) {
        return STORE_FAULT;
    }
    const uint8_t *bytes = value.mv_data;
    if (value.mv_size != FLOOR_BYTES || bytes[0] != LMDB_JOURNAL_FORMAT ||
        !sum_fits(engine, bytes, FLOOR_BYTES)) {
        return STORE_DAMAGED;
    }
    engine->journal.floor = bytes_get_u64(bytes + 1);
    engine->commit_offset = bytes_get_u64(bytes + 9);
    return STORE_OK;
}

/* The commits of the first and the last piece; untouched where there is none. */
static enum store_result ends_read(struct lmdb_engine *engine, MDB_txn *txn, uint64_t *ret_first,
                                   uint64_t *ret_last)
{
    MDB_cursor *cursor;
    if (mdb_cursor_open(txn, engine->table, &cursor) != MDB_SUCCESS) {
        return STORE_FAULT;
    }
    uint16_t piece;
    MDB_val key = lmdb_val((struct bytes){PIECES_FROM, sizeof PIECES_FROM}), value;
    enum store_result result = STORE_OK;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code == MDB_SUCCESS && !piece_key_read(key, ret_first, &piece)) {
        result = STORE_DAMAGED;
    } else if (code == MDB_SUCCESS) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
        if (code == MDB_SUCCESS && !piece_key_read(key, ret_last, &piece)) {
            result = STORE_DAMAGED;
        }
    }
    mdb_cursor_close(cursor);
    return code == MDB_SUCCESS || code == MDB_NOTFOUND ? result : STORE_FAULT;
}

/* A compact copy numbers its transactions from 1 again; commit numbers go on from where they were.
 * Kept in the file, so that they do after the next start too. */
static enum store_result offset_keep(struct lmdb_engine *engine)
{
    MDB_txn *txn;
    struct lmdb_journal_step step = lmdb_journal_step(engine);
    enum store_result result = lmdb_write_begin(engine, &txn);
    if (result != STORE_OK) {
        return result;
    }
    result = lmdb_journal_move_floor(engine, txn, step.floor, &step);
    return lmdb_write_end(engine, txn, result);
}

enum store_result lmdb_journal_open(struct lmdb_engine *engine, uint64_t *ret_damaged_commit)
{
    struct lmdb_journal *journal = &engine->journal;
    MDB_txn *txn;
    if (mdb_txn_begin(engine->env, NULL, MDB_RDONLY, &txn) != MDB_SUCCESS) {
        return STORE_FAULT;
    }
    uint64_t last = 0, number = mdb_txn_id(txn);
    enum store_result result = floor_read(engine, txn);
    if (result == STORE_OK) {
        result = ends_read(engine, txn, &journal->first, &last);
    }
    mdb_txn_abort(txn);
    if (result != STORE_OK) {
        *ret_damaged_commit = journal->floor;
        return result;
    }
    /* Dead values tell of nothing the floor doesn't. */
    journal->previous = journal->floor > 0 ? journal->floor - 1 : 0;
    uint64_t reached = last > journal->previous ? last : journal->previous;
    uint64_t known = engine->commit_offset;
    if (reached > number && reached - number > known) {
        engine->commit_offset = reached - number;
    }
    engine->commit = number + engine->commit_offset;
    return engine->commit_offset == known ? STORE_OK : offset_keep(engine);
}

/* Adds one piece to what is gathered. */
static enum store_result gather(struct lmdb_journal *journal, MDB_val piece, size_t *size)
{
    if (!make_room(journal, *size + piece.mv_size)) {
        return STORE_FULL;
    }
    memcpy(journal->bytes + *size, piece.mv_data, piece.mv_size);
    *size += piece.mv_size;
    return STORE_OK;
}

enum store_result lmdb_journal_read(struct lmdb_engine *engine, MDB_cursor *cursor, uint64_t from,
                                    uint64_t *ret_commit, struct bytes *ret_value)
{
    uint8_t first[KEY_BYTES];
    uint64_t commit = from, found;
    uint16_t piece;
    size_t size = 0, count = 0;
    piece_key(from, 0, first);
    MDB_val key = {KEY_BYTES, first}, value;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (code == MDB_SUCCESS) {
        bool is_piece = piece_key_read(key, &found, &piece);
        if (is_piece && count > 0 && found != commit) {
            break; /* the next value's first */
        }
        commit = is_piece ? found : commit;
        if (!is_piece || piece != count) {
            *ret_commit = commit;
            return STORE_DAMAGED;
        }
        enum store_result result = gather(&engine->journal, value, &size);
        if (result != STORE_OK) {
            return result;
        }
        count++;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND) {
        return STORE_FAULT;
    }
    if (count == 0) {
        return STORE_ABSENT;
    }
    *ret_commit = commit;
    *ret_value = (struct bytes){engine->journal.bytes, size};
    return STORE_OK;
}

bool lmdb_journal_walk_open(const struct lmdb_engine *engine, struct bytes value, uint64_t commit,
                            uint64_t previous, struct lmdb_journal_walk *ret_walk)
{
    const uint8_t *bytes = value.data;
    if (value.size < HEADER_BYTES + SUM_BYTES || bytes[0] != LMDB_JOURNAL_FORMAT ||
        bytes_get_u64(bytes + COMMIT_OFFSET) != commit ||
        bytes_get_u64(bytes + PREVIOUS_OFFSET) != previous ||
        bytes_get_u32(bytes + TOTAL_OFFSET) != value.size ||
        !sum_fits(engine, bytes, value.size)) {
        return false;
    }
    *ret_walk = (struct lmdb_journal_walk){
        .at = bytes + HEADER_BYTES,
        .end = bytes + value.size - SUM_BYTES,
        .left = bytes_get_u32(bytes + COUNT_OFFSET),
    };
    return true;
}

/* The checksum was right, so that this can only meet what another program wrote with our key: it
 * trusts nothing all the same. */
enum store_result lmdb_journal_walk_next(struct lmdb_journal_walk *walk,
                                         struct kv_write *ret_write)
{
    size_t room = (size_t)(walk->end - walk->at);
    if (walk->left == 0) {
        return room == 0 ? STORE_ABSENT : STORE_DAMAGED;
    }
    if (room < WRITE_HEAD_BYTES) {
        return STORE_DAMAGED;
    }
    size_t key_size = bytes_get_u16(walk->at), size = bytes_get_u32(walk->at + 2);
    bool deleted = size == DELETED;
    size = deleted ? 0 : size;
    room -= WRITE_HEAD_BYTES;
    if (key_size == 0 || key_size > KV_KEY_BYTES_MAX || key_size > room ||
        size > room - key_size || size > KV_VALUE_BYTES_MAX + KV_CHECKSUM_BYTES) {
        return STORE_DAMAGED;
    }
    struct bytes key = {walk->at + WRITE_HEAD_BYTES, key_size};
    if (key.data[0] >= KV_KEY_RESERVED ||
        (walk->key.data != NULL && bytes_compare(walk->key, key) >= 0)) {
        return STORE_DAMAGED;
    }
    walk->at += WRITE_HEAD_BYTES + key_size + size;
    walk->left--;
    walk->key = key;
    *ret_write = (struct kv_write){key, {deleted ? NULL : key.data + key_size, size}};
    return STORE_OK;
}
