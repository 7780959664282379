/* Putting a backup into a folder, offline.
 *
 * Happy path: lock DATA -> make DATA/restoring -> check MANIFEST -> master key there (or brought)
 * -> copy every file into DATA/restoring, checking its hash on the way -> open that database with
 * the key -> the erasure list is its own, the wrapping key it names is there -> rename keys, then
 * store. The last rename makes it a store; a crash before it leaves a folder without one, in which
 * store_open makes none as long as DATA/restoring is there, and restore can be run again.
 * Ways it fails: DATA has a store, is in use or comes over a network; no or another master.key or
 * wrapping key; MANIFEST or a file is damaged; a newer schema; disk full. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/erasure_list.h"
#include "store/keyring.h"
#include "store/kv_lmdb.h"
#include "store/manifest.h"
#include "store/store_inner.h"

struct restore {
    const char *backup, *data;
    char restoring[FOLDER_PATH_BYTES];
    char master_key[FOLDER_PATH_BYTES];
    const struct store_brought *brought;
    uint32_t wrapping; /* generation of the wrapping key its slots need */
    bool list_made;
    struct secrets secrets;
};

/* Deletes what a restore that was cut short has copied; not the folder, which keeps a start from
 * making a store. */
static bool empty_restoring(const struct restore *restore)
{
    static const char *const names[] = {STORE_ENGINE_NAME, STORE_KEYS_NAME, STORE_ERASURES_NAME};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[FOLDER_PATH_BYTES];
        if (!folder_path(path, restore->restoring, names[i]) || !folder_remove(path)) {
            return false;
        }
    }
    return true;
}

/* Refuses a folder that has a store, or key slots a restored store would be mixed with; else makes
 * DATA/restoring. */
static enum store_result check_target(struct restore *restore,
                                      char ret_message[STORE_MESSAGE_BYTES])
{
    char engine[FOLDER_PATH_BYTES], keys[FOLDER_PATH_BYTES];
    if (!folder_path(engine, restore->data, STORE_ENGINE_NAME) ||
        !folder_path(keys, restore->data, STORE_KEYS_NAME) ||
        !folder_path(restore->restoring, restore->data, STORE_RESTORING_NAME) ||
        !folder_path(restore->master_key, restore->data, STORE_MASTER_KEY_NAME)) {
        return store_say_errno(ret_message, "Can't use the folder", restore->data);
    }
    /* Empty folders may go: a first start that failed leaves them. */
    if (rmdir(engine) != 0 && errno != ENOENT) {
        return store_say(ret_message, STORE_FAULT, "%.100s holds a store already: move it away, or "
                         "restore into another folder.", restore->data);
    }
    /* A restore that was cut short: the slots are its own, since it began without any. */
    if (folder_has(restore->restoring) && (!folder_remove(keys) || !empty_restoring(restore))) {
        return store_say_errno(ret_message, "Can't delete what a restore left in", restore->data);
    }
    if (rmdir(keys) != 0 && errno != ENOENT) {
        return store_say(ret_message, STORE_FAULT, "%.100s is not empty but belongs to no store: "
                         "move it away.", keys);
    }
    return folder_make(restore->restoring)
               ? STORE_OK
               : store_say_errno(ret_message, "Can't make a folder in", restore->data);
}

static enum store_result take_master_key(struct restore *restore, const char *master_key_path,
                                         char ret_message[STORE_MESSAGE_BYTES])
{
    if (master_key_path != NULL && !folder_has(restore->master_key)) {
        enum store_result copied = secrets_copy(master_key_path, restore->master_key);
        if (copied == STORE_DAMAGED) {
            return store_say(ret_message, copied, "%.100s is not a master key (it has to have %d "
                             "bytes).", master_key_path, MASTER_KEY_BYTES);
        }
        if (copied != STORE_OK) {
            return store_say_errno(ret_message, "Can't copy the master key", master_key_path);
        }
    }
    enum store_result result = secrets_read(restore->master_key, &restore->secrets);
    if (result == STORE_ABSENT) {
        return store_say(ret_message, STORE_DAMAGED, "A backup doesn't hold master.key: put your "
                         "copy of it into %.100s, or say where it is.", restore->data);
    }
    if (result != STORE_OK) {
        return store_say(ret_message, STORE_DAMAGED, "%.100s is not a readable master key of %d "
                         "bytes.", restore->master_key, MASTER_KEY_BYTES);
    }
    return STORE_OK;
}

static enum store_result copy_file(const struct restore *restore,
                                   const struct manifest_file *file,
                                   char ret_message[STORE_MESSAGE_BYTES])
{
    char from[FOLDER_PATH_BYTES], to[FOLDER_PATH_BYTES];
    uint8_t hash[HASH_BYTES];
    uint64_t size;
    if (!folder_path(from, restore->backup, file->name) ||
        !folder_path(to, restore->restoring, file->name) || !file_copy(from, to, &size, hash)) {
        return store_say_errno(ret_message, "Can't copy", file->name);
    }
    if (size != file->size || memcmp(hash, file->hash, sizeof hash) != 0) {
        return store_say(ret_message, STORE_DAMAGED, "The backup's file %s is damaged: use another "
                         "backup.", file->name);
    }
    return STORE_OK;
}

