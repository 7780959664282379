#include "store/key_slots.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "store/bytes.h"
#include "store/folder.h"
#include "store/keyring.h"

enum {
    /* Open files kept: a commit writes at most three kinds of 16 merchants, so there is always one
     * that needs no sync to be closed for another. */
    FILE_MAX = 64,
    WRAPPED_BYTES = DATA_KEY_BYTES + crypto_aead_chacha20poly1305_ietf_ABYTES,
    GENERATION_OFFSET = KEY_SLOT_NONCE_BYTES + WRAPPED_BYTES,
    NAME_BYTES = 32, /* 4294967295.members */
    REREADS_MAX = 100, /* of a slot that is another each time: more than ever change it in a row */
};

_Static_assert(GENERATION_OFFSET + 4 == KEY_SLOT_BYTES, "nonce, wrapped key, generation");
_Static_assert(KEY_SLOT_NONCE_BYTES == crypto_aead_chacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(WRAPPING_KEY_BYTES == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "wrapping key");

struct slot_file {
    uint32_t merchant;
    enum party_kind kind; /* PARTY_NONE: free */
    int fd;
    bool unsynced;
};

struct key_slots {
    char folder[FOLDER_PATH_BYTES];
    struct keyring *ring;
    pthread_mutex_t writing; /* held while slots are written, and by who copies them */
    /* Held for reading while a file is read or written, for writing while one is opened or closed:
     * nobody loses the descriptor under his feet. */
    pthread_rwlock_t lock;
    struct slot_file files[FILE_MAX];
    size_t next_evicted;
    bool folder_unsynced; /* a file was made; the writer's own */
};

struct key_slots *key_slots_open(const char *directory, struct keyring *ring)
{
    if (!folder_make(directory)) {
        return NULL;
    }
    /* A process that died may have made a file and not synced its name. */
    if (!folder_sync(directory)) {
        return NULL;
    }
    struct key_slots *slots = calloc(1, sizeof *slots);
    if (slots == NULL) {
        return NULL;
    }
    int size = snprintf(slots->folder, sizeof slots->folder, "%s", directory);
    if (size < 0 || (size_t)size >= sizeof slots->folder) {
        free(slots);
        errno = ENAMETOOLONG;
        return NULL;
    }
    slots->ring = ring;
    pthread_mutex_init(&slots->writing, NULL);
    pthread_rwlock_init(&slots->lock, NULL);
    return slots;
}

void key_slots_close(struct key_slots *slots)
{
    if (slots == NULL) {
        return;
    }
    for (size_t i = 0; i < FILE_MAX; i++) {
        if (slots->files[i].kind != PARTY_NONE) {
            close(slots->files[i].fd);
        }
    }
    pthread_rwlock_destroy(&slots->lock);
    pthread_mutex_destroy(&slots->writing);
    free(slots);
}

/* ---- wrapping ------------------------------------------------------------------------------- */

enum { WRAP_DATA_BYTES = 4 + 1 + 4 + 4 };

/* Whose key it is, as the cipher's additional data: a slot copied elsewhere doesn't open. */
static void wrap_data(uint32_t merchant, struct party party, const uint8_t *generation,
                      uint8_t ret_data[WRAP_DATA_BYTES])
{
    bytes_put_u32(ret_data, merchant);
    ret_data[4] = (uint8_t)party.kind;
    bytes_put_u32(ret_data + 5, party.number);
    memcpy(ret_data + 9, generation, 4);
}

void key_slots_wrap(const struct key_slots *slots, uint32_t merchant, struct party party,
                    uint32_t generation, const uint8_t *nonce, const uint8_t *data_key,
                    uint8_t ret_slot[KEY_SLOT_BYTES])
{
    uint8_t data[WRAP_DATA_BYTES];
    uint8_t wrapping_key[WRAPPING_KEY_BYTES];
    unsigned long long wrapped_size;
    bool found = keyring_find(slots->ring, generation, wrapping_key);
    assert(found); /* generation 0 never is: an erased slot is all zero */
    (void)found;
    memcpy(ret_slot, nonce, KEY_SLOT_NONCE_BYTES);
    bytes_put_u32(ret_slot + GENERATION_OFFSET, generation);
    wrap_data(merchant, party, ret_slot + GENERATION_OFFSET, data);
    crypto_aead_chacha20poly1305_ietf_encrypt(ret_slot + KEY_SLOT_NONCE_BYTES, &wrapped_size,
                                              data_key, DATA_KEY_BYTES, data, sizeof data, NULL,
                                              ret_slot, wrapping_key);
    sodium_memzero(wrapping_key, sizeof wrapping_key);
    assert(wrapped_size == WRAPPED_BYTES);
}

uint32_t key_slots_generation(const uint8_t slot[KEY_SLOT_BYTES])
{
    return bytes_get_u32(slot + GENERATION_OFFSET);
}

enum store_result key_slots_unwrap(const struct key_slots *slots, uint32_t merchant,
                                   struct party party, const uint8_t slot[KEY_SLOT_BYTES],
                                   uint8_t ret_data_key[DATA_KEY_BYTES])
{
    uint8_t data[WRAP_DATA_BYTES], data_key[DATA_KEY_BYTES], wrapping_key[WRAPPING_KEY_BYTES];
    if (sodium_is_zero(slot, KEY_SLOT_BYTES)) {
        return STORE_ABSENT;
    }
    if (!keyring_find(slots->ring, key_slots_generation(slot), wrapping_key)) {
        return STORE_DAMAGED;
    }
    wrap_data(merchant, party, slot + GENERATION_OFFSET, data);
    int opened = crypto_aead_chacha20poly1305_ietf_decrypt(
        data_key, NULL, NULL, slot + KEY_SLOT_NONCE_BYTES, WRAPPED_BYTES, data, sizeof data, slot,
        wrapping_key);
    sodium_memzero(wrapping_key, sizeof wrapping_key);
    if (opened != 0) {
        return STORE_DAMAGED;
    }
    memcpy(ret_data_key, data_key, sizeof data_key);
    sodium_memzero(data_key, sizeof data_key);
    return STORE_OK;
}

/* ---- files ---------------------------------------------------------------------------------- */

static const char *const NAMES[] = {
    [PARTY_MEMBER] = "members", [PARTY_GUIDE] = "guides", [PARTY_SHOP] = NULL, [PARTY_RUN] = "runs",
};

bool key_slots_file(const char *name, uint32_t *ret_merchant, enum party_kind *ret_kind)
{
    uint64_t merchant = 0;
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits > 10 || name[digits] != '.') {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        merchant = merchant * 10 + (uint64_t)(name[i] - '0');
    }
    for (int kind = PARTY_MEMBER; kind <= PARTY_RUN; kind++) {
        if (NAMES[kind] != NULL && strcmp(name + digits + 1, NAMES[kind]) == 0) {
            *ret_merchant = (uint32_t)merchant;
            *ret_kind = (enum party_kind)kind;
            return merchant <= UINT32_MAX;
        }
    }
    return false;
}

