/* Stands between the engine and LMDB (linker --wrap) and holds up the calling thread now and then
 * where another may overtake it: before a snapshot's read transaction begins and after it has
 * begun, before a commit is written and after it is on disk. A reader that is held up for as long
 * as several commits take is rare on an idle machine; here it is ordinary. */
#include <stdint.h>
#include <time.h>

#include <lmdb.h>

#include "tests/store/scratch.h"

enum { HELD_UP_ONE_IN = 6, READER_US_MAX = 800, WRITER_US_MAX = 200 };

int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __real_mdb_txn_renew(MDB_txn *txn);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __wrap_mdb_txn_renew(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static void hold_up(uint32_t us_max)
{
    static _Thread_local uint64_t random;
    if (random == 0) {
        random = (uintptr_t)&random; /* another for each thread */
    }
    if (scratch_below(&random, HELD_UP_ONE_IN) == 0) {
        struct timespec wait = {0, 1000 * (long)scratch_below(&random, us_max)};
        nanosleep(&wait, NULL);
    }
}

int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn)
{
    uint32_t us_max = (flags & MDB_RDONLY) != 0 ? READER_US_MAX : WRITER_US_MAX;
    hold_up(us_max);
    int code = __real_mdb_txn_begin(env, parent, flags, txn);
    hold_up(us_max);
    return code;
}

int __wrap_mdb_txn_renew(MDB_txn *txn)
{
    hold_up(READER_US_MAX);
    int code = __real_mdb_txn_renew(txn);
    hold_up(READER_US_MAX);
    return code;
}

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    hold_up(WRITER_US_MAX);
    int code = __real_mdb_txn_commit(txn);
    hold_up(WRITER_US_MAX);
    return code;
}
