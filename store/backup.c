/* A backup of a live store.
 *
 * Happy path: a folder under a temporary name beside `path` -> the engine's snapshot -> the key
 * slots -> MANIFEST -> everything synced -> renamed. The slots come second, so that no party of
 * the snapshot lacks its slot. Which wrapping key they need is written down; the key itself is
 * no part of it. Ways it fails: the name is taken, one runs already
 * (STORE_CONFLICT); disk full; I/O. The temporary folder is deleted again; after a crash one of
 * the name PATH.XXXXXX may stay. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/key_slots_copy.h"
#include "store/keyring.h"
#include "store/manifest.h"
#include "store/store_inner.h"

/* The file's path in the backup; false (errno) when a name is too long. */
static bool begin_file(const char *backup, const char *name, char ret_path[FOLDER_PATH_BYTES],
                       struct manifest_file *ret_file)
{
    if (!folder_path(ret_path, backup, name) || strlen(name) >= sizeof ret_file->name) {
        errno = ENAMETOOLONG;
        return false;
    }
    *ret_file = (struct manifest_file){0};
    memcpy(ret_file->name, name, strlen(name));
    return true;
}

/* Hashes a file that is in the backup already and lists it. */
static bool add_file(const char *backup, const char *name, struct manifest *manifest,
                     uint64_t *ret_total)
{
    struct manifest_file file;
    char path[FOLDER_PATH_BYTES];
    bool ok = begin_file(backup, name, path, &file) &&
              file_copy(path, NULL, &file.size, file.hash);
    if (ok) {
        manifest_add(manifest, &file);
        *ret_total += file.size;
    }
    return ok;
}

/* Copies a file of slots, wrapped under one key, and lists it. */
static bool add_slots(struct store *store, const char *backup, const char *found,
                      uint32_t generation, struct manifest *manifest, uint64_t *ret_total)
{
    struct manifest_file file;
    char path[FOLDER_PATH_BYTES], name[MANIFEST_NAME_BYTES];
    uint32_t merchant;
    enum party_kind kind;
    if (!key_slots_file(found, &merchant, &kind)) {
        return true; /* the journal of a rotation */
    }
    snprintf(name, sizeof name, STORE_KEYS_NAME "/%.32s", found);
    bool ok = begin_file(backup, name, path, &file) &&
              key_slots_copy(store->key_slots, merchant, kind, generation, path, &file.size,
                             file.hash);
    if (ok) {
        manifest_add(manifest, &file);
        *ret_total += file.size;
    }
    return ok;
}

static bool copy_slots(struct store *store, const char *backup, uint32_t generation,
                       struct manifest *manifest, uint64_t *ret_total)
{
    char from_folder[FOLDER_PATH_BYTES], to_folder[FOLDER_PATH_BYTES];
    if (!folder_path(from_folder, store->path, STORE_KEYS_NAME) ||
        !folder_path(to_folder, backup, STORE_KEYS_NAME) || !folder_make(to_folder)) {
        return false;
    }
    DIR *folder = opendir(from_folder);
    if (folder == NULL) {
        return false;
    }
    bool ok = true;
    while (ok) {
        errno = 0;
        const struct dirent *found = readdir(folder);
        if (found == NULL) {
            ok = errno == 0;
            break;
        }
        ok = add_slots(store, backup, found->d_name, generation, manifest, ret_total);
    }
    int reason = errno;
    closedir(folder);
    errno = reason;
    return ok && folder_sync(to_folder);
}

/* Everything up to the rename. */
static enum store_result fill(struct store *store, const char *backup, struct manifest *manifest,
                              uint64_t *ret_total, char ret_message[STORE_MESSAGE_BYTES])
{
    char engine[FOLDER_PATH_BYTES], manifest_path[FOLDER_PATH_BYTES];
    if (!folder_path(engine, backup, STORE_ENGINE_NAME) || !folder_make(engine) ||
        !folder_path(manifest_path, backup, STORE_MANIFEST_NAME)) {
        return store_say_errno(ret_message, "Can't make a folder in", backup);
    }
    errno = 0;
    enum store_result result = kv_backup(store->kv, engine);
    if (result != STORE_OK) {
        return result == STORE_FULL
                   ? store_say(ret_message, result, "The disk of the backup is full.")
                   : store_say(ret_message, STORE_FAULT, "The database can't be copied to %.100s: "
                               "look at the disk and its rights.", backup);
    }
    manifest_begin(manifest, store->id);
    /* No key is dropped from the ring while a backup runs: store_backup_runs. */
    uint32_t generation = keyring_current(store->keyring);
    if (!add_file(backup, STORE_ENGINE_FILE, manifest, ret_total) ||
        !copy_slots(store, backup, generation, manifest, ret_total)) {
        return store_say_errno(ret_message, "Can't write the backup", backup);
    }
    if (generation != KEYRING_FIRST_GENERATION) {
        manifest_add_wrapping(manifest, generation);
    }
    if (manifest_end(manifest) != STORE_OK) {
        return store_say(ret_message, STORE_FULL, "There are too many merchants for a backup.");
    }
    *ret_total += manifest->size;
    if (!file_make(manifest_path, manifest->text, manifest->size)) {
        return store_say_errno(ret_message, "Can't write", manifest_path);
    }
    return STORE_OK;
}

static enum store_result make_backup(struct store *store, const char *path, uint64_t *ret_bytes,
                                     char ret_message[STORE_MESSAGE_BYTES])
{
    char temporary[FOLDER_PATH_BYTES];
    int size = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (path[0] == '\0' || path[strlen(path) - 1] == '/' || size < 0 ||
        (size_t)size >= sizeof temporary) {
        return store_say(ret_message, STORE_FAULT, "A backup needs the name of a new folder, "
                         "without a slash at its end.");
    }
    if (folder_has(path)) {
        return store_say(ret_message, STORE_FAULT, "%.100s exists already: choose another name "
                         "for the backup.", path);
    }
    if (mkdtemp(temporary) == NULL) {
        return store_say_errno(ret_message, "Can't make the folder", path);
    }
    struct manifest manifest = {0};
    uint64_t total = 0;
    enum store_result result = fill(store, temporary, &manifest, &total, ret_message);
    manifest_free(&manifest);
    if (result == STORE_OK && rename(temporary, path) != 0) {
        result = store_say_errno(ret_message, "Can't name the backup", path);
    }
    if (result != STORE_OK) {
        if (!folder_remove(temporary)) {
            /* The sentence already says what went wrong first; what is left is named like it. */
            errno = 0;
        }
        return result;
    }
    if (!folder_sync_parent(path)) {
        return store_say_errno(ret_message, "Can't sync the folder of", path);
    }
    *ret_bytes = total;
    return STORE_OK;
}

enum store_result store_backup(struct store *store, const char *path, uint64_t *ret_bytes,
                               char ret_message[STORE_MESSAGE_BYTES])
{
    if (atomic_exchange(&store->backup_runs, true)) {
        return store_say(ret_message, STORE_CONFLICT, "A backup runs already: wait for it.");
    }
    enum store_result result = make_backup(store, path, ret_bytes, ret_message);
    atomic_store(&store->backup_runs, false);
    return result;
}

bool store_backup_runs(struct store *store)
{
    return atomic_load(&store->backup_runs);
}
