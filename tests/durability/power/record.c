/* The recorder: a library that LD_PRELOAD puts between beckond and the C library, and that writes
 * down what it does to the files of its data folder and when its replies leave (log.h).
 *
 * It follows what goes through the C library's own names; what that library does inside itself (a
 * stdio stream that writes) passes unseen. So the test compares: the log played to its end must
 * give the folder as it is, byte for byte, or the recorder has missed something. LMDB's lock.mdb is
 * no matter: it is mapped, made anew by whoever finds nobody using it, and never recorded. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/durability/power/record_inner.h"

enum { FD_MAX = 65536, PIECES_MAX = 256, LOG_FD_FROM = 900 };

static atomic_uchar files[FD_MAX]; /* by descriptor */
static int log_fd = -1;
static char root[PATH_MAX], receipt[32];
static size_t root_size, receipt_size;
static long sync_us, kill_at;
static atomic_long entry_count;

/* ---- the log --------------------------------------------------------------------------------- */

void record_pieces(struct power_entry entry, const struct iovec *pieces, size_t count)
{
    struct iovec out[1 + PIECES_MAX];
    if (log_fd < 0) return;
    /* Dies where file and log say the same: not between a call and its entry. */
    bool ends = entry.kind != POWER_REPLY && kill_at > 0 &&
                atomic_fetch_add(&entry_count, 1) + 1 == kill_at;
    if (ends && entry.kind == POWER_DSYNC) kill(getpid(), SIGKILL);
    if (count > PIECES_MAX) abort();
    entry.process = getpid();
    entry.thread = gettid();
    size_t left = entry.size, used = 1;
    for (size_t i = 0; i < count && left > 0; i++) {
        size_t size = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        out[used++] = (struct iovec){pieces[i].iov_base, size};
        left -= size;
    }
    out[0] = (struct iovec){&entry, sizeof entry};
    int reason = errno;
    ssize_t written = syscall(SYS_writev, log_fd, out, used);
    if (written != (ssize_t)(sizeof entry + entry.size)) abort();
    if (ends) kill(getpid(), SIGKILL);
    errno = reason;
}

void record_entry(enum power_kind kind, int fd, int64_t value, const void *data, size_t size)
{
    struct iovec piece = {(void *)(uintptr_t)data, size};
    struct power_entry entry = {.size = (uint32_t)size, .kind = kind, .fd = fd, .value = value};
    record_pieces(entry, &piece, 1);
}

void record_unknown(const char *call)
{
    record_entry(POWER_UNKNOWN, -1, 0, call, strlen(call));
}

unsigned record_file(int fd)
{
    return fd >= 0 && fd < FD_MAX ? atomic_load(&files[fd]) : 0;
}

void record_replies(const struct iovec *pieces, size_t count)
{
    for (size_t i = 0; receipt_size > 0 && i < count; i++) {
        const char *at = pieces[i].iov_base, *end = at + pieces[i].iov_len;
        while ((at = memmem(at, (size_t)(end - at), receipt, receipt_size)) != NULL) {
            if (end - at >= POWER_RECEIPT_BYTES)
                record_entry(POWER_REPLY, -1, 0, at, POWER_RECEIPT_BYTES);
            at += receipt_size;
        }
    }
}

long record_sync_us(void)
{
    return sync_us;
}

/* The path as the log has it, absolute; NULL: none of ours. */
static const char *ours(int folder, const char *path, char room[PATH_MAX])
{
    if (log_fd < 0 || path == NULL) return NULL;
    if (path[0] != '/') {
        if (folder != AT_FDCWD) {
            if (record_file(folder) != 0) record_unknown("a path below a descriptor");
            return NULL;
        }
        char here[PATH_MAX];
        if (getcwd(here, sizeof here) == NULL) return NULL;
        int size = snprintf(room, PATH_MAX, "%s/%s", here, path);
        if (size < 0 || size >= PATH_MAX) return NULL;
        path = room;
    }
    bool below = strncmp(path, root, root_size) == 0 &&
                 (path[root_size] == '/' || path[root_size] == '\0');
    return !below || strcmp(strrchr(path, '/'), "/lock.mdb") == 0 ? NULL : path;
}

