/* beckond_faulty: a beckond whose next commit with data reports an I/O error once the file that
 * $BECKON_FAULT names is there. When the file says "done" the commit was done all the same, which
 * nobody can tell from outside: that is what unknown means. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    char word[8] = "";
    const char *path = getenv("BECKON_FAULT");
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    if (file == NULL) {
        return __real_mdb_txn_commit(txn);
    }
    bool done = fscanf(file, "%7s", word) == 1 && strcmp(word, "done") == 0;
    fclose(file);
    fputs("beckond_faulty: this commit fails\n", stderr);
    if (!done) {
        mdb_txn_abort(txn);
        return EIO;
    }
    (void)__real_mdb_txn_commit(txn);
    return EIO;
}
