#include "clients/web/http/gzip.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

bool gzip_is_text(const char *media_type)
{
    static const char *const types[] = {
        "text/", "image/svg+xml", "application/json", "application/javascript",
        "application/manifest+json",
    };
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strncmp(media_type, types[i], strlen(types[i])) == 0) {
            return true;
        }
    }
    return false;
}

char *gzip_compress(const char *body, size_t size, int level, size_t *ret_size)
{
    enum { GZIP = 16 }; /* zlib: a gzip header in place of its own */
    z_stream stream = { 0 };
    if (size > INT_MAX
        || deflateInit2(&stream, level, Z_DEFLATED, GZIP + MAX_WBITS, 8, Z_DEFAULT_STRATEGY)
               != Z_OK) {
        return NULL;
    }
    char *compressed = malloc(size);
    bool smaller = false;
    if (compressed != NULL) {
        stream.next_in = (Bytef *)(uintptr_t)body; /* zlib only reads it */
        stream.avail_in = (uInt)size;
        stream.next_out = (Bytef *)compressed;
        stream.avail_out = (uInt)size;
        smaller = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    }
    size_t compressed_size = stream.total_out;
    deflateEnd(&stream);
    if (!smaller) {
        free(compressed);
        return NULL;
    }
    *ret_size = compressed_size;
    return compressed;
}
