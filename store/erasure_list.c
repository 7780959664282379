#include "store/erasure_list.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "store/folder.h"

enum {
    HEAD_BYTES = 18 + 2 * STORE_ID_BYTES + 1, /* "beckon-erasures 1 ", id, line feed */
    LINE_BYTES_MAX = 3 * 10 + 2 * 20 + 6 + 5, /* numbers, times, a kind, blanks, line feed */
    APPEND_LINES = 64,                        /* written by one call */
};

struct erasure_list {
    int fd;
    off_t size; /* behind the last whole line: where the next one goes */
};

static const char *const KINDS[] = {[PARTY_MEMBER] = "member", [PARTY_GUIDE] = "guide"};

static void head_of(const uint8_t *id, char ret_head[HEAD_BYTES + 1])
{
    char hex[2 * STORE_ID_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, id, STORE_ID_BYTES);
    int size = snprintf(ret_head, HEAD_BYTES + 1, "beckon-erasures 1 %s\n", hex);
    assert(size == HEAD_BYTES);
    (void)size;
}

static enum store_result failed(void)
{
    return errno == ENOSPC || errno == EDQUOT ? STORE_FULL : STORE_FAULT;
}

/* Finds the end of the last whole line and cuts off what stands behind it: a line whose sync never
 * returned was never needed. */
static enum store_result drop_torn_line(struct erasure_list *list)
{
    char tail[LINE_BYTES_MAX + 1];
    off_t end = lseek(list->fd, 0, SEEK_END);
    if (end < HEAD_BYTES) {
        return end < 0 ? STORE_FAULT : STORE_DAMAGED;
    }
    while (end > HEAD_BYTES) {
        size_t size = end < (off_t)sizeof tail ? (size_t)end : sizeof tail;
        ssize_t got = pread(list->fd, tail, size, end - (off_t)size);
        if (got != (ssize_t)size) {
            return STORE_FAULT;
        }
        const char *feed = memrchr(tail, '\n', size);
        if (feed != NULL) {
            end -= (off_t)size - (feed + 1 - tail);
            break;
        }
        end -= (off_t)size; /* zeros that a file system left behind */
    }
    list->size = end < HEAD_BYTES ? HEAD_BYTES : end;
    return ftruncate(list->fd, list->size) == 0 ? STORE_OK : failed();
}

enum store_result erasure_list_open(const char *path, const uint8_t id[STORE_ID_BYTES],
                                    struct erasure_list **ret_list)
{
    char head[HEAD_BYTES + 1], found[HEAD_BYTES];
    head_of(id, head);
    if (!folder_has(path) && !file_make(path, head, HEAD_BYTES)) {
        return failed();
    }
    struct erasure_list *list = calloc(1, sizeof *list);
    if (list == NULL) {
        return STORE_FAULT;
    }
    list->fd = open(path, O_RDWR | O_CLOEXEC);
    enum store_result result = STORE_FAULT;
    if (list->fd >= 0) {
        ssize_t got = pread(list->fd, found, sizeof found, 0);
        bool ours = got == (ssize_t)sizeof found && memcmp(found, head, sizeof found) == 0;
        result = got < 0 ? STORE_FAULT : ours ? drop_torn_line(list) : STORE_DAMAGED;
    }
    if (result != STORE_OK) {
        erasure_list_close(list);
        return result;
    }
    *ret_list = list;
    return STORE_OK;
}

void erasure_list_close(struct erasure_list *list)
{
    if (list == NULL) {
        return;
    }
    int reason = errno;
    if (list->fd >= 0) {
        close(list->fd);
    }
    free(list);
    errno = reason;
}

bool erasure_list_is_empty(const struct erasure_list *list)
{
    return list->size == HEAD_BYTES;
}

enum store_result erasure_list_reserve(struct erasure_list *list, size_t count)
{
    off_t wanted = (off_t)(count * LINE_BYTES_MAX);
    int code;
    do {
        code = fallocate(list->fd, FALLOC_FL_KEEP_SIZE, list->size, wanted);
    } while (code != 0 && errno == EINTR);
    /* A file system that can't set room aside finds out while it writes. */
    return code == 0 || errno == EOPNOTSUPP ? STORE_OK : failed();
}

