/* beckond_nosync: a beckond whose LMDB does not sync. The trace must notice; kill -9 can't, since
 * the page cache survives it. */
#include <stdio.h>

#include <lmdb.h>

int __real_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode);
int __wrap_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode);

int __wrap_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
    fputs("beckond_nosync: unsafe, for tests only\n", stderr);
    return __real_mdb_env_open(env, path, flags | MDB_NOSYNC, mode);
}
