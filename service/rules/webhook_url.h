/* The address of a hook. Pure. */
#ifndef BECKON_SERVICE_RULES_WEBHOOK_URL_H
#define BECKON_SERVICE_RULES_WEBHOOK_URL_H

#include <stdbool.h>

#include "service/rules/link_base.h"
#include "store/bytes.h"

enum { WEBHOOK_HOST_BYTES = LINK_BASE_BYTES_MAX + 1 };

/* Is this "https://HOST[:PORT][/PATH][?QUERY]", in which nobody reads anything but what the
 * deliverer reads? HOST is a name or an IPv4 address; no user, no fragment; path and query are what
 * RFC 3986 allows there. Writes HOST[:PORT] in lower case. False: it isn't; ret_host is
 * untouched. */
bool webhook_url_parse(struct bytes text, char ret_host[WEBHOOK_HOST_BYTES]);

#endif
