/* Lets a test act, or fail, between the engine's calls into LMDB: linked with --wrap, the product
 * has nothing of it. One thread. */
#ifndef BECKON_TESTS_STORE_LMDB_HOOK_H
#define BECKON_TESTS_STORE_LMDB_HOOK_H

/* Calls `act` once, before the next read transaction begins (act may use the engine). */
void lmdb_hook_before_read(void (*act)(void *context), void *context);
/* So many of the next LMDB commits are aborted and answer `code`, one in `every`. */
void lmdb_hook_fail_commits(unsigned count, unsigned every, int code);
/* The next `allowed` pass, the one behind them fails. */
void lmdb_hook_fail_commits_after(unsigned allowed, int code);
/* How many LMDB commits there were; how many failed. */
unsigned lmdb_hook_commits(void);
unsigned lmdb_hook_failed(void);

#endif