static long number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(POWER_LOG), *folder = getenv(POWER_ROOT);
    const char *begins = getenv(POWER_RECEIPT);
    if (path == NULL || folder == NULL) return;
    root_size = strlen(folder);
    receipt_size = begins != NULL ? strlen(begins) : 0;
    if (root_size >= sizeof root || receipt_size >= sizeof receipt) abort();
    memcpy(root, folder, root_size);
    if (begins != NULL) memcpy(receipt, begins, receipt_size);
    sync_us = number(POWER_SYNC_US);
    kill_at = number(POWER_KILL_AT);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) abort();
    log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOG_FD_FROM);
    syscall(SYS_close, fd);
    if (log_fd < 0) abort();
    unsetenv("LD_PRELOAD"); /* hooks that it runs are not it */
    record_entry(POWER_START, -1, 0, NULL, 0);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static int open_any(int folder, const char *path, int flags, mode_t mode)
{
    char room[PATH_MAX];
    const char *known = ours(folder, path, room);
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd < 0 || known == NULL) return fd;
    if (fd >= FD_MAX) abort();
    bool synchronous = (flags & (O_SYNC | O_DSYNC)) != 0;
    record_entry(POWER_OPEN, fd, flags, known, strlen(known));
    atomic_store(&files[fd], POWER_RECORDED | (synchronous ? POWER_SYNCHRONOUS : 0));
    return fd;
}

static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t)
                                                                     : 0;
}

#define OPENS(name)                                                                             \
    int name(const char *path, int flags, ...);                                                 \
    int name(const char *path, int flags, ...)                                                  \
    {                                                                                           \
        va_list arguments;                                                                      \
        va_start(arguments, flags);                                                             \
        mode_t mode = mode_of(flags, arguments);                                                \
        va_end(arguments);                                                                      \
        return open_any(AT_FDCWD, path, flags, mode);                                           \
    }
OPENS(open)
OPENS(open64)
OPENS(__open_2)
OPENS(__open64_2)