static size_t line_write(const struct erasure_mark *mark, char *to)
{
    assert(mark->party.kind == PARTY_MEMBER || mark->party.kind == PARTY_GUIDE);
    int size = snprintf(to, LINE_BYTES_MAX + 1,
                        "%" PRIu32 " %s %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", mark->merchant,
                        KINDS[mark->party.kind], mark->party.number, mark->born_at,
                        mark->erased_at);
    assert(size > 0 && size <= LINE_BYTES_MAX);
    return (size_t)size;
}

static bool append_all(struct erasure_list *list, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = pwrite(list->fd, text, size, list->size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        text += written;
        size -= (size_t)written;
        list->size += written;
    }
    return true;
}

enum store_result erasure_list_append(struct erasure_list *list, const struct erasure_mark *marks,
                                      size_t count)
{
    char text[APPEND_LINES * LINE_BYTES_MAX + 1];
    for (size_t at = 0; at < count;) {
        size_t size = 0, lines = 0;
        for (; lines < APPEND_LINES && at < count; lines++) {
            size += line_write(&marks[at++], text + size);
        }
        if (!append_all(list, text, size)) {
            return STORE_FAULT;
        }
    }
    return fdatasync(list->fd) == 0 ? STORE_OK : STORE_FAULT;
}

/* A decimal number up to `limit`, behind which `end` stands; moves *at behind that. */
static bool number_read(const char **at, uint64_t limit, char end, uint64_t *ret)
{
    const char *digit = *at;
    uint64_t value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        uint64_t next = (uint64_t)(*digit - '0');
        if (value > (limit - next) / 10) {
            return false;
        }
        value = value * 10 + next;
    }
    if (digit == *at || *digit != end) {
        return false;
    }
    *at = digit + 1;
    *ret = value;
    return true;
}

static bool line_read(const char *line, struct erasure_mark *ret)
{
    const char *at = line;
    uint64_t merchant, number, born_at, erased_at;
    enum party_kind kind = PARTY_NONE;
    if (!number_read(&at, UINT32_MAX, ' ', &merchant)) {
        return false;
    }
    for (int i = PARTY_MEMBER; i <= PARTY_GUIDE && kind == PARTY_NONE; i++) {
        size_t size = strlen(KINDS[i]);
        if (strncmp(at, KINDS[i], size) == 0 && at[size] == ' ') {
            kind = (enum party_kind)i;
            at += size + 1;
        }
    }
    if (kind == PARTY_NONE || !number_read(&at, UINT32_MAX, ' ', &number) ||
        !number_read(&at, UINT64_MAX / 2, ' ', &born_at) ||
        !number_read(&at, UINT64_MAX / 2, '\n', &erased_at) || *at != '\0' || merchant == 0 ||
        number == 0) {
        return false;
    }
    *ret = (struct erasure_mark){(uint32_t)merchant, {kind, (uint32_t)number}, born_at, erased_at};
    return true;
}

enum store_result erasure_list_walk(struct erasure_list *list, erasure_list_visit *visit,
                                    void *context)
{
    char text[LINE_BYTES_MAX + 1];
    off_t end = list->size;
    for (off_t at = HEAD_BYTES; at < end;) {
        struct erasure_mark mark;
        ssize_t got = pread(list->fd, text, LINE_BYTES_MAX, at);
        if (got <= 0) {
            return STORE_FAULT;
        }
        char *feed = memchr(text, '\n', (size_t)got);
        if (feed == NULL) {
            return STORE_DAMAGED;
        }
        feed[1] = '\0';
        if (!line_read(text, &mark)) {
            return STORE_DAMAGED;
        }
        enum store_result result = visit(context, &mark);
        if (result != STORE_OK) {
            return result;
        }
        at += feed + 1 - text;
    }
    return STORE_OK;
}
