#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

bool folder_path(char ret_path[FOLDER_PATH_BYTES], const char *folder, const char *name)
{
    char path[FOLDER_PATH_BYTES];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(ret_path, path, (size_t)size + 1);
    return true;
}

bool folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool ok = fsync(fd) == 0;
    int reason = errno;
    close(fd);
    errno = reason;
    return ok;
}

bool folder_sync_parent(const char *path)
{
    char parent[FOLDER_PATH_BYTES];
    size_t size = strnlen(path, sizeof parent);
    if (size == 0 || size == sizeof parent) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(parent, path, size + 1);
    while (size > 1 && parent[size - 1] == '/') {
        parent[--size] = '\0';
    }
    char *slash = strrchr(parent, '/');
    if (slash == NULL) {
        return folder_sync(".");
    }
    slash[slash == parent ? 1 : 0] = '\0';
    return folder_sync(parent);
}

bool folder_make(const char *path)
{
    if (mkdir(path, 0700) == 0) {
        return folder_sync_parent(path);
    }
    struct stat found;
    if (errno == EEXIST && stat(path, &found) == 0) {
        if (S_ISDIR(found.st_mode)) {
            return true;
        }
        errno = ENOTDIR;
    }
    return false;
}

bool folder_has(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0;
}

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *place)
{
    (void)found, (void)type, (void)place;
    return remove(path);
}

bool folder_remove(const char *path)
{
    enum { OPEN_FOLDERS_MAX = 8 };
    return nftw(path, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT;
}

bool file_write_all(int fd, const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size > 0) {
        ssize_t written = write(fd, at, size);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return false;
        }
        at += written;
        size -= (size_t)written;
    }
    return true;
}

bool file_read(const char *path, void *ret_data, size_t room, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    uint8_t *to = ret_data;
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < room) {
        got = read(fd, to + size, room - size);
        size += got > 0 ? (size_t)got : 0;
    }
    uint8_t more;
    if (got > 0 && read(fd, &more, 1) == 1) {
        got = -1;
        errno = EFBIG;
    }
    int reason = errno;
    close(fd);
    errno = reason;
    if (got < 0) {
        return false;
    }
    *ret_size = size;
    return true;
}

bool file_make(const char *path, const void *data, size_t size)
{
    char fresh[FOLDER_PATH_BYTES];
    int length = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof fresh) {
        errno = ENAMETOOLONG;
        return false;
    }
    (void)unlink(fresh); /* a crash may have left one */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    /* link() and not rename(): it never replaces. */
    bool ok = file_write_all(fd, data, size) && fsync(fd) == 0 && link(fresh, path) == 0;
    int reason = errno;
    close(fd);
    (void)unlink(fresh);
    errno = reason;
    return ok && folder_sync_parent(path);
}

enum { COPY_BYTES = 64 * 1024, COPY_HASH_BYTES = 32 };

/* to_fd < 0: only reads. */
static bool copy_hashing(int from_fd, int to_fd, uint64_t *ret_size, uint8_t *ret_hash)
{
    static _Thread_local uint8_t buffer[COPY_BYTES];
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, COPY_HASH_BYTES);
    uint64_t size = 0;
    for (;;) {
        ssize_t got = read(from_fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            break;
        }
        crypto_generichash_update(&hash, buffer, (unsigned long long)got);
        if (to_fd >= 0 && !file_write_all(to_fd, buffer, (size_t)got)) {
            return false;
        }
        size += (uint64_t)got;
    }
    crypto_generichash_final(&hash, ret_hash, COPY_HASH_BYTES);
    *ret_size = size;
    return to_fd < 0 || fsync(to_fd) == 0;
}

bool file_copy(const char *from, const char *to, uint64_t *ret_size, uint8_t *ret_hash)
{
    int from_fd = open(from, O_RDONLY | O_CLOEXEC);
    if (from_fd < 0) {
        return false;
    }
    int to_fd = -1;
    bool ok = true;
    if (to != NULL) {
        to_fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        ok = to_fd >= 0;
    }
    ok = ok && copy_hashing(from_fd, to_fd, ret_size, ret_hash);
    int reason = errno;
    close(from_fd);
    if (to_fd >= 0) {
        close(to_fd);
    }
    errno = reason;
    return ok;
}