static enum store_result copy_files(struct restore *restore, const char *text,
                                    char ret_message[STORE_MESSAGE_BYTES])
{
    struct manifest_reader reader;
    struct manifest_file file;
    unsigned schema;
    bool has_engine = false;
    if (manifest_read(text, &reader, &schema) != STORE_OK) {
        return store_say(ret_message, STORE_DAMAGED, "The backup's MANIFEST is damaged: use "
                         "another backup.");
    }
    if (schema > STORE_SCHEMA_VERSION) {
        return store_say(ret_message, STORE_DAMAGED, "The backup was made by a newer Beckon "
                         "(schema version %u, this one knows %d): install that version.", schema,
                         STORE_SCHEMA_VERSION);
    }
    enum store_result result;
    while ((result = manifest_next(&reader, &file)) == STORE_OK) {
        has_engine = has_engine || strcmp(file.name, STORE_ENGINE_FILE) == 0;
        result = copy_file(restore, &file, ret_message);
        if (result != STORE_OK) {
            return result;
        }
    }
    if (result == STORE_ABSENT && has_engine) {
        result = manifest_next_wrapping(&reader, &restore->wrapping);
    } else {
        result = STORE_DAMAGED;
    }
    if (result == STORE_DAMAGED) {
        return store_say(ret_message, STORE_DAMAGED, "The backup's MANIFEST is damaged: use "
                         "another backup.");
    }
    return STORE_OK;
}

static enum store_result read_manifest(const struct restore *restore, char **ret_text,
                                       char ret_message[STORE_MESSAGE_BYTES])
{
    char path[FOLDER_PATH_BYTES];
    size_t size;
    char *text = calloc(1, MANIFEST_BYTES_MAX + 1); /* its last byte stays NUL */
    if (text == NULL) {
        return store_say(ret_message, STORE_FAULT, "There is no memory left.");
    }
    if (!folder_path(path, restore->backup, STORE_MANIFEST_NAME) ||
        !file_read(path, text, MANIFEST_BYTES_MAX, &size)) {
        free(text);
        return store_say_errno(ret_message, "This is no whole backup, can't read its MANIFEST",
                               restore->backup);
    }
    *ret_text = text;
    return STORE_OK;
}

/* The erasure list that is there, or is brought, must be this store's. */
static enum store_result take_erasures(struct restore *restore, const uint8_t *id,
                                       char ret_message[STORE_MESSAGE_BYTES])
{
    char path[FOLDER_PATH_BYTES];
    uint8_t hash[HASH_BYTES];
    uint64_t size;
    struct erasure_list *list;
    if (!folder_path(path, restore->data, STORE_ERASURES_NAME)) {
        return store_say_errno(ret_message, "Can't use the folder", restore->data);
    }
    bool there = folder_has(path);
    if (!there && restore->brought->erasures != NULL) {
        /* Whole or not there: half a list would be taken for one that names fewer. */
        char fresh[FOLDER_PATH_BYTES];
        if (!folder_path(fresh, restore->restoring, STORE_ERASURES_NAME) ||
            !file_copy(restore->brought->erasures, fresh, &size, hash) ||
            rename(fresh, path) != 0) {
            return store_say_errno(ret_message, "Can't copy the erasure list",
                                   restore->brought->erasures);
        }
        there = true;
    }
    enum store_result result = store_erasures_open(restore->data, id, &list, ret_message);
    if (result == STORE_OK) {
        erasure_list_close(list);
        restore->list_made = !there;
    }
    return result;
}

/* The wrapping key of the backup is there, or is brought. */
static enum store_result take_wrapping_key(struct restore *restore, const uint8_t *id,
                                           char ret_message[STORE_MESSAGE_BYTES])
{
    struct keyring *ring;
    enum store_result result = store_keyring_open(restore->data, id, &restore->secrets, &ring,
                                                  ret_message);
    if (result != STORE_OK) {
        return result;
    }
    if (restore->brought->wrapping_keys != NULL) {
        result = keyring_merge(ring, restore->brought->wrapping_keys);
        if (result == STORE_DAMAGED || result == STORE_ABSENT) {
            store_say(ret_message, result, "%.100s is not a file of wrapping keys.",
                      restore->brought->wrapping_keys);
        } else if (result != STORE_OK) {
            store_say_errno(ret_message, "Can't copy the wrapping keys",
                            restore->brought->wrapping_keys);
        }
    }
    if (result == STORE_OK && !keyring_has(ring, restore->wrapping)) {
        result = store_say(ret_message, STORE_DAMAGED, "The backup needs wrapping key %lu: put "
                           "your copy of wrapping.keys of that time into %.100s, or say where it "
                           "is.",
                           (unsigned long)restore->wrapping, restore->data);
    }
    keyring_close(ring);
    return result == STORE_ABSENT ? STORE_DAMAGED : result;
}

