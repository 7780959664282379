#include "store/keyring.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "store/bytes.h"
#include "store/folder.h"

enum {
    /* A place each, so that none shares a sector with more than three others. */
    ENTRY_BYTES = 128,
    FILE_BYTES = (1 + KEYRING_ENTRY_MAX) * ENTRY_BYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SEALED_BYTES = WRAPPING_KEY_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    NONCE_AT = 4,
    SEALED_AT = NONCE_AT + NONCE_BYTES,
    OWNER_BYTES = STORE_ID_BYTES + 4, /* the additional data */
};
_Static_assert(SEALED_AT + SEALED_BYTES <= ENTRY_BYTES, "an entry has room");
_Static_assert(RING_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "what seals them");

static const char HEAD[] = "beckon-wrapping-keys 1\n";

struct entry_kept {
    uint32_t generation; /* 0: no key here */
    bool unclean;        /* bytes that don't open */
    uint8_t key[WRAPPING_KEY_BYTES];
};

struct keyring {
    char path[FOLDER_PATH_BYTES];
    int fd; /* -1: no file yet */
    uint8_t id[STORE_ID_BYTES];
    struct secrets secrets;
    pthread_rwlock_t lock; /* of the rest */
    uint32_t current;
    struct entry_kept entries[KEYRING_ENTRY_MAX];
};

static void owner(const struct keyring *ring, uint32_t generation, uint8_t ret[OWNER_BYTES])
{
    memcpy(ret, ring->id, STORE_ID_BYTES);
    bytes_put_u32(ret + STORE_ID_BYTES, generation);
}

static void entry_seal(const struct keyring *ring, uint32_t generation, const uint8_t *key,
                       uint8_t ret[ENTRY_BYTES])
{
    uint8_t whose[OWNER_BYTES];
    memset(ret, 0, ENTRY_BYTES);
    bytes_put_u32(ret, generation);
    randombytes_buf(ret + NONCE_AT, NONCE_BYTES);
    owner(ring, generation, whose);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret + SEALED_AT, NULL, key, WRAPPING_KEY_BYTES,
                                               whose, sizeof whose, NULL, ret + NONCE_AT,
                                               ring->secrets.ring_key);
}

