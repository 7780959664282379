/* One file out of a zip in memory: end record -> central directory -> local header -> inflate.
 * No zip64, no encryption: a workbook of payroll has neither. */
#include <stdint.h>
#include <string.h>

#include <zlib.h>

#include "clients/cli/workbook.h"

enum {
    END_BYTES = 22, END_COMMENT_MAX = 65535, ENTRY_BYTES = 46, LOCAL_BYTES = 30,
    STORED = 0, DEFLATED = 8,
    RATIO_MAX = 1032, /* deflate makes nothing smaller than that: zlib's own figure */
};
#define FILE_BYTES_MAX ((size_t)1 << 30) /* a sheet of a million rows has some 800 MB */

struct zip {
    const unsigned char *data;
    size_t size;
};

static unsigned u16(const unsigned char *at)
{
    return (unsigned)(at[0] | at[1] << 8);
}

static size_t u32(const unsigned char *at)
{
    return (size_t)u16(at) | (size_t)u16(at + 2) << 16;
}

static bool inside(const struct zip *zip, size_t offset, size_t size)
{
    return offset <= zip->size && size <= zip->size - offset;
}

/* The record at the end, behind which only a comment may stand. */
static bool find_end(const struct zip *zip, size_t *ret_offset)
{
    if (zip->size < END_BYTES)
        return false;
    size_t last = zip->size - END_BYTES;
    size_t first = last > END_COMMENT_MAX ? last - END_COMMENT_MAX : 0;
    for (size_t at = last + 1; at-- > first;) {
        if (memcmp(zip->data + at, "PK\5\6", 4) == 0) {
            *ret_offset = at;
            return true;
        }
    }
    return false;
}

static bool find_entry(const struct zip *zip, const char *name, const unsigned char **ret_entry)
{
    size_t end, name_size = strlen(name);
    if (!find_end(zip, &end))
        return false;
    unsigned count = u16(zip->data + end + 10);
    size_t at = u32(zip->data + end + 16);
    for (unsigned i = 0; i < count; i++) {
        if (!inside(zip, at, ENTRY_BYTES) || memcmp(zip->data + at, "PK\1\2", 4) != 0)
            return false;
        const unsigned char *entry = zip->data + at;
        size_t size = u16(entry + 28), extra = u16(entry + 30), comment = u16(entry + 32);
        if (!inside(zip, at, ENTRY_BYTES + size + extra + comment))
            return false;
        if (size == name_size && memcmp(entry + ENTRY_BYTES, name, size) == 0) {
            *ret_entry = entry;
            return true;
        }
        at += ENTRY_BYTES + size + extra + comment;
    }
    return false;
}

static bool unpack(const unsigned char *from, size_t packed, char *to, size_t size)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)from, .avail_in = (uInt)packed,
                       .next_out = (Bytef *)to, .avail_out = (uInt)size};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    int ended = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return ended == Z_STREAM_END && stream.total_out == size;
}

char *zip_file(const void *data, size_t size, const char *name, size_t *ret_size)
{
    struct zip zip = {data, size};
    const unsigned char *entry;
    if (!find_entry(&zip, name, &entry))
        return NULL;
    unsigned method = u16(entry + 10);
    size_t packed = u32(entry + 20), whole = u32(entry + 24), local = u32(entry + 42);
    if (whole > FILE_BYTES_MAX || whole / RATIO_MAX > packed || !inside(&zip, local, LOCAL_BYTES))
        return NULL;
    size_t at = local + LOCAL_BYTES + u16(zip.data + local + 26) + u16(zip.data + local + 28);
    if (!inside(&zip, at, packed) || (method == STORED && packed != whole))
        return NULL;
    char *file = g_malloc(whole + 1);
    bool good = method == STORED || (method == DEFLATED &&
                                     unpack(zip.data + at, packed, file, whole));
    if (good && method == STORED)
        memcpy(file, zip.data + at, whole);
    if (!good) {
        g_free(file);
        return NULL;
    }
    file[whole] = '\0';
    *ret_size = whole;
    return file;
}