static struct slot_file *file_find(struct key_slots *slots, uint32_t merchant,
                                   enum party_kind kind)
{
    for (size_t i = 0; i < FILE_MAX; i++) {
        if (slots->files[i].kind == kind && slots->files[i].merchant == merchant) {
            return &slots->files[i];
        }
    }
    return NULL;
}

/* A place for one more file, closing another when all are taken. Under the lock for writing. */
static struct slot_file *file_place(struct key_slots *slots)
{
    struct slot_file *file = file_find(slots, 0, PARTY_NONE);
    for (size_t i = 0; file == NULL && i < FILE_MAX; i++) {
        struct slot_file *evicted = &slots->files[slots->next_evicted];
        slots->next_evicted = (slots->next_evicted + 1) % FILE_MAX;
        if (!evicted->unsynced) {
            close(evicted->fd);
            *evicted = (struct slot_file){.kind = PARTY_NONE};
            file = evicted;
        }
    }
    assert(file != NULL);
    return file;
}

/* Opens the file into the table: STORE_OK (it may be gone again when looked for), STORE_ABSENT,
 * STORE_FULL, STORE_FAULT. */
static enum store_result file_open(struct key_slots *slots, uint32_t merchant,
                                   enum party_kind kind, bool make)
{
    assert(kind == PARTY_MEMBER || kind == PARTY_GUIDE || kind == PARTY_RUN);
    char name[NAME_BYTES], path[FOLDER_PATH_BYTES];
    snprintf(name, sizeof name, "%lu.%s", (unsigned long)merchant, NAMES[kind]);
    if (!folder_path(path, slots->folder, name)) {
        return STORE_FAULT;
    }
    bool made = false;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        if (!make) {
            return STORE_ABSENT;
        }
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        made = true;
    }
    if (fd < 0) {
        return errno == ENOSPC || errno == EDQUOT ? STORE_FULL : STORE_FAULT;
    }
    pthread_rwlock_wrlock(&slots->lock);
    if (file_find(slots, merchant, kind) != NULL) {
        close(fd); /* another thread was quicker */
    } else {
        *file_place(slots) = (struct slot_file){.merchant = merchant, .kind = kind, .fd = fd};
    }
    pthread_rwlock_unlock(&slots->lock);
    if (made) {
        slots->folder_unsynced = true;
    }
    return STORE_OK;
}