#define OPENS_AT(name)                                                                          \
    int name(int folder, const char *path, int flags, ...);                                     \
    int name(int folder, const char *path, int flags, ...)                                      \
    {                                                                                           \
        va_list arguments;                                                                      \
        va_start(arguments, flags);                                                             \
        mode_t mode = mode_of(flags, arguments);                                                \
        va_end(arguments);                                                                      \
        return open_any(folder, path, flags, mode);                                             \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

int creat(const char *path, mode_t mode)
{
    return open_any(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int close(int fd)
{
    if (record_file(fd) != 0) {
        record_entry(POWER_CLOSE, fd, 0, NULL, 0);
        atomic_store(&files[fd], 0); /* first: the number may be another's at once */
    }
    return (int)syscall(SYS_close, fd);
}

static int doubled(int fd, int copy)
{
    if (copy >= 0 && record_file(copy) != 0) { /* dup2 has closed it */
        record_entry(POWER_CLOSE, copy, 0, NULL, 0);
        atomic_store(&files[copy], 0);
    }
    if (copy >= 0 && record_file(fd) != 0) {
        if (copy >= FD_MAX) abort();
        record_entry(POWER_DUPLICATE, fd, copy, NULL, 0);
        atomic_store(&files[copy], record_file(fd));
    }
    return copy;
}

int dup(int fd)
{
    return doubled(fd, (int)syscall(SYS_dup, fd));
}

int dup2(int fd, int copy)
{
    return fd == copy ? fd : doubled(fd, (int)syscall(SYS_dup2, fd, copy));
}

int dup3(int fd, int copy, int flags)
{
    return doubled(fd, (int)syscall(SYS_dup3, fd, copy, flags));
}

static int control(int fd, int command, void *argument)
{
    bool synchronous = ((uintptr_t)argument & (O_SYNC | O_DSYNC)) != 0;
    if (command == F_SETFL && record_file(fd) != 0 && synchronous)
        record_unknown("fcntl(F_SETFL, O_DSYNC)");
    int result = (int)syscall(SYS_fcntl, fd, command, argument);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) doubled(fd, result);
    return result;
}

#define CONTROLS(name)                                                                          \
    int name(int fd, int command, ...);                                                         \
    int name(int fd, int command, ...)                                                          \
    {                                                                                           \
        va_list arguments;                                                                      \
        va_start(arguments, command);                                                           \
        void *argument = va_arg(arguments, void *);                                             \
        va_end(arguments);                                                                      \
        return control(fd, command, argument);                                                  \
    }
CONTROLS(fcntl)
CONTROLS(fcntl64)

/* ---- names ----------------------------------------------------------------------------------- */

static void record_names(enum power_kind kind, const char *from, const char *to)
{
    struct iovec pieces[] = {{(void *)(uintptr_t)from, strlen(from) + 1},
                             {(void *)(uintptr_t)to, strlen(to)}};
    struct power_entry entry = {.size = (uint32_t)pieces_size(pieces, 2), .kind = kind, .fd = -1};
    record_pieces(entry, pieces, 2);
}

/* Both ours, or neither. */
static bool both_ours(int from_folder, const char *from, int to_folder, const char *to,
                      char room[2][PATH_MAX], const char *ret_known[2])
{
    ret_known[0] = ours(from_folder, from, room[0]);
    ret_known[1] = ours(to_folder, to, room[1]);
    if ((ret_known[0] == NULL) != (ret_known[1] == NULL)) record_unknown("a name from elsewhere");
    return ret_known[0] != NULL && ret_known[1] != NULL;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    char room[2][PATH_MAX];
    const char *known[2];
    bool both = both_ours(from_folder, from, to_folder, to, room, known);
    if (both && flags != 0) record_unknown("renameat2");
    int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (result == 0 && both) record_names(POWER_RENAME, known[0], known[1]);
    return result;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    char room[2][PATH_MAX];
    const char *known[2];
    bool both = both_ours(from_folder, from, to_folder, to, room, known);
    int result = (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
    if (result == 0 && both) record_names(POWER_LINK, known[0], known[1]);
    return result;
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int folder, const char *path, int flags)
{
    char room[PATH_MAX];
    const char *known = ours(folder, path, room);
    int result = (int)syscall(SYS_unlinkat, folder, path, flags);
    if (result == 0 && known != NULL) record_entry(POWER_REMOVE, -1, 0, known, strlen(known));
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
    int result = unlinkat(AT_FDCWD, path, 0);
    return result != 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : result;
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    char room[PATH_MAX];
    const char *known = ours(folder, path, room);
    int result = (int)syscall(SYS_mkdirat, folder, path, mode);
    if (result == 0 && known != NULL) record_entry(POWER_MAKE_FOLDER, -1, 0, known, strlen(known));
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

char *mkdtemp(char *pattern)
{
    char *(*real)(char *) = (char *(*)(char *))dlsym(RTLD_NEXT, "mkdtemp");
    char room[PATH_MAX];
    char *made = real != NULL ? real(pattern) : NULL;
    const char *known = made != NULL ? ours(AT_FDCWD, made, room) : NULL;
    if (known != NULL) record_entry(POWER_MAKE_FOLDER, -1, 0, known, strlen(known));
    return made;
}

#define CUTS_PATH(name)                                                                         \
    int name(const char *path, off_t size);                                                     \
    int name(const char *path, off_t size)                                                      \
    {                                                                                           \
        char room[PATH_MAX];                                                                    \
        if (ours(AT_FDCWD, path, room) != NULL) record_unknown(#name);                          \
        return (int)syscall(SYS_truncate, path, size);                                          \
    }
CUTS_PATH(truncate)
CUTS_PATH(truncate64)
