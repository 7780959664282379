#include "service/rules/link_base.h"

#include <string.h>

enum { PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

static char upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : (char)c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How much of `text` is a host: labels of letters, digits and inner hyphens with a dot between.
 * 0: none. */
static size_t host_size(const char *text)
{
    size_t size = 0;
    char before = '.';

    for (; text[size] != '\0' && text[size] != ':'; size++) {
        char c = text[size];
        bool letter = is_digit(c) || (c >= 'A' && c <= 'Z');
        /* Neither dots nor hyphens begin or end a label. */
        if (!letter && c != '-' && c != '.') return 0;
        if (c == '.' && (before == '.' || before == '-')) return 0;
        if (c == '-' && before == '.') return 0;
        before = c;
    }
    return before == '.' || before == '-' ? 0 : size;
}

static bool port_valid(const char *text)
{
    unsigned port = 0;
    size_t size = strlen(text);

    if (size == 0 || size > PORT_DIGITS_MAX || text[0] == '0') return false;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i])) return false;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    return port <= PORT_MAX;
}

bool link_base_parse(struct bytes text, char ret_base[LINK_BASE_BYTES_MAX + 1])
{
    static const char *const schemes[] = {"HTTP://", "HTTPS://"};
    char base[LINK_BASE_BYTES_MAX + 1];
    const char *host = NULL;

    if (text.size > LINK_BASE_BYTES_MAX || memchr(text.data, '\0', text.size) != NULL)
        return false;
    for (size_t i = 0; i < text.size; i++) base[i] = upper(text.data[i]);
    base[text.size] = '\0';
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(base, schemes[i], strlen(schemes[i])) == 0) host = base + strlen(schemes[i]);
    if (host == NULL) return false;

    size_t size = host_size(host);
    if (size == 0 || (host[size] == ':' && !port_valid(host + size + 1))) return false;
    memcpy(ret_base, base, text.size + 1);
    return true;
}
