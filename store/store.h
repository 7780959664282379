/* An open store: the data folder, its engine, its key slots, its secrets.
 *
 *   DATA/lock            taken by flock for the life of the process: a second instance is refused
 *   DATA/master.key      32 random bytes, mode 0600; everything secret is derived from it.
 *                        Not part of a backup: keep a copy elsewhere.
 *   DATA/store/          the engine's files
 *   DATA/erasures        who was erased (erasure_list.h). Not part of a backup: stays, or is kept
 *                        beside master.key
 *   DATA/wrapping.keys   what the key slots are wrapped under since the first rotation (keyring.h).
 *                        Not part of a backup: keep a copy beside that of master.key
 *   DATA/tmp/            room for exports in the making; nothing in it has a name for long
 *   DATA/keys/           one file of 64-byte key slots per merchant and kind (key_slots.h)
 *
 * Opened and closed by main; used by the writer (through a batch) and readers (snapshots). */
#ifndef BECKON_STORE_STORE_H
#define BECKON_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/kv.h"
#include "store/record.h"
#include "store/result.h"

/* 2: a journal may hold what is not yet in the engine's tree. */
enum { STORE_SCHEMA_VERSION = 2 };
enum { STORE_MESSAGE_BYTES = 256 };

struct store_options {
    const char *path;            /* DATA; made when absent, mode 0700 */
    uint64_t headroom_bytes;     /* kept allocated beyond the last page; 0: none (tests) */
    uint64_t map_bytes;          /* what the store may grow to; 0: kv_lmdb.h's default */
    uint64_t buffer_bytes;       /* of the engine's write buffer (kv_lmdb.h); 0: none */
    unsigned reader_max;         /* snapshots open at once */
    /* Tests put another engine here; NULL opens LMDB. Takes over what it is given. */
    enum store_result (*engine_open)(const char *path, const uint8_t *checksum_key,
                                     struct kv **ret_kv);
};

struct erasure_list;
struct key_slots;
struct keyring;
struct rewrap;
struct store;

/* Opens or creates the store. On failure *ret_message says in one English sentence what is wrong
 * and what to do (another instance runs, no right to write, newer schema version, wrong
 * master.key, damaged, a file system of the network). STORE_OK, STORE_CONFLICT (locked),
 * STORE_FULL, STORE_DAMAGED (schema or key), STORE_FAULT. *ret_created: this call made it. */
enum store_result store_open(const struct store_options *options, struct store **ret_store,
                             bool *ret_created,
                             char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;
void store_close(struct store *store);

struct kv *store_kv(struct store *store);
struct key_slots *store_key_slots(struct store *store);
struct keyring *store_keyring(struct store *store);
struct rewrap *store_rewrap(struct store *store);
struct erasure_list *store_erasure_list(struct store *store);
/* The path of DATA/tmp, made where there is none: for files that have no name once they are open.
 * Lives as long as the store; NULL: it can't be made. Any thread. */
const char *store_temporary_folder(struct store *store);
enum { STORE_ID_BYTES = 16 };
/* Random bytes made with the store: which store is it? Live as long as the store. */
const uint8_t *store_id(const struct store *store);

/* ---- keyed hashes: BLAKE2b with a key derived from master.key, one per purpose --------------- */

enum store_hash_purpose {
    STORE_HASH_PHONE = 1,       /* lookup of phones */
    STORE_HASH_FINGERPRINT = 2, /* a request's own fields */
    STORE_HASH_CURSOR = 3,      /* page tokens */
    STORE_HASH_CERTIFICATE = 4, /* proofs that the ledger was whole */
    STORE_HASH_PHONE_CODE = 5,  /* codes sent to phones, and whose they are */
    STORE_HASH_WEBHOOK = 6,     /* the key that seals hooks' secrets; names of their messages */
};
/* Writes `size` bytes (16 to 64). */
void store_hash(const struct store *store, enum store_hash_purpose purpose, struct bytes input,
                uint8_t *ret_hash, size_t size);
/* Unkeyed BLAKE2b-256: the ledger's chain and token hashes. */
void store_digest(struct bytes input, uint8_t ret_hash[HASH_BYTES]);

/* ---- backup and restore ---------------------------------------------------------------------- */

/* Makes a backup in the new directory `path` (refused when it exists): the engine's snapshot first,
 * then the key slots, each synced, then MANIFEST (schema version, store id, sizes, BLAKE2b of each
 * file); under a temporary name until whole. *ret_bytes: its size. Runs on a live store; one at a
 * time (STORE_CONFLICT). On failure a sentence as in store_open. */
enum store_result store_backup(struct store *store, const char *path, uint64_t *ret_bytes,
                               char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;
/* Does one run? While it does no wrapping key may be dropped: the writer asks. */
bool store_backup_runs(struct store *store);
/* Files kept apart from backups, brought to a restore; NULL: it lies in the data folder already. */
struct store_brought {
    const char *master_key;
    const char *erasures;      /* the erasure list; without any, an empty one is made */
    const char *wrapping_keys; /* as of the backup: it has the key that its MANIFEST names */
};
/* Checks a backup against its MANIFEST and puts it into the folder `data_path`, which must hold no
 * store. *ret_list_made tells that an empty erasure list was made; what a list says is done when
 * the store is opened for service. Offline. */
enum store_result store_restore(const char *backup_path, const char *data_path,
                                const struct store_brought *brought, bool *ret_list_made,
                                char ret_message[STORE_MESSAGE_BYTES]) STORE_CHECKED;

#endif
