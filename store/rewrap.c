#include "store/rewrap.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "store/bytes.h"
#include "store/folder.h"
#include "store/store.h"

#define JOURNAL_NAME "rewrap.journal"

enum {
    PLACE_BYTES = 8 + 4 * 4,                   /* head, merchant, kind, first, count */
    HEAD_BYTES = PLACE_BYTES + HASH_BYTES + 8, /* and a hash over all: one slot long */
    SLOTS_BYTES = REWRAP_PORTION * KEY_SLOT_BYTES,
    JOURNAL_BYTES = HEAD_BYTES + SLOTS_BYTES,
};
_Static_assert(HEAD_BYTES == (int)KEY_SLOT_BYTES, "no slot lies across two sectors");

static const uint8_t HEAD[8] = "rewrap 1";

struct rewrap {
    struct key_slots *slots;
    char path[FOLDER_PATH_BYTES];
    int fd; /* -1: no journal yet */
    uint8_t journal[JOURNAL_BYTES]; /* its slots hold what is in place, then what shall be */
};

/* ---- the journal ----------------------------------------------------------------------------- */

static void journal_hash(const uint8_t *journal, size_t count, uint8_t ret_hash[HASH_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&state, journal, PLACE_BYTES);
    crypto_generichash_update(&state, journal + HEAD_BYTES, count * KEY_SLOT_BYTES);
    crypto_generichash_final(&state, ret_hash, HASH_BYTES);
}

static enum store_result journal_write(struct rewrap *rewrap, size_t size)
{
    ssize_t written = pwrite(rewrap->fd, rewrap->journal, size, 0);
    if (written == (ssize_t)size && fdatasync(rewrap->fd) == 0) return STORE_OK;
    bool full = (written >= 0 && written < (ssize_t)size) || errno == ENOSPC || errno == EDQUOT;
    return full ? STORE_FULL : STORE_FAULT;
}

/* Makes the journal, whole and zero, where there is none; its room on the disk is taken here. */
static enum store_result journal_make(struct rewrap *rewrap)
{
    static const uint8_t zeros[JOURNAL_BYTES];
    if (rewrap->fd >= 0) return STORE_OK;
    if (!file_make(rewrap->path, zeros, sizeof zeros))
        return errno == ENOSPC || errno == EDQUOT ? STORE_FULL : STORE_FAULT;
    rewrap->fd = open(rewrap->path, O_RDWR | O_CLOEXEC);
    return rewrap->fd >= 0 ? STORE_OK : STORE_FAULT;
}

/* Its room is taken already, so this finds it. */
static enum store_result journal_zero(struct rewrap *rewrap, size_t size)
{
    sodium_memzero(rewrap->journal, size);
    return journal_write(rewrap, size) == STORE_OK ? STORE_OK : STORE_FAULT;
}

/* ---- in place -------------------------------------------------------------------------------- */

/* The journal's slots into place. Nobody zeroes one in between: this is the writer's thread. */
static enum store_result put_in_place(struct rewrap *rewrap, uint32_t merchant,
                                      enum party_kind kind, uint32_t first, size_t count)
{
    enum store_result result = key_slots_write_range(rewrap->slots, merchant, kind, first, count,
                                                     rewrap->journal + HEAD_BYTES);
    if (result == STORE_OK) result = key_slots_sync(rewrap->slots);
    return result == STORE_OK ? STORE_OK : STORE_FAULT; /* some may be new: the journal has to be
                                                           read again before anything else */
}

/* Wraps what is to be: false when a slot is as it should be, or none of ours to change. */
static bool wrap_anew(struct rewrap *rewrap, uint32_t merchant, struct party party,
                      uint32_t generation, uint8_t *slot)
{
    uint8_t data_key[DATA_KEY_BYTES], nonce[KEY_SLOT_NONCE_BYTES];
    if (key_slots_generation(slot) == generation ||
        key_slots_unwrap(rewrap->slots, merchant, party, slot, data_key) != STORE_OK)
        return false;
    randombytes_buf(nonce, sizeof nonce);
    key_slots_wrap(rewrap->slots, merchant, party, generation, nonce, data_key, slot);
    sodium_memzero(data_key, sizeof data_key);
    return true;
}

