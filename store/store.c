/* Opening narrates: folder, its file system, lock, master key, folders, engine, own record,
 * wrapping keys, key slots, erasure list.
 *
 * Ways it fails: somebody else holds the lock (STORE_CONFLICT); the folder can't be made or read,
 * or comes over a network (STORE_FAULT); no room for a new store (STORE_FULL); a restore cut
 * short, master.key missing, of another store or of another size, a newer schema, a damaged journal
 * (STORE_DAMAGED). Each says so in a sentence, and what was opened is closed again. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <sodium.h>

#include "store/erasure_list.h"
#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/kv_lmdb.h"
#include "store/local_disk.h"
#include "store/rewrap.h"
#include "store/store_inner.h"

enum store_result store_say(char ret_message[STORE_MESSAGE_BYTES], enum store_result result,
                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ret_message, STORE_MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    return result;
}

enum store_result store_say_errno(char ret_message[STORE_MESSAGE_BYTES], const char *what,
                                  const char *path)
{
    char buffer[96];
    bool full = errno == ENOSPC || errno == EDQUOT;
    const char *reason = strerror_r(errno, buffer, sizeof buffer);
    /* A long path is cut at its end, so that the reason stays. */
    return store_say(ret_message, full ? STORE_FULL : STORE_FAULT, "%s %.100s: %s.", what, path,
                     reason);
}

enum store_result store_check_disk(const char *path, char ret_message[STORE_MESSAGE_BYTES])
{
    /* The names in it may be mounts or links of their own. */
    static const char *const names[] = {"", STORE_ENGINE_NAME, STORE_KEYS_NAME,
                                        STORE_ERASURES_NAME, STORE_RING_NAME};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char place[FOLDER_PATH_BYTES];
        const char *kind;
        if (!folder_path(place, path, names[i])) {
            return store_say_errno(ret_message, "Can't use the folder", path);
        }
        if (!local_disk_holds(place, &kind)) {
            return store_say(ret_message, STORE_FAULT, "%.100s is on a file system of the network "
                             "(%s), which can lose what was acknowledged: choose a folder on a "
                             "disk of this machine.", i == 0 ? path : place, kind);
        }
    }
    return STORE_OK;
}

enum store_result store_say_journal(char ret_message[STORE_MESSAGE_BYTES], const char *path,
                                    uint64_t damaged_commit)
{
    return store_say(ret_message, STORE_DAMAGED, "The journal in %.100s is damaged at commit %llu, "
                     "or master.key is not the key of this store: put your copy of the right one "
                     "in its place, else take another backup.", path,
                     (unsigned long long)damaged_commit);
}

enum store_result store_lock(const char *path, int *ret_fd, char ret_message[STORE_MESSAGE_BYTES])
{
    char file[FOLDER_PATH_BYTES];
    if (!folder_path(file, path, STORE_LOCK_NAME)) {
        return store_say_errno(ret_message, "Can't use the folder", path);
    }
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return store_say_errno(ret_message, "Can't open", file);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *ret_fd = fd;
        return STORE_OK;
    }
    enum store_result result;
    if (errno == EWOULDBLOCK) {
        result = store_say(ret_message, STORE_CONFLICT, "Another Beckon uses the folder %.100s: "
                           "stop it first, or choose another folder.", path);
    } else {
        result = store_say_errno(ret_message, "Can't lock", file);
    }
    close(fd);
    return result;
}

/* A restore that was cut short has no store yet, and one made now would be in its way. */
static enum store_result restored_check(const struct store *store,
                                        char ret_message[STORE_MESSAGE_BYTES])
{
    char restoring[FOLDER_PATH_BYTES], engine_file[FOLDER_PATH_BYTES];
    if (!folder_path(restoring, store->path, STORE_RESTORING_NAME) ||
        !folder_path(engine_file, store->path, STORE_ENGINE_FILE)) {
        return store_say_errno(ret_message, "Can't use the folder", store->path);
    }
    if (!folder_has(restoring)) {
        return STORE_OK;
    }
    if (!folder_has(engine_file)) {
        return store_say(ret_message, STORE_DAMAGED, "A restore into %.100s was cut short: run it "
                         "again.", store->path);
    }
    /* Cut short behind its last rename: it is empty. */
    return rmdir(restoring) == 0 ? STORE_OK
                                 : store_say_errno(ret_message, "Can't delete", restoring);
}