/* Finds or opens the file. With STORE_OK the lock is held for reading: the caller lets it go. */
static enum store_result file_hold(struct key_slots *slots, uint32_t merchant,
                                   enum party_kind kind, bool make, struct slot_file **ret_file)
{
    for (;;) {
        pthread_rwlock_rdlock(&slots->lock);
        struct slot_file *file = file_find(slots, merchant, kind);
        if (file != NULL) {
            *ret_file = file;
            return STORE_OK;
        }
        pthread_rwlock_unlock(&slots->lock);
        enum store_result result = file_open(slots, merchant, kind, make);
        if (result != STORE_OK) {
            return result;
        }
    }
}

static off_t slot_offset(struct party party)
{
    return (off_t)party.number * KEY_SLOT_BYTES;
}

enum store_result key_slots_read(struct key_slots *slots, uint32_t merchant, struct party party,
                                 uint8_t ret_slot[KEY_SLOT_BYTES])
{
    struct slot_file *file;
    enum store_result result = file_hold(slots, merchant, party.kind, false, &file);
    if (result != STORE_OK) {
        return result;
    }
    uint8_t slot[KEY_SLOT_BYTES];
    ssize_t got = pread(file->fd, slot, sizeof slot, slot_offset(party));
    pthread_rwlock_unlock(&slots->lock);
    if (got < 0) {
        return STORE_FAULT;
    }
    if ((size_t)got < sizeof slot || sodium_is_zero(slot, sizeof slot)) {
        return STORE_ABSENT; /* a slot cut off was never synced, so never committed */
    }
    memcpy(ret_slot, slot, sizeof slot);
    return STORE_OK;
}

/* A slot that is just being written may be read half old and half new, and one that was wrapped
 * anew since it was read may name a key that was dropped since: both are another when read
 * again. */
enum store_result key_slots_data_key(struct key_slots *slots, uint32_t merchant,
                                     struct party party, uint8_t ret_data_key[DATA_KEY_BYTES])
{
    uint8_t slot[KEY_SLOT_BYTES], before[KEY_SLOT_BYTES] = {0};
    for (int i = 0; i < REREADS_MAX; i++) {
        enum store_result result = key_slots_read(slots, merchant, party, slot);
        if (result == STORE_OK) {
            result = key_slots_unwrap(slots, merchant, party, slot, ret_data_key);
        }
        if (result != STORE_DAMAGED || memcmp(slot, before, sizeof slot) == 0) {
            return result;
        }
        memcpy(before, slot, sizeof before);
    }
    return STORE_DAMAGED;
}

