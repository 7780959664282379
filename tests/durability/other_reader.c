/* other_reader FOLDER: another program that reads the store in FOLDER (a mdb_stat, a copy, a script
 * of somebody's): it opens a snapshot, says so with a line, and keeps it until it is killed. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <lmdb.h>

int main(int argc, char **argv)
{
    MDB_env *env;
    MDB_txn *txn;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nor does it outlive its test */
    if (argc != 2 || mdb_env_create(&env) != 0 || mdb_env_open(env, argv[1], MDB_RDONLY, 0) != 0 ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0) {
        fputs("other_reader: no store that can be read\n", stderr);
        return 1;
    }
    puts("reads");
    if (fflush(stdout) != 0) {
        return 1;
    }
    for (;;) {
        pause();
    }
}
