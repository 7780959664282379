#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/folder.h"
#include "store/kv_lmdb_inner.h"

/* A compact copy: no free pages, so none of what was deleted, but for what the journal still says.
 * It reads one of LMDB's snapshots throughout, tree and journal: opened, the copy refills. */
enum store_result lmdb_backup(void *state, const char *path)
{
    struct lmdb_engine *engine = state;
    char file[FOLDER_PATH_BYTES];
    if (!folder_path(file, path, "data.mdb")) {
        return STORE_FAULT;
    }
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return lmdb_result(errno);
    }
    int code = mdb_env_copyfd2(engine->env, fd, MDB_CP_COMPACT);
    if (code == MDB_SUCCESS && fsync(fd) != 0) {
        code = errno;
    }
    if (close(fd) != 0 && code == MDB_SUCCESS) {
        code = errno;
    }
    if (code != MDB_SUCCESS) {
        return lmdb_result(code) == STORE_FULL ? STORE_FULL : STORE_FAULT;
    }
    return folder_sync(path) ? STORE_OK : STORE_FAULT;
}
