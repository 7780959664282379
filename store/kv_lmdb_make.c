/* A new data.mdb, whole or not there: LMDB writes the two pages it begins with in place and
 * unsynced, and never opens a file of which a power cut left one of them.
 *
 * Happy path: data.mdb.new made by LMDB -> synced -> renamed; kv_lmdb_open syncs the folder. Ways
 * it fails: no room, I/O. What is left of one that was cut short goes before the next. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "store/folder.h"
#include "store/kv_lmdb_inner.h"

/* Lets LMDB make the file; not a file that is there. */
static int make(const char *path, uint64_t map_bytes)
{
    MDB_env *env;
    int code = mdb_env_create(&env);
    if (code != MDB_SUCCESS) {
        return code;
    }
    code = mdb_env_set_mapsize(env, map_bytes);
    if (code == MDB_SUCCESS) {
        code = mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_sync(env, 1);
    }
    mdb_env_close(env);
    return code;
}

int lmdb_make(const char *folder, uint64_t map_bytes)
{
    char path[FOLDER_PATH_BYTES], fresh[FOLDER_PATH_BYTES];
    if (!folder_path(path, folder, "data.mdb") || !folder_path(fresh, folder, "data.mdb.new")) {
        return errno;
    }
    if (folder_has(path)) {
        return MDB_SUCCESS;
    }
    if (unlink(fresh) != 0 && errno != ENOENT) {
        return errno;
    }
    int code = make(fresh, map_bytes);
    if (code == MDB_SUCCESS && rename(fresh, path) != 0) {
        code = errno;
    }
    return code;
}
