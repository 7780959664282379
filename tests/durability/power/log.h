/* The log of a recorded run: every change of the data folder's files and names, every sync, every
 * reply, in one order. record.c, loaded into beckond, writes it; power_replay reads it.
 *
 * What a change waits for is what the log is about, so each entry stands where it counts at the
 * latest or at the earliest: a write, a name and a truncation behind the call that made it (what
 * follows it can only know of it then), a sync before and behind its call (it covers the entries
 * that stand before it began, and is done when it has returned 0), a reply before it leaves.
 *
 * Several processes one after another (a beckond that was killed and started again) and the test
 * itself append to one log; each entry is one write to a file opened with O_APPEND. */
#ifndef BECKON_TESTS_DURABILITY_POWER_LOG_H
#define BECKON_TESTS_DURABILITY_POWER_LOG_H

#include <stdint.h>

/* Numbers are also loss_test.py's. */
enum power_kind {
    POWER_START = 1,      /* a process begins */
    POWER_OPEN = 2,       /* fd, value: flags; text: path. Made when O_CREAT and not there */
    POWER_CLOSE = 3,      /* fd */
    POWER_DUPLICATE = 4,  /* fd, value: its double */
    POWER_WRITE = 5,      /* fd, value: where; bytes */
    POWER_DSYNC = 6,      /* as POWER_WRITE through an O_DSYNC descriptor, and not begun yet */
    POWER_DSYNC_END = 7,  /* of the thread's; value: what it returned */
    POWER_SYNC = 8,       /* fd: a sync begins */
    POWER_SYNC_END = 9,   /* of the thread's; value: what it returned */
    POWER_CUT = 10,       /* fd, value: the new size, smaller or larger */
    POWER_EXTEND = 11,    /* fd, value: the size it has at least */
    POWER_MAKE_FOLDER = 12, /* text: path, as below */
    POWER_REMOVE = 13,    /* a file or an empty folder */
    POWER_RENAME = 14,    /* text: from, NUL, to */
    POWER_LINK = 15,      /* text: from, NUL, to */
    POWER_REPLY = 16,     /* text: a receipt number; about to leave */
    POWER_MARK = 17,      /* text: what the test has just been answered */
    POWER_UNKNOWN = 18,   /* text: a call the recorder can't follow: the log is worthless */
};

/* Paths are absolute. Behind it: `size` bytes. */
struct power_entry {
    uint32_t size;
    uint32_t kind;
    int32_t process, thread, fd;
    uint32_t zero;
    int64_t value;
};
_Static_assert(sizeof(struct power_entry) == 32, "as in loss_test.py");

/* What the recorder is told by the environment. */
#define POWER_LOG "BECKON_POWER_LOG"       /* the log, made by the test */
#define POWER_ROOT "BECKON_POWER_ROOT"     /* this folder and what is below is recorded */
#define POWER_RECEIPT "BECKON_POWER_RECEIPT" /* what receipt numbers begin with */
#define POWER_SYNC_US "BECKON_POWER_SYNC_US" /* a sync takes so long at least: a disk's time */
#define POWER_KILL_AT "BECKON_POWER_KILL_AT" /* kill -9 at its entry of this number, from 1 */
enum { POWER_RECEIPT_BYTES = 12 };         /* of a receipt number */

#endif
