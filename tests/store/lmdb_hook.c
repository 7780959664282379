#include "tests/store/lmdb_hook.h"

#include <stddef.h>

#include <lmdb.h>

int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **ret_txn);
int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **ret_txn);
int __real_mdb_txn_renew(MDB_txn *txn);
int __wrap_mdb_txn_renew(MDB_txn *txn);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static void (*before_read)(void *context);
static void *before_read_context;
static unsigned fail_count, fail_every = 1, let_pass, commits, failed;
static int fail_code;

void lmdb_hook_before_read(void (*act)(void *context), void *context)
{
    before_read = act;
    before_read_context = context;
}

void lmdb_hook_fail_commits(unsigned count, unsigned every, int code)
{
    fail_count = count;
    fail_every = every;
    fail_code = code;
    let_pass = 0;
    failed = 0;
}

void lmdb_hook_fail_commits_after(unsigned allowed, int code)
{
    lmdb_hook_fail_commits(1, 1, code);
    let_pass = allowed;
}

unsigned lmdb_hook_commits(void)
{
    return commits;
}

unsigned lmdb_hook_failed(void)
{
    return failed;
}

static void reads(void)
{
    void (*act)(void *) = before_read;
    before_read = NULL;
    if (act != NULL) {
        act(before_read_context);
    }
}

int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **ret_txn)
{
    if ((flags & MDB_RDONLY) != 0) {
        reads();
    }
    return __real_mdb_txn_begin(env, parent, flags, ret_txn);
}

int __wrap_mdb_txn_renew(MDB_txn *txn)
{
    reads();
    return __real_mdb_txn_renew(txn);
}

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    commits++;
    if (let_pass > 0) {
        let_pass--;
        return __real_mdb_txn_commit(txn);
    }
    if (fail_count > 0 && commits % fail_every == 0) {
        fail_count--;
        failed++;
        mdb_txn_abort(txn);
        return fail_code;
    }
    return __real_mdb_txn_commit(txn);
}
