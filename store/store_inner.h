/* What store.c, store_meta.c, store_keys.c, backup.c and restore.c share; nobody else includes
 * it. */
#ifndef BECKON_STORE_STORE_INNER_H
#define BECKON_STORE_STORE_INNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/folder.h"
#include "store/programs_kept.h"
#include "store/roster.h"
#include "store/secrets.h"
#include "store/store.h"

struct store {
    char path[FOLDER_PATH_BYTES];
    char temporary[FOLDER_PATH_BYTES];
    int lock_fd;
    struct kv *kv;
    struct keyring *keyring;
    struct key_slots *key_slots;
    struct rewrap *rewrap;
    struct erasure_list *erasure_list;
    struct secrets secrets;
    uint8_t id[STORE_ID_BYTES];
    struct roster_cache *rosters; /* roster.h's */
    struct programs_kept *programs; /* programs_kept.h's */
    atomic_bool backup_runs;
};

/* Names in DATA, and in a backup. */
#define STORE_LOCK_NAME "lock"
#define STORE_MASTER_KEY_NAME "master.key"
#define STORE_ENGINE_NAME "store"
#define STORE_ENGINE_FILE "store/data.mdb"
#define STORE_KEYS_NAME "keys"
#define STORE_RING_NAME "wrapping.keys"
#define STORE_ERASURES_NAME "erasures"
#define STORE_TEMPORARY_NAME "tmp"
#define STORE_MANIFEST_NAME "MANIFEST"
#define STORE_RESTORING_NAME "restoring" /* a restore is under way, or was cut short */

/* STORE_OK, or STORE_FAULT with a sentence where DATA or a part of it comes over a network. */
enum store_result store_check_disk(const char *path,
                                   char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;
/* Takes DATA/lock: STORE_OK (*ret_fd holds it until closed), STORE_CONFLICT, STORE_FAULT. */
enum store_result store_lock(const char *path, int *ret_fd,
                             char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;

/* Reads the instance's own record, or makes it in a store without records. STORE_OK or as
 * store_open, with a sentence. create: false answers STORE_DAMAGED where there is none. */
enum store_result store_meta_check(struct kv *kv, const struct secrets *secrets, bool create,
                                   uint8_t ret_id[STORE_ID_BYTES], bool *ret_created,
                                   char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;

/* Opens DATA/wrapping.keys. STORE_OK or as store_open, with a sentence. */
enum store_result store_keyring_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                                     const struct secrets *secrets, struct keyring **ret_ring,
                                     char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;
/* Opens the wrapping keys, the key slots and what wraps them anew, and finishes what a crash left
 * of a rotation's last commit. STORE_OK or as store_open, with a sentence. */
enum store_result store_keys_open(struct store *store,
                                  char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;

/* Opens DATA/erasures, or makes it. STORE_OK or as store_open, with a sentence. */
enum store_result store_erasures_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                                      struct erasure_list **ret_list,
                                      char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;

/* Formats a sentence for people; cut at its bound. Returns `result`. */
enum store_result store_say(char ret_message[STORE_MESSAGE_BYTES], enum store_result result,
                            const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same for a failed system call: ends with errno's text; a full disk is STORE_FULL. */
enum store_result store_say_errno(char ret_message[STORE_MESSAGE_BYTES], const char *what,
                                  const char *path);
/* Of an engine in the folder `path` that answered STORE_DAMAGED: a journal that doesn't fit its key
 * looks like a damaged one. */
enum store_result store_say_journal(char ret_message[STORE_MESSAGE_BYTES], const char *path,
                                    uint64_t damaged_commit);

#endif
