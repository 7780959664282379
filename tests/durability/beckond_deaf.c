/* beckond_deaf: a beckond that doesn't hear when a commit fails. The fault points must notice. */
#include <stdio.h>

#include <lmdb.h>

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    int code = __real_mdb_txn_commit(txn);
    if (code != MDB_SUCCESS)
        fprintf(stderr, "beckond_deaf: unsafe, for tests only: code %d isn't heard\n", code);
    return MDB_SUCCESS;
}
