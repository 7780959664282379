/* The files of clients/web/templates, texts and static, as they were when the program was built. */
#ifndef BECKON_CLIENTS_WEB_PAGE_ASSETS_H
#define BECKON_CLIENTS_WEB_PAGE_ASSETS_H

#include <stddef.h>

struct asset {
    const char *name;     /* "templates/common/head.html" */
    const char *bytes;    /* terminated beyond its size */
    size_t size;
};

extern const struct asset ASSETS[];
extern const size_t ASSETS_COUNT;

/* By name; it must be there. */
const struct asset *asset_find(const char *name);

#endif