enum store_result key_slots_read_range(struct key_slots *slots, uint32_t merchant,
                                       enum party_kind kind, uint32_t first, size_t count,
                                       uint8_t *ret_slots, size_t *ret_count)
{
    struct slot_file *file;
    enum store_result result = file_hold(slots, merchant, kind, false, &file);
    if (result == STORE_ABSENT) {
        *ret_count = 0;
        return STORE_OK;
    }
    if (result != STORE_OK) {
        return result;
    }
    size_t size = 0, wanted = count * KEY_SLOT_BYTES;
    ssize_t got = 1;
    while (got > 0 && size < wanted) {
        got = pread(file->fd, ret_slots + size, wanted - size,
                    (off_t)first * KEY_SLOT_BYTES + (off_t)size);
        size += got > 0 ? (size_t)got : 0;
    }
    pthread_rwlock_unlock(&slots->lock);
    if (got < 0) {
        return STORE_FAULT;
    }
    *ret_count = size / KEY_SLOT_BYTES;
    return STORE_OK;
}

enum store_result key_slots_write_range(struct key_slots *slots, uint32_t merchant,
                                        enum party_kind kind, uint32_t first, size_t count,
                                        const uint8_t *from)
{
    struct slot_file *file;
    enum store_result result = file_hold(slots, merchant, kind, true, &file);
    if (result != STORE_OK) {
        return result;
    }
    size_t size = count * KEY_SLOT_BYTES;
    pthread_mutex_lock(&slots->writing);
    ssize_t written = pwrite(file->fd, from, size, (off_t)first * KEY_SLOT_BYTES);
    int reason = errno;
    pthread_mutex_unlock(&slots->writing);
    file->unsynced = true; /* only the writer's thread looks at it */
    pthread_rwlock_unlock(&slots->lock);
    if (written == (ssize_t)size) {
        return STORE_OK;
    }
    /* A short write means a disk that is just full. */
    return written >= 0 || reason == ENOSPC || reason == EDQUOT ? STORE_FULL : STORE_FAULT;
}

enum store_result key_slots_write(struct key_slots *slots, uint32_t merchant, struct party party,
                                  const uint8_t slot[KEY_SLOT_BYTES])
{
    return key_slots_write_range(slots, merchant, party.kind, party.number, 1, slot);
}

enum store_result key_slots_count(struct key_slots *slots, uint32_t merchant, enum party_kind kind,
                                  uint32_t *ret_count)
{
    struct slot_file *file;
    struct stat found;
    enum store_result result = file_hold(slots, merchant, kind, false, &file);
    if (result == STORE_ABSENT) {
        *ret_count = 0;
        return STORE_OK;
    }
    if (result != STORE_OK) {
        return result;
    }
    int failed = fstat(file->fd, &found);
    pthread_rwlock_unlock(&slots->lock);
    if (failed != 0) {
        return STORE_FAULT;
    }
    *ret_count = (uint32_t)(found.st_size / KEY_SLOT_BYTES);
    return STORE_OK;
}

void key_slots_hold(struct key_slots *slots)
{
    pthread_mutex_lock(&slots->writing);
}

void key_slots_release(struct key_slots *slots)
{
    pthread_mutex_unlock(&slots->writing);
}

enum store_result key_slots_sync(struct key_slots *slots)
{
    struct slot_file *unsynced[FILE_MAX];
    size_t count = 0;
    pthread_rwlock_rdlock(&slots->lock);
    for (size_t i = 0; i < FILE_MAX; i++) {
        if (slots->files[i].unsynced) {
            unsynced[count++] = &slots->files[i];
        }
    }
    pthread_rwlock_unlock(&slots->lock);
    /* Without the lock, so that readers go on: what is unsynced is never closed. */
    for (size_t i = 0; i < count; i++) {
        if (fdatasync(unsynced[i]->fd) != 0) {
            return STORE_FAULT;
        }
    }
    pthread_rwlock_wrlock(&slots->lock);
    for (size_t i = 0; i < count; i++) {
        unsynced[i]->unsynced = false;
    }
    pthread_rwlock_unlock(&slots->lock);
    if (slots->folder_unsynced && !folder_sync(slots->folder)) {
        return STORE_FAULT;
    }
    slots->folder_unsynced = false;
    return STORE_OK;
}
