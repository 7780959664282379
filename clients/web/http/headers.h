/* What the headers of a request say, for request.c. On libmicrohttpd's thread; texts live as long
 * as the request. */
#ifndef BECKON_CLIENTS_WEB_HTTP_HEADERS_H
#define BECKON_CLIENTS_WEB_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "clients/web/http/address.h"

struct MHD_Connection;

/* Of each the value that counts; "" where there is none. */
struct headers {
    const char *host, *origin, *fetch_site, *accept_language, *none_match, *last_event_id;
    const char *content_type, *content_length, *transfer_encoding, *accept_encoding;
    const char *forwarded_for, *forwarded_proto; /* the last of them */
    bool forwarded;  /* somebody speaks for somebody else, by whatever header */
    bool malformed;  /* a name that is none, two where one belongs, control characters, not UTF-8 */
};

void headers_read(struct MHD_Connection *peer, struct headers *ret_headers);
/* All Cookie headers in one text, "; " between; malloc. NULL: none, longer than `size_max`. */
char *headers_cookies(struct MHD_Connection *peer, size_t size_max);
/* May the answer be compressed? */
bool headers_take_gzip(const struct headers *headers);
/* The last element of X-Forwarded-For. false: there is none, or it is no address. */
bool headers_visitor(const struct headers *headers, struct address *ret_address);

#endif