static void entry_open(const struct keyring *ring, const uint8_t from[ENTRY_BYTES],
                       struct entry_kept *ret)
{
    uint8_t whose[OWNER_BYTES];
    uint32_t generation = bytes_get_u32(from);
    *ret = (struct entry_kept){0};
    if (sodium_is_zero(from, ENTRY_BYTES)) return;
    owner(ring, generation, whose);
    if (generation > KEYRING_FIRST_GENERATION &&
        crypto_aead_xchacha20poly1305_ietf_decrypt(ret->key, NULL, NULL, from + SEALED_AT,
                                                   SEALED_BYTES, whose, sizeof whose,
                                                   from + NONCE_AT,
                                                   ring->secrets.ring_key) == 0) {
        ret->generation = generation;
    } else {
        ret->unclean = true;
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

static enum store_result ring_load(struct keyring *ring)
{
    uint8_t file[FILE_BYTES];
    size_t size;
    ring->fd = open(ring->path, O_RDWR | O_CLOEXEC);
    if (ring->fd < 0) return errno == ENOENT ? STORE_OK : STORE_FAULT;
    if (!file_read(ring->path, file, sizeof file, &size))
        return errno == EFBIG ? STORE_DAMAGED : STORE_FAULT;
    if (size != sizeof file || memcmp(file, HEAD, sizeof HEAD) != 0) return STORE_DAMAGED;
    for (size_t i = 0; i < KEYRING_ENTRY_MAX; i++)
        entry_open(ring, file + (1 + i) * ENTRY_BYTES, &ring->entries[i]);
    return STORE_OK;
}

enum store_result keyring_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                               const struct secrets *secrets, struct keyring **ret_ring)
{
    /* Guarded, locked where the system allows it, and in no core dump. */
    struct keyring *ring = sodium_malloc(sizeof *ring);
    if (ring == NULL) return STORE_FAULT;
    memset(ring, 0, sizeof *ring);
    ring->fd = -1;
    ring->current = KEYRING_FIRST_GENERATION;
    ring->secrets = *secrets;
    memcpy(ring->id, id, sizeof ring->id);
    pthread_rwlock_init(&ring->lock, NULL);
    enum store_result result = STORE_FAULT;
    int size = snprintf(ring->path, sizeof ring->path, "%s", path);
    if (size < 0 || (size_t)size >= sizeof ring->path) errno = ENAMETOOLONG;
    else result = ring_load(ring);
    if (result != STORE_OK) {
        keyring_close(ring);
        return result;
    }
    *ret_ring = ring;
    return STORE_OK;
}

void keyring_close(struct keyring *ring)
{
    if (ring == NULL) return;
    int reason = errno;
    if (ring->fd >= 0) close(ring->fd);
    pthread_rwlock_destroy(&ring->lock);
    sodium_free(ring); /* zeroes it */
    errno = reason;
}

/* ---- looking --------------------------------------------------------------------------------- */

static struct entry_kept *entry_find(struct keyring *ring, uint32_t generation)
{
    for (size_t i = 0; i < KEYRING_ENTRY_MAX; i++)
        if (ring->entries[i].generation == generation && !ring->entries[i].unclean)
            return &ring->entries[i];
    return NULL;
}

uint32_t keyring_current(struct keyring *ring)
{
    pthread_rwlock_rdlock(&ring->lock);
    uint32_t current = ring->current;
    pthread_rwlock_unlock(&ring->lock);
    return current;
}

void keyring_use(struct keyring *ring, uint32_t generation)
{
    assert(keyring_has(ring, generation));
    pthread_rwlock_wrlock(&ring->lock);
    ring->current = generation;
    pthread_rwlock_unlock(&ring->lock);
}

uint32_t keyring_last(struct keyring *ring)
{
    uint32_t last = KEYRING_FIRST_GENERATION;
    pthread_rwlock_rdlock(&ring->lock);
    for (size_t i = 0; i < KEYRING_ENTRY_MAX; i++)
        if (ring->entries[i].generation > last) last = ring->entries[i].generation;
    pthread_rwlock_unlock(&ring->lock);
    return last;
}

bool keyring_find(struct keyring *ring, uint32_t generation, uint8_t ret_key[WRAPPING_KEY_BYTES])
{
    if (generation == 0) return false;
    if (generation == KEYRING_FIRST_GENERATION) {
        memcpy(ret_key, ring->secrets.wrapping_key, WRAPPING_KEY_BYTES);
        return true;
    }
    pthread_rwlock_rdlock(&ring->lock);
    const struct entry_kept *entry = entry_find(ring, generation);
    if (entry != NULL) memcpy(ret_key, entry->key, WRAPPING_KEY_BYTES);
    pthread_rwlock_unlock(&ring->lock);
    return entry != NULL;
}

bool keyring_has(struct keyring *ring, uint32_t generation)
{
    uint8_t key[WRAPPING_KEY_BYTES];
    bool has = keyring_find(ring, generation, key);
    sodium_memzero(key, sizeof key);
    return has;
}

/* ---- changing -------------------------------------------------------------------------------- */

static enum store_result failed(void)
{
    return errno == ENOSPC || errno == EDQUOT ? STORE_FULL : STORE_FAULT;
}

/* Whole from the start: places are only ever overwritten. */
static enum store_result file_begin(struct keyring *ring)
{
    uint8_t file[FILE_BYTES] = {0};
    if (ring->fd >= 0) return STORE_OK;
    memcpy(file, HEAD, sizeof HEAD);
    if (!file_make(ring->path, file, sizeof file)) return failed();
    ring->fd = open(ring->path, O_RDWR | O_CLOEXEC);
    return ring->fd >= 0 ? STORE_OK : STORE_FAULT;
}

static enum store_result place_write(struct keyring *ring, size_t place, const uint8_t *bytes)
{
    off_t at = (off_t)((1 + place) * ENTRY_BYTES);
    ssize_t written = pwrite(ring->fd, bytes, ENTRY_BYTES, at);
    if (written != ENTRY_BYTES) {
        if (written >= 0) errno = ENOSPC;
        return failed();
    }
    return fdatasync(ring->fd) == 0 ? STORE_OK : STORE_FAULT;
}

/* Where a key of this generation goes: its own place, a free one, an unclean one, or the lowest's
 * that is not in use. */
static size_t place_choose(struct keyring *ring, uint32_t generation)
{
    const struct entry_kept *own = entry_find(ring, generation);
    size_t chosen = KEYRING_ENTRY_MAX, unclean = KEYRING_ENTRY_MAX, lowest = KEYRING_ENTRY_MAX;
    if (own != NULL) return (size_t)(own - ring->entries);
    for (size_t i = KEYRING_ENTRY_MAX; i-- > 0;) {
        const struct entry_kept *entry = &ring->entries[i];
        if (entry->unclean) unclean = i;
        else if (entry->generation == 0) chosen = i;
        else if (entry->generation != ring->current &&
                 (lowest == KEYRING_ENTRY_MAX ||
                  entry->generation < ring->entries[lowest].generation)) lowest = i;
    }
    if (chosen == KEYRING_ENTRY_MAX) chosen = unclean;
    if (chosen == KEYRING_ENTRY_MAX) chosen = lowest;
    assert(chosen < KEYRING_ENTRY_MAX);
    return chosen;
}

enum store_result keyring_add(struct keyring *ring, uint32_t generation,
                              const uint8_t key[WRAPPING_KEY_BYTES])
{
    uint8_t bytes[ENTRY_BYTES];
    assert(generation > KEYRING_FIRST_GENERATION);
    pthread_rwlock_wrlock(&ring->lock);
    enum store_result result = file_begin(ring);
    if (result == STORE_OK) {
        size_t place = place_choose(ring, generation);
        entry_seal(ring, generation, key, bytes);
        result = place_write(ring, place, bytes);
        struct entry_kept *entry = &ring->entries[place];
        *entry = (struct entry_kept){.unclean = result != STORE_OK};
        if (result == STORE_OK) {
            entry->generation = generation;
            memcpy(entry->key, key, sizeof entry->key);
        }
    }
    pthread_rwlock_unlock(&ring->lock);
    return result;
}

enum store_result keyring_drop_below(struct keyring *ring, uint32_t generation)
{
    static const uint8_t zeros[ENTRY_BYTES];
    enum store_result result = STORE_OK;
    assert(generation <= ring->current);
    if (generation == KEYRING_FIRST_GENERATION) return STORE_OK; /* another store's file? */
    pthread_rwlock_wrlock(&ring->lock);
    for (size_t i = 0; i < KEYRING_ENTRY_MAX && result == STORE_OK; i++) {
        struct entry_kept *entry = &ring->entries[i];
        if (!entry->unclean && (entry->generation == 0 || entry->generation >= generation))
            continue;
        result = place_write(ring, i, zeros);
        if (result == STORE_OK) sodium_memzero(entry, sizeof *entry);
    }
    pthread_rwlock_unlock(&ring->lock);
    return result == STORE_FULL ? STORE_FAULT : result;
}

enum store_result keyring_merge(struct keyring *ring, const char *path)
{
    struct keyring *brought;
    enum store_result result = keyring_open(path, ring->id, &ring->secrets, &brought);
    if (result != STORE_OK) return result;
    if (brought->fd < 0) result = STORE_ABSENT;
    for (size_t i = 0; i < KEYRING_ENTRY_MAX && result == STORE_OK; i++) {
        const struct entry_kept *entry = &brought->entries[i];
        if (entry->generation != 0 && !keyring_has(ring, entry->generation))
            result = keyring_add(ring, entry->generation, entry->key);
    }
    keyring_close(brought);
    return result;
}
