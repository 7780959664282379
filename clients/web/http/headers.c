#include "clients/web/http/headers.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/web/http/urlencoded.h"

/* RFC 9110, 5.6.2: of such characters the name of a header is made. A space before the colon or a
 * folded line ends up here, and is read by some as another header: refused. */
static bool is_token(const char *name, size_t size)
{
    static const char others[] = "!#$%&'*+-.^_`|~0123456789"
                                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return size > 0 && strspn(name, others) == size;
}

enum repeat { ONCE, FIRST, LAST };

/* What we read. ONCE: two of them are two requests to somebody. */
struct wanted {
    const char *name;
    enum repeat repeat;
    size_t offset;
};
static const struct wanted list[] = {
    { "Host", ONCE, offsetof(struct headers, host) },
    { "Origin", ONCE, offsetof(struct headers, origin) },
    { "Sec-Fetch-Site", ONCE, offsetof(struct headers, fetch_site) },
    { "Content-Type", ONCE, offsetof(struct headers, content_type) },
    { "Content-Length", ONCE, offsetof(struct headers, content_length) },
    { "Transfer-Encoding", ONCE, offsetof(struct headers, transfer_encoding) },
    { "Accept-Language", FIRST, offsetof(struct headers, accept_language) },
    { "Accept-Encoding", FIRST, offsetof(struct headers, accept_encoding) },
    { "If-None-Match", FIRST, offsetof(struct headers, none_match) },
    { "Last-Event-ID", FIRST, offsetof(struct headers, last_event_id) },
    { "X-Forwarded-For", LAST, offsetof(struct headers, forwarded_for) },
    { "X-Forwarded-Proto", LAST, offsetof(struct headers, forwarded_proto) },
};
enum { LIST_COUNT = sizeof(list) / sizeof(list[0]) };

static enum MHD_Result read_one(void *context, enum MHD_ValueKind kind, const char *name,
                                size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct headers *headers = context;
    if (!is_token(name, name_size)) {
        headers->malformed = true;
        return MHD_YES;
    }
    headers->forwarded = headers->forwarded || strncasecmp(name, "X-Forwarded-", 12) == 0
                         || strcasecmp(name, "Forwarded") == 0 || strcasecmp(name, "Via") == 0
                         || strcasecmp(name, "X-Real-IP") == 0;
    for (unsigned i = 0; i < LIST_COUNT; i++) {
        if (strcasecmp(name, list[i].name) != 0) {
            continue;
        }
        const char **slot = (const char **)(void *)((char *)headers + list[i].offset);
        if (value == NULL || !urlencoded_plain(value, value_size)
            || (*slot != NULL && list[i].repeat == ONCE)) {
            headers->malformed = true;
        } else if (*slot == NULL || list[i].repeat == LAST) {
            *slot = value;
        }
    }
    return MHD_YES;
}

void headers_read(struct MHD_Connection *peer, struct headers *ret_headers)
{
    struct headers headers = { 0 };
    MHD_get_connection_values_n(peer, MHD_HEADER_KIND, read_one, &headers);
    for (unsigned i = 0; i < LIST_COUNT; i++) {
        const char **slot = (const char **)(void *)((char *)&headers + list[i].offset);
        if (*slot == NULL) {
            *slot = "";
        }
    }
    *ret_headers = headers;
}

/* ---- cookies ---- */

struct joined {
    char *text;
    size_t size, size_max;
};

static enum MHD_Result join_one(void *context, enum MHD_ValueKind kind, const char *name,
                                size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    (void)name_size;
    struct joined *joined = context;
    if (strcasecmp(name, "Cookie") != 0 || value == NULL) {
        return MHD_YES;
    }
    size_t size = joined->size + 2 + value_size;
    char *text = size > joined->size_max ? NULL : realloc(joined->text, size + 1);
    if (text == NULL) {
        free(joined->text);
        *joined = (struct joined){ 0 };
        return MHD_NO;
    }
    memcpy(text + joined->size, "; ", 2);
    memcpy(text + joined->size + 2, value, value_size);
    text[size] = '\0';
    joined->text = text;
    joined->size = size;
    return MHD_YES;
}

char *headers_cookies(struct MHD_Connection *peer, size_t size_max)
{
    struct joined joined = { .size_max = size_max };
    MHD_get_connection_values_n(peer, MHD_HEADER_KIND, join_one, &joined);
    return joined.text;
}

/* ---- lists ---- */

/* The next element of a list between commas, without the blanks around it; false: no more. */
static bool next_element(const char **at, const char **ret_element, size_t *ret_size)
{
    const char *begin = *at + strspn(*at, ", \t");
    if (*begin == '\0') {
        return false;
    }
    size_t size = strcspn(begin, ",");
    *at = begin + size;
    while (size > 0 && (begin[size - 1] == ' ' || begin[size - 1] == '\t')) {
        size--;
    }
    *ret_element = begin;
    *ret_size = size;
    return true;
}

/* Is the weight behind a coding nothing ("gzip; q=0.0")? */
static bool is_weightless(const char *parameters, size_t size)
{
    const char *end = parameters + size;
    const char *at = parameters;
    while (at < end && (*at == ';' || *at == ' ' || *at == '\t')) {
        at++;
    }
    if (end - at < 3 || (at[0] != 'q' && at[0] != 'Q') || at[1] != '=') {
        return false;
    }
    for (at += 2; at < end; at++) {
        if (*at >= '1' && *at <= '9') {
            return false;
        }
    }
    return true;
}

bool headers_take_gzip(const struct headers *headers)
{
    const char *at = headers->accept_encoding, *element;
    size_t size;
    while (next_element(&at, &element, &size)) {
        size_t name_size = strcspn(element, "; \t,");
        if (name_size == 4 && strncasecmp(element, "gzip", 4) == 0) {
            return !is_weightless(element + name_size, size - name_size);
        }
    }
    return false;
}

bool headers_visitor(const struct headers *headers, struct address *ret_address)
{
    const char *at = headers->forwarded_for, *element, *last = "";
    size_t size, last_size = 0;
    while (next_element(&at, &element, &size)) {
        last = element;
        last_size = size;
    }
    return address_from_text(last, last_size, ret_address);
}
