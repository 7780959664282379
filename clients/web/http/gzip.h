/* Bodies compressed by gzip. Pure, any thread. */
#ifndef BECKON_CLIENTS_WEB_HTTP_GZIP_H
#define BECKON_CLIENTS_WEB_HTTP_GZIP_H

#include <stdbool.h>
#include <stddef.h>

/* Does what has this media type get smaller? */
bool gzip_is_text(const char *media_type);
/* malloc; NULL: no memory, or it would not be smaller. */
char *gzip_compress(const char *body, size_t size, int level, size_t *ret_size);

#endif
