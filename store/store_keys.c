/* Opening what the personal records are sealed with: the instance's record of wrapping keys, the
 * ring, the key slots, and what a rotation left half done. */
#include <dirent.h>
#include <errno.h>

#include "store/key_rotation.h"
#include "store/key_slots.h"
#include "store/keyring.h"
#include "store/reader.h"
#include "store/rewrap.h"
#include "store/store_inner.h"

static enum store_result rotation_read(struct store *store, struct key_rotation *ret,
                                       char ret_message[STORE_MESSAGE_BYTES])
{
    struct reader reader;
    enum store_result result = reader_open(store, &reader);
    if (result != STORE_OK)
        return store_say(ret_message, STORE_FAULT, "The store can't be read.");
    do result = key_rotation_get(&reader, ret);
    while (result == STORE_NEED && kv_fetch(reader.snapshot) == STORE_OK);
    reader_close(&reader);
    return result == STORE_OK
               ? result
               : store_say(ret_message, STORE_DAMAGED, "The store's record of its wrapping keys is "
                           "damaged: restore a backup.");
}

enum store_result store_keyring_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                                     const struct secrets *secrets, struct keyring **ret_ring,
                                     char ret_message[STORE_MESSAGE_BYTES])
{
    char file[FOLDER_PATH_BYTES];
    if (!folder_path(file, path, STORE_RING_NAME))
        return store_say_errno(ret_message, "Can't use the folder", path);
    enum store_result result = keyring_open(file, id, secrets, ret_ring);
    if (result == STORE_DAMAGED)
        return store_say(ret_message, result, "%.100s is not a file of wrapping keys: put your "
                         "copy of the right one in its place.", file);
    return result == STORE_OK ? result
                              : store_say_errno(ret_message, "Can't open the wrapping keys", file);
}

/* Start-up, with the ring at hand: slots, and the portion that was cut short. */
static enum store_result slots_open(struct store *store, char ret_message[STORE_MESSAGE_BYTES])
{
    char path[FOLDER_PATH_BYTES];
    if (folder_path(path, store->path, STORE_KEYS_NAME))
        store->key_slots = key_slots_open(path, store->keyring);
    if (store->key_slots == NULL || rewrap_open(path, store->key_slots, &store->rewrap) != STORE_OK)
        return store_say_errno(ret_message, "Can't open the key slots in", store->path);
    return STORE_OK;
}

/* Does a slot of this file name the generation? STORE_OK: none does; STORE_DAMAGED: one does. */
static enum store_result file_needs(struct store *store, uint32_t merchant, enum party_kind kind,
                                    uint32_t generation)
{
    enum { PORTION = 256 };
    uint8_t portion[PORTION * KEY_SLOT_BYTES];
    uint32_t first = 0;
    size_t count = PORTION;
    while (count == PORTION) {
        enum store_result result = key_slots_read_range(store->key_slots, merchant, kind, first,
                                                        PORTION, portion, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count; i++)
            if (key_slots_generation(portion + i * KEY_SLOT_BYTES) == generation)
                return STORE_DAMAGED;
        first += PORTION;
    }
    return STORE_OK;
}

/* The same of all files. */
static enum store_result any_needs(struct store *store, uint32_t generation)
{
    char path[FOLDER_PATH_BYTES];
    DIR *folder = folder_path(path, store->path, STORE_KEYS_NAME) ? opendir(path) : NULL;
    if (folder == NULL) return STORE_FAULT;
    enum store_result result = STORE_OK;
    const struct dirent *found;
    while (result == STORE_OK && (found = readdir(folder)) != NULL) {
        uint32_t merchant;
        enum party_kind kind;
        if (key_slots_file(found->d_name, &merchant, &kind))
            result = file_needs(store, merchant, kind, generation);
    }
    closedir(folder);
    return result;
}

/* The ring has what the record says it has, or no slot needs that: a backup's slots are under one
 * key, which may be a later one than its records know of. */
static enum store_result check_ring(struct store *store, const struct key_rotation *rotation,
                                    char ret_message[STORE_MESSAGE_BYTES])
{
    uint32_t generations[] = {rotation->generation,
                              key_rotation_runs(rotation) ? rotation->from : rotation->generation};
    for (size_t i = 0; i < sizeof generations / sizeof generations[0]; i++) {
        if (keyring_has(store->keyring, generations[i])) continue;
        enum store_result result = any_needs(store, generations[i]);
        if (result == STORE_FAULT)
            return store_say_errno(ret_message, "Can't read the key slots in", store->path);
        bool lost = keyring_last(store->keyring) <= generations[0] && i == 0;
        if (result != STORE_OK || lost)
            return store_say(ret_message, STORE_DAMAGED, "wrapping.keys in %.100s is missing or "
                             "lacks key %lu of this store: put your copy of it there.",
                             store->path, (unsigned long)generations[i]);
    }
    return STORE_OK;
}

enum store_result store_keys_open(struct store *store, char ret_message[STORE_MESSAGE_BYTES])
{
    struct key_rotation rotation;
    enum store_result result = rotation_read(store, &rotation, ret_message);
    if (result == STORE_OK)
        result = store_keyring_open(store->path, store->id, &store->secrets, &store->keyring,
                                    ret_message);
    if (result == STORE_OK) result = slots_open(store, ret_message);
    if (result == STORE_OK) result = check_ring(store, &rotation, ret_message);
    if (result != STORE_OK) return result;
    bool known = keyring_has(store->keyring, rotation.generation);
    keyring_use(store->keyring, known ? rotation.generation : keyring_last(store->keyring));
    /* What a crash kept from being dropped behind the last commit of a rotation. */
    uint32_t needed = key_rotation_runs(&rotation) ? rotation.from : rotation.generation;
    return keyring_drop_below(store->keyring, needed) == STORE_OK
               ? STORE_OK
               : store_say_errno(ret_message, "Can't drop old wrapping keys in", store->path);
}

struct keyring *store_keyring(struct store *store)
{
    return store->keyring;
}

struct rewrap *store_rewrap(struct store *store)
{
    return store->rewrap;
}
