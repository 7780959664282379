#include "service/rules/webhook_url.h"

#include <string.h>

static const char SCHEME[] = "HTTPS://";
/* Beside letters and digits: unreserved, sub-delims, and what paths and queries hold besides. */
static const char MARKS[] = "-._~!$&'()*+,;=:@/?%";

static bool is_allowed(uint8_t c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c != '\0' && strchr(MARKS, c) != NULL;
}

bool webhook_url_parse(struct bytes text, char ret_host[WEBHOOK_HOST_BYTES])
{
    char base[LINK_BASE_BYTES_MAX + 1];
    size_t size = 0;

    while (size < text.size && size < sizeof SCHEME - 1) size++;
    while (size < text.size && text.data[size] != '/' && text.data[size] != '?') size++;
    if (!link_base_parse((struct bytes){text.data, size}, base)) return false;
    if (strncmp(base, SCHEME, sizeof SCHEME - 1) != 0) return false;
    for (size_t i = size; i < text.size; i++)
        if (!is_allowed(text.data[i])) return false;
    for (char *c = base; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    size = strlen(base) - (sizeof SCHEME - 1);
    memcpy(ret_host, base + sizeof SCHEME - 1, size + 1);
    return true;
}
