/* The recorder's writes, sizes and syncs: each call under every name the C library gives it. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/durability/power/record_inner.h"

/* ---- writes ---------------------------------------------------------------------------------- */

/* Through an O_DSYNC descriptor: the bytes stand in the log before they can be on the disk. */
static void record_dsync(int fd, const struct iovec *pieces, int count, off_t at)
{
    struct power_entry entry = {.size = (uint32_t)pieces_size(pieces, (size_t)count),
                                .kind = POWER_DSYNC, .fd = fd, .value = at};
    record_pieces(entry, pieces, (size_t)count);
}

static ssize_t write_at(int fd, const struct iovec *pieces, int count, off_t at)
{
    unsigned known = record_file(fd);
    if ((known & POWER_SYNCHRONOUS) != 0) record_dsync(fd, pieces, count, at);
    ssize_t written = syscall(SYS_pwritev, fd, pieces, count, at, 0L);
    if ((known & POWER_SYNCHRONOUS) != 0) {
        record_entry(POWER_DSYNC_END, fd, written, NULL, 0);
    } else if (known != 0 && written > 0) {
        struct power_entry entry = {.size = (uint32_t)written, .kind = POWER_WRITE, .fd = fd,
                                    .value = at};
        record_pieces(entry, pieces, (size_t)count);
    }
    return written;
}

/* At the descriptor's own place. */
static ssize_t write_on(int fd, const struct iovec *pieces, int count)
{
    if (record_file(fd) == 0) {
        record_replies(pieces, (size_t)count);
        return syscall(SYS_writev, fd, pieces, count);
    }
    if ((record_file(fd) & POWER_SYNCHRONOUS) != 0)
        record_dsync(fd, pieces, count, (off_t)syscall(SYS_lseek, fd, 0L, SEEK_CUR));
    ssize_t written = syscall(SYS_writev, fd, pieces, count);
    if ((record_file(fd) & POWER_SYNCHRONOUS) != 0) {
        record_entry(POWER_DSYNC_END, fd, written, NULL, 0);
    } else if (written > 0) {
        struct power_entry entry = {.size = (uint32_t)written, .kind = POWER_WRITE, .fd = fd,
                                    .value = syscall(SYS_lseek, fd, 0L, SEEK_CUR) - written};
        record_pieces(entry, pieces, (size_t)count);
    }
    return written;
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct iovec piece = {(void *)(uintptr_t)data, size};
    return write_on(fd, &piece, 1);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return write_on(fd, pieces, count);
}

#define WRITES_AT(name)                                                                         \
    ssize_t name(int fd, const void *data, size_t size, off_t at);                              \
    ssize_t name(int fd, const void *data, size_t size, off_t at)                               \
    {                                                                                           \
        struct iovec piece = {(void *)(uintptr_t)data, size};                                   \
        return write_at(fd, &piece, 1, at);                                                     \
    }
WRITES_AT(pwrite)
WRITES_AT(pwrite64)

#define WRITES_PIECES_AT(name)                                                                  \
    ssize_t name(int fd, const struct iovec *pieces, int count, off_t at);                      \
    ssize_t name(int fd, const struct iovec *pieces, int count, off_t at)                       \
    {                                                                                           \
        return write_at(fd, pieces, count, at);                                                 \
    }
WRITES_PIECES_AT(pwritev)
WRITES_PIECES_AT(pwritev64)

#define WRITES_FLAGGED(name)                                                                    \
    ssize_t name(int fd, const struct iovec *pieces, int count, off_t at, int flags);           \
    ssize_t name(int fd, const struct iovec *pieces, int count, off_t at, int flags)            \
    {                                                                                           \
        if (record_file(fd) != 0) record_unknown("pwritev2");                                   \
        return syscall(SYS_pwritev2, fd, pieces, count, at, 0L, flags);                         \
    }
WRITES_FLAGGED(pwritev2)
WRITES_FLAGGED(pwritev64v2)

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    record_replies(message->msg_iov, message->msg_iovlen);
    return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
               socklen_t to_size)
{
    struct iovec piece = {(void *)(uintptr_t)data, size};
    record_replies(&piece, 1);
    return syscall(SYS_sendto, fd, data, size, flags, to, to_size);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    return sendto(fd, data, size, flags, NULL, 0);
}