/* Makes the folder where there is none, and takes it for this process. */
static enum store_result folder_take(struct store *store, char ret_message[STORE_MESSAGE_BYTES])
{
    /* Synced even when it was found: whoever made it may have died before he did. A folder above it
     * that we may not open is older than that. */
    if (!folder_make(store->path) || (!folder_sync_parent(store->path) && errno == EIO)) {
        return store_say_errno(ret_message, "Can't make or use the folder", store->path);
    }
    enum store_result result = store_check_disk(store->path, ret_message);
    if (result == STORE_OK) {
        result = store_lock(store->path, &store->lock_fd, ret_message);
    }
    return result == STORE_OK ? restored_check(store, ret_message) : result;
}

/* Reads master.key, or makes it where there is no store that would need the lost one. */
static enum store_result master_open(struct store *store, char ret_message[STORE_MESSAGE_BYTES])
{
    char key_path[FOLDER_PATH_BYTES], engine_file[FOLDER_PATH_BYTES];
    if (!folder_path(key_path, store->path, STORE_MASTER_KEY_NAME) ||
        !folder_path(engine_file, store->path, STORE_ENGINE_FILE)) {
        return store_say_errno(ret_message, "Can't use the folder", store->path);
    }
    enum store_result result = secrets_read(key_path, &store->secrets);
    if (result == STORE_ABSENT) {
        if (folder_has(engine_file)) {
            return store_say(ret_message, STORE_DAMAGED, "master.key is missing in %.100s: put "
                             "your copy of it there (a backup doesn't hold it).", store->path);
        }
        result = secrets_make(key_path);
        if (result == STORE_OK) {
            result = secrets_read(key_path, &store->secrets);
        }
    }
    if (result == STORE_DAMAGED) {
        return store_say(ret_message, result, "%.100s is not a master key (it has to have %d "
                         "bytes): put your copy of the right one in its place.", key_path,
                         MASTER_KEY_BYTES);
    }
    /* Synced even when it was found: whoever made it may have died before he did. */
    if (result != STORE_OK || !folder_sync(store->path)) {
        return store_say_errno(ret_message, "Can't read or make", key_path);
    }
    return STORE_OK;
}

static enum store_result engine_open(struct store *store, const struct store_options *options,
                                     char ret_message[STORE_MESSAGE_BYTES])
{
    char path[FOLDER_PATH_BYTES];
    if (!folder_path(path, store->path, STORE_ENGINE_NAME) || !folder_make(path)) {
        return store_say_errno(ret_message, "Can't make a folder in", store->path);
    }
    enum store_result result;
    uint64_t damaged_commit = 0;
    errno = 0;
    if (options->engine_open != NULL) {
        result = options->engine_open(path, store->secrets.checksum_key, &store->kv);
    } else {
        struct kv_lmdb_options lmdb = {
            .path = path,
            .map_bytes = options->map_bytes,
            .headroom_bytes = options->headroom_bytes,
            .buffer_bytes = options->buffer_bytes,
            .reader_max = options->reader_max,
            .checksum_key = store->secrets.checksum_key,
            .ret_damaged_commit = &damaged_commit,
        };
        result = kv_lmdb_open(&lmdb, &store->kv);
    }
    if (result == STORE_FULL) {
        return store_say(ret_message, result, "The disk is full: Beckon keeps %llu MiB free in "
                         "%.100s; make room there.",
                         (unsigned long long)(options->headroom_bytes >> 20), path);
    }
    if (result == STORE_DAMAGED) {
        return store_say_journal(ret_message, path, damaged_commit);
    }
    if (result != STORE_OK) {
        return store_say(ret_message, STORE_FAULT, "Can't open the database in %.100s: look at "
                         "its owner and rights, and at the disk; else restore a backup.", path);
    }
    return STORE_OK;
}

const char *store_temporary_folder(struct store *store)
{
    return folder_make(store->temporary) ? store->temporary : NULL;
}