enum store_result rewrap_portion(struct rewrap *rewrap, uint32_t merchant, enum party_kind kind,
                                 uint32_t first, size_t count, uint32_t generation)
{
    uint8_t *journal = rewrap->journal;
    bool changed = false;
    assert(count <= REWRAP_PORTION);
    enum store_result result = key_slots_read_range(rewrap->slots, merchant, kind, first, count,
                                                    journal + HEAD_BYTES, &count);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < count; i++) {
        struct party party = {kind, first + (uint32_t)i};
        changed |= wrap_anew(rewrap, merchant, party, generation,
                             journal + HEAD_BYTES + i * KEY_SLOT_BYTES);
    }
    if (!changed) return STORE_OK;
    memcpy(journal, HEAD, sizeof HEAD);
    bytes_put_u32(journal + 8, merchant);
    bytes_put_u32(journal + 12, (uint32_t)kind);
    bytes_put_u32(journal + 16, first);
    bytes_put_u32(journal + 20, (uint32_t)count);
    journal_hash(journal, count, journal + PLACE_BYTES);
    size_t size = HEAD_BYTES + count * KEY_SLOT_BYTES;
    result = journal_make(rewrap);
    if (result != STORE_OK) return result;
    result = journal_write(rewrap, size);
    if (result == STORE_OK) {
        result = put_in_place(rewrap, merchant, kind, first, count);
        if (result != STORE_OK) return result;
    }
    enum store_result zeroed = journal_zero(rewrap, size);
    return zeroed == STORE_OK ? result : zeroed;
}

/* ---- start-up -------------------------------------------------------------------------------- */

/* Is the journal whole? Then where its slots belong. */
static bool journal_whole(const struct rewrap *rewrap, uint32_t *ret_merchant,
                          enum party_kind *ret_kind, uint32_t *ret_first, size_t *ret_count)
{
    const uint8_t *journal = rewrap->journal;
    uint8_t hash[HASH_BYTES];
    uint32_t kind = bytes_get_u32(journal + 12), count = bytes_get_u32(journal + 20);
    if (memcmp(journal, HEAD, sizeof HEAD) != 0 || count > REWRAP_PORTION) return false;
    journal_hash(journal, count, hash);
    if (memcmp(hash, journal + PLACE_BYTES, sizeof hash) != 0) return false;
    *ret_merchant = bytes_get_u32(journal + 8);
    *ret_kind = (enum party_kind)kind;
    *ret_first = bytes_get_u32(journal + 16);
    *ret_count = count;
    return kind == PARTY_MEMBER || kind == PARTY_GUIDE || kind == PARTY_RUN;
}

static enum store_result journal_finish(struct rewrap *rewrap)
{
    uint32_t merchant, first;
    enum party_kind kind;
    size_t count, there;
    if (journal_whole(rewrap, &merchant, &kind, &first, &count)) {
        uint8_t found[KEY_SLOT_BYTES];
        for (size_t i = 0; i < count; i++) {
            uint8_t *slot = rewrap->journal + HEAD_BYTES + i * KEY_SLOT_BYTES;
            enum store_result result = key_slots_read_range(
                rewrap->slots, merchant, kind, first + (uint32_t)i, 1, found, &there);
            if (result != STORE_OK) return result;
            if (there == 0 || sodium_is_zero(found, sizeof found)) memset(slot, 0, sizeof found);
        }
        enum store_result result = put_in_place(rewrap, merchant, kind, first, count);
        if (result != STORE_OK) return result;
    }
    return journal_zero(rewrap, JOURNAL_BYTES);
}

static enum store_result journal_open(struct rewrap *rewrap)
{
    size_t size;
    rewrap->fd = open(rewrap->path, O_RDWR | O_CLOEXEC);
    if (rewrap->fd < 0) return errno == ENOENT ? STORE_OK : STORE_FAULT;
    if (!file_read(rewrap->path, rewrap->journal, JOURNAL_BYTES, &size)) return STORE_FAULT;
    return sodium_is_zero(rewrap->journal, JOURNAL_BYTES) && size == JOURNAL_BYTES
               ? STORE_OK
               : journal_finish(rewrap);
}

enum store_result rewrap_open(const char *directory, struct key_slots *slots,
                              struct rewrap **ret_rewrap)
{
    struct rewrap *rewrap = sodium_malloc(sizeof *rewrap);
    if (rewrap == NULL) return STORE_FAULT;
    memset(rewrap, 0, sizeof *rewrap);
    rewrap->slots = slots;
    rewrap->fd = -1;
    enum store_result result = STORE_FAULT;
    if (folder_path(rewrap->path, directory, JOURNAL_NAME)) result = journal_open(rewrap);
    if (result != STORE_OK) {
        rewrap_close(rewrap);
        return result;
    }
    *ret_rewrap = rewrap;
    return STORE_OK;
}

void rewrap_close(struct rewrap *rewrap)
{
    if (rewrap == NULL) return;
    int reason = errno;
    if (rewrap->fd >= 0) close(rewrap->fd);
    sodium_free(rewrap);
    errno = reason;
}