/* Opens the copied database: is it one, and is master.key its key? */
static enum store_result try_engine(struct restore *restore, const char *engine,
                                    char ret_message[STORE_MESSAGE_BYTES])
{
    uint64_t damaged_commit = 0;
    struct kv_lmdb_options options = {
        .path = engine,
        .reader_max = 1,
        .checksum_key = restore->secrets.checksum_key,
        .ret_damaged_commit = &damaged_commit,
    };
    struct kv *kv;
    enum store_result result = kv_lmdb_open(&options, &kv);
    if (result == STORE_DAMAGED) {
        return store_say_journal(ret_message, engine, damaged_commit);
    }
    if (result != STORE_OK) {
        return store_say(ret_message, STORE_DAMAGED, "The backup's database can't be opened: use "
                         "another backup.");
    }
    uint8_t id[STORE_ID_BYTES];
    bool created;
    result = store_meta_check(kv, &restore->secrets, false, id, &created, ret_message);
    kv_destroy(kv);
    if (result == STORE_OK) {
        result = take_erasures(restore, id, ret_message);
    }
    return result == STORE_OK ? take_wrapping_key(restore, id, ret_message) : result;
}

/* Fills DATA/restoring and renames what is in it into place. */
static enum store_result put_in_place(struct restore *restore, const char *text,
                                      char ret_message[STORE_MESSAGE_BYTES])
{
    char engine[FOLDER_PATH_BYTES], keys[FOLDER_PATH_BYTES];
    char engine_to[FOLDER_PATH_BYTES], keys_to[FOLDER_PATH_BYTES];
    if (!folder_path(engine, restore->restoring, STORE_ENGINE_NAME) ||
        !folder_path(keys, restore->restoring, STORE_KEYS_NAME) ||
        !folder_path(engine_to, restore->data, STORE_ENGINE_NAME) ||
        !folder_path(keys_to, restore->data, STORE_KEYS_NAME) ||
        !folder_make(engine) || !folder_make(keys)) {
        return store_say_errno(ret_message, "Can't make a folder in", restore->data);
    }
    enum store_result result = copy_files(restore, text, ret_message);
    if (result == STORE_OK) {
        result = try_engine(restore, engine, ret_message);
    }
    if (result != STORE_OK) {
        return result;
    }
    if (!folder_sync(engine) || !folder_sync(keys) || rename(keys, keys_to) != 0 ||
        !folder_sync(restore->data) || rename(engine, engine_to) != 0 ||
        !folder_sync(restore->data) || rmdir(restore->restoring) != 0 ||
        !folder_sync(restore->data)) {
        return store_say_errno(ret_message, "Can't put the store into", restore->data);
    }
    return STORE_OK;
}

static enum store_result fill(struct restore *restore, char **ret_text,
                              char ret_message[STORE_MESSAGE_BYTES])
{
    enum store_result result = read_manifest(restore, ret_text, ret_message);
    if (result == STORE_OK) {
        result = take_master_key(restore, restore->brought->master_key, ret_message);
    }
    return result == STORE_OK ? put_in_place(restore, *ret_text, ret_message) : result;
}

enum store_result store_restore(const char *backup_path, const char *data_path,
                                const struct store_brought *brought, bool *ret_list_made,
                                char ret_message[STORE_MESSAGE_BYTES])
{
    struct restore restore = {.backup = backup_path, .data = data_path, .brought = brought,
                              .wrapping = KEYRING_FIRST_GENERATION};
    char *text = NULL;
    int lock_fd = -1;
    if (secrets_start() != STORE_OK) {
        return store_say(ret_message, STORE_FAULT, "The system gives no random numbers.");
    }
    if (!folder_make(data_path)) {
        return store_say_errno(ret_message, "Can't make or use the folder", data_path);
    }
    enum store_result result = store_check_disk(data_path, ret_message);
    if (result == STORE_OK) {
        result = store_lock(data_path, &lock_fd, ret_message);
    }
    if (result != STORE_OK) {
        return result;
    }
    result = check_target(&restore, ret_message);
    if (result == STORE_OK) {
        result = fill(&restore, &text, ret_message);
        if (result != STORE_OK && !folder_remove(restore.restoring)) {
            errno = 0; /* the sentence says what went wrong first; the next restore deletes it */
        }
    }
    if (result == STORE_OK) *ret_list_made = restore.list_made;
    free(text);
    secrets_forget(&restore.secrets);
    close(lock_fd);
    return result;
}