enum store_result store_erasures_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                                      struct erasure_list **ret_list,
                                      char ret_message[STORE_MESSAGE_BYTES])
{
    char list[FOLDER_PATH_BYTES];
    if (!folder_path(list, path, STORE_ERASURES_NAME)) {
        return store_say_errno(ret_message, "Can't use the folder", path);
    }
    enum store_result result = erasure_list_open(list, id, ret_list);
    if (result == STORE_DAMAGED) {
        return store_say(ret_message, result, "%.100s is not the erasure list of this store: put "
                         "the right one there, or move it away if it is another store's.", list);
    }
    return result == STORE_OK ? result
                              : store_say_errno(ret_message, "Can't open the erasure list", list);
}

enum store_result store_open(const struct store_options *options, struct store **ret_store,
                             bool *ret_created, char ret_message[STORE_MESSAGE_BYTES])
{
    if (secrets_start() != STORE_OK) {
        return store_say(ret_message, STORE_FAULT, "The system gives no random numbers.");
    }
    if (strlen(options->path) >= FOLDER_PATH_BYTES) {
        errno = ENAMETOOLONG;
        return store_say_errno(ret_message, "Can't use the folder", options->path);
    }
    struct store *store = calloc(1, sizeof *store);
    if (store != NULL) {
        store->rosters = roster_cache_new();
        store->programs = programs_kept_new();
    }
    if (store == NULL || store->rosters == NULL || store->programs == NULL) {
        if (store != NULL) {
            roster_cache_free(store->rosters);
            programs_kept_free(store->programs);
        }
        free(store);
        return store_say(ret_message, STORE_FAULT, "There is no memory left.");
    }
    store->lock_fd = -1;
    atomic_init(&store->backup_runs, false);
    memcpy(store->path, options->path, strlen(options->path));
    if (!folder_path(store->temporary, store->path, STORE_TEMPORARY_NAME)) {
        enum store_result named = store_say_errno(ret_message, "Can't use the folder",
                                                  options->path);
        store_close(store);
        return named;
    }

    bool created = false;
    enum store_result result = folder_take(store, ret_message);
    if (result == STORE_OK) {
        result = master_open(store, ret_message);
    }
    if (result == STORE_OK) {
        result = engine_open(store, options, ret_message);
    }
    if (result == STORE_OK) {
        result = store_meta_check(store->kv, &store->secrets, true, store->id, &created,
                                  ret_message);
    }
    if (result == STORE_OK) {
        result = store_keys_open(store, ret_message);
    }
    if (result == STORE_OK) {
        result = store_erasures_open(store->path, store->id, &store->erasure_list, ret_message);
    }
    if (result != STORE_OK) {
        store_close(store);
        return result;
    }
    *ret_created = created;
    *ret_store = store;
    return STORE_OK;
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    assert(!atomic_load(&store->backup_runs));
    erasure_list_close(store->erasure_list);
    rewrap_close(store->rewrap);
    key_slots_close(store->key_slots);
    keyring_close(store->keyring);
    kv_destroy(store->kv);
    secrets_forget(&store->secrets);
    roster_cache_free(store->rosters);
    programs_kept_free(store->programs);
    if (store->lock_fd >= 0) {
        close(store->lock_fd); /* last: the next instance may start from here */
    }
    free(store);
}

struct kv *store_kv(struct store *store)
{
    return store->kv;
}

struct key_slots *store_key_slots(struct store *store)
{
    return store->key_slots;
}

struct erasure_list *store_erasure_list(struct store *store)
{
    return store->erasure_list;
}

const uint8_t *store_id(const struct store *store)
{
    return store->id;
}

void store_hash(const struct store *store, enum store_hash_purpose purpose, struct bytes input,
                uint8_t *ret_hash, size_t size)
{
    assert(purpose >= 1 && (unsigned)purpose <= HASH_PURPOSE_COUNT);
    assert(size >= crypto_generichash_BYTES_MIN && size <= crypto_generichash_BYTES_MAX);
    const uint8_t *key = store->secrets.hash_keys[purpose - 1];
    int code = crypto_generichash(ret_hash, size, input.data, input.size, key,
                                  sizeof store->secrets.hash_keys[0]);
    assert(code == 0);
    (void)code;
}

void store_digest(struct bytes input, uint8_t ret_hash[HASH_BYTES])
{
    int code = crypto_generichash(ret_hash, HASH_BYTES, input.data, input.size, NULL, 0);
    assert(code == 0);
    (void)code;
}
