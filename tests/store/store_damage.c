/* store_damage: makes the stores that a test of beckond needs and beckond itself never makes.
 *
 *   store_damage DATA flip KEY     flips a bit in the value of the record KEY (hexadecimal),
 *                                  straight in LMDB's tree, behind whatever the journal held:
 *                                  what a bad disk does
 *   store_damage DATA schema N     writes the store's own record as schema version N, with a right
 *                                  checksum: what a newer Beckon leaves behind
 *
 * The service must not run on the folder. Exit 0, or 1 with a line that says why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

#include "cold.pb-c.h"
#include "store/folder.h"
#include "store/key.h"
#include "store/kv_lmdb.h"
#include "store/store_inner.h"

enum { META_BYTES_MAX = 256 };

static int failed(const char *what)
{
    fprintf(stderr, "store_damage: %s\n", what);
    return EXIT_FAILURE;
}

static bool key_read(const char *text, struct key *ret_key)
{
    struct key key = {.size = 0};
    unsigned byte;
    for (; sscanf(text, "%2x", &byte) == 1 && key.size < sizeof key.data; text += 2) {
        key.data[key.size++] = (uint8_t)byte;
        if (text[1] == '\0') return false;
    }
    *ret_key = key;
    return *text == '\0' && key.size > 0;
}

/* Somewhere in the middle: record or checksum, either is found out. */
static int flip_in(MDB_txn *txn, const struct key *key)
{
    MDB_dbi table;
    MDB_val name = {key->size, (void *)key->data}, value;
    uint8_t copy[KV_VALUE_BYTES_MAX];

    if (mdb_dbi_open(txn, NULL, 0, &table) != MDB_SUCCESS) return failed("no table");
    if (mdb_get(txn, table, &name, &value) != MDB_SUCCESS) return failed("no such record");
    if (value.mv_size == 0 || value.mv_size > sizeof copy) return failed("not such a value");
    memcpy(copy, value.mv_data, value.mv_size);
    copy[value.mv_size / 2] ^= 0x10;
    value.mv_data = copy;
    if (mdb_put(txn, table, &name, &value, 0) != MDB_SUCCESS) return failed("not written");
    return EXIT_SUCCESS;
}

static bool open_engine(const char *data, struct kv **ret_kv)
{
    char engine[FOLDER_PATH_BYTES], key_file[FOLDER_PATH_BYTES];
    struct secrets secrets;
    if (!folder_path(engine, data, STORE_ENGINE_NAME) ||
        !folder_path(key_file, data, STORE_MASTER_KEY_NAME) || secrets_start() != STORE_OK ||
        secrets_read(key_file, &secrets) != STORE_OK) {
        failed("no master.key");
        return false;
    }
    /* No buffer: what a journal holds goes into the tree. */
    struct kv_lmdb_options options = {.path = engine, .reader_max = 4,
                                      .checksum_key = secrets.checksum_key};
    if (kv_lmdb_open(&options, ret_kv) != STORE_OK) {
        failed("not a store");
        return false;
    }
    return true;
}

static int flip(const char *data, const char *key_text)
{
    struct key key;
    char path[FOLDER_PATH_BYTES];
    MDB_env *env;
    MDB_txn *txn;
    struct kv *kv;

    if (!key_read(key_text, &key)) return failed("KEY is not hexadecimal");
    if (!open_engine(data, &kv)) return EXIT_FAILURE;
    kv_destroy(kv);
    if (!folder_path(path, data, STORE_ENGINE_NAME)) return failed("path too long");
    if (mdb_env_create(&env) != MDB_SUCCESS) return failed("no memory");
    int code = EXIT_FAILURE;
    if (mdb_env_set_mapsize(env, KV_LMDB_MAP_BYTES) != MDB_SUCCESS ||
        mdb_env_open(env, path, 0, 0600) != MDB_SUCCESS ||
        mdb_txn_begin(env, NULL, 0, &txn) != MDB_SUCCESS) {
        failed("not a store");
    } else {
        code = flip_in(txn, &key);
        if (mdb_txn_commit(txn) != MDB_SUCCESS) code = failed("not committed");
    }
    mdb_env_close(env);
    return code;
}

static int write_meta(struct kv *kv, uint32_t version)
{
    struct key key = key_begin(0, TABLE_META);
    struct kv_snapshot *snapshot;
    struct bytes value;
    uint8_t packed[META_BYTES_MAX];
    size_t size = 0;

    if (kv_snapshot_open(kv, &snapshot) != STORE_OK) return failed("no snapshot");
    Beckon__Store__ColdMeta *meta = NULL;
    if (kv_get(snapshot, key_view(&key), &value) == STORE_OK)
        meta = beckon__store__cold_meta__unpack(NULL, value.size, value.data);
    kv_snapshot_close(snapshot);
    if (meta == NULL) return failed("no record of the store");
    meta->schema_version = version;
    if (beckon__store__cold_meta__get_packed_size(meta) <= sizeof packed)
        size = beckon__store__cold_meta__pack(meta, packed);
    beckon__store__cold_meta__free_unpacked(meta, NULL);
    struct kv_write write = {key_view(&key), {packed, size}};
    if (size == 0 || kv_commit(kv, &write, 1, NULL, 0) != STORE_OK) return failed("not written");
    return EXIT_SUCCESS;
}

static int set_schema(const char *data, const char *text)
{
    char *end;
    unsigned long version = strtoul(text, &end, 10);
    struct kv *kv;

    if (*end != '\0' || version == 0 || version > UINT32_MAX) return failed("N is no version");
    if (!open_engine(data, &kv)) return EXIT_FAILURE;
    int code = write_meta(kv, (uint32_t)version);
    kv_destroy(kv);
    return code;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[2], "flip") == 0) return flip(argv[1], argv[3]);
    if (argc == 4 && strcmp(argv[2], "schema") == 0) return set_schema(argv[1], argv[3]);
    return failed("usage: store_damage DATA flip KEY | DATA schema N");
}