#define COPIES(name, number)                                                                    \
    ssize_t name(int out, int in, off_t *at, size_t size);                                      \
    ssize_t name(int out, int in, off_t *at, size_t size)                                       \
    {                                                                                           \
        if (record_file(out) != 0) record_unknown(#name);                                       \
        return syscall(number, out, in, at, size);                                              \
    }
COPIES(sendfile, SYS_sendfile)
COPIES(sendfile64, SYS_sendfile)

ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t size,
                        unsigned flags)
{
    if (record_file(out) != 0) record_unknown("copy_file_range");
    return syscall(SYS_copy_file_range, in, in_at, out, out_at, size, flags);
}

#define MAPS(name)                                                                              \
    void *name(void *place, size_t size, int protection, int flags, int fd, off_t at);          \
    void *name(void *place, size_t size, int protection, int flags, int fd, off_t at)           \
    {                                                                                           \
        if (record_file(fd) != 0 && (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED))     \
            record_unknown("a writable mapping");                                               \
        return (void *)syscall(SYS_mmap, place, size, protection, flags, fd, at);               \
    }
MAPS(mmap)
MAPS(mmap64)

/* ---- sizes ----------------------------------------------------------------------------------- */

#define CUTS(name)                                                                              \
    int name(int fd, off_t size);                                                               \
    int name(int fd, off_t size)                                                                \
    {                                                                                           \
        int result = (int)syscall(SYS_ftruncate, fd, size);                                     \
        if (result == 0 && record_file(fd) != 0) record_entry(POWER_CUT, fd, size, NULL, 0);    \
        return result;                                                                          \
    }
CUTS(ftruncate)
CUTS(ftruncate64)

static int allocate(int fd, int mode, off_t at, off_t size)
{
    int result = (int)syscall(SYS_fallocate, fd, mode, at, size);
    if (result == 0 && record_file(fd) != 0) {
        if (mode == 0) record_entry(POWER_EXTEND, fd, at + size, NULL, 0);
        else if (mode != FALLOC_FL_KEEP_SIZE) record_unknown("fallocate");
    }
    return result;
}

#define ALLOCATES(name)                                                                         \
    int name(int fd, int mode, off_t at, off_t size);                                           \
    int name(int fd, int mode, off_t at, off_t size)                                            \
    {                                                                                           \
        return allocate(fd, mode, at, size);                                                    \
    }
ALLOCATES(fallocate)
ALLOCATES(fallocate64)

#define ALLOCATES_POSIX(name)                                                                   \
    int name(int fd, off_t at, off_t size);                                                     \
    int name(int fd, off_t at, off_t size)                                                      \
    {                                                                                           \
        int reason = errno;                                                                     \
        int code = allocate(fd, 0, at, size) == 0 ? 0 : errno;                                  \
        errno = reason;                                                                         \
        return code;                                                                            \
    }
ALLOCATES_POSIX(posix_fallocate)
ALLOCATES_POSIX(posix_fallocate64)

/* ---- syncs ----------------------------------------------------------------------------------- */

static int sync_with(long call, int fd)
{
    if (record_file(fd) == 0) return (int)syscall(call, fd);
    record_entry(POWER_SYNC, fd, 0, NULL, 0);
    if (record_sync_us() > 0) {
        struct timespec wait = {.tv_nsec = record_sync_us() * 1000};
        nanosleep(&wait, NULL);
    }
    int result = (int)syscall(call, fd);
    record_entry(POWER_SYNC_END, fd, result, NULL, 0);
    return result;
}

int fsync(int fd)
{
    return sync_with(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_with(SYS_fdatasync, fd);
}

/* These promise less than they seem to: nothing is taken to be on the disk by them. */
int sync_file_range(int fd, off64_t at, off64_t size, unsigned flags)
{
    return (int)syscall(SYS_sync_file_range, fd, at, size, flags);
}

int msync(void *place, size_t size, int flags)
{
    return (int)syscall(SYS_msync, place, size, flags);
}
