/* The beginning of a code's link where it is not the merchant's own host: trials in a local
 * network, hosts of one's own. Pure. */
#ifndef BECKON_SERVICE_RULES_LINK_BASE_H
#define BECKON_SERVICE_RULES_LINK_BASE_H

#include <stdbool.h>

#include "store/bytes.h"

enum { LINK_BASE_BYTES_MAX = 80 };

/* Reads "HTTP://HOST[:PORT]" or "HTTPS://HOST[:PORT]" in any case; HOST is a name or an IPv4
 * address (letters, digits, hyphens, dots between them), PORT 1 to 65535. Writes it in upper case,
 * as QR's alphanumeric mode wants it. False: it is neither; ret_base is untouched. */
bool link_base_parse(struct bytes text, char ret_base[LINK_BASE_BYTES_MAX + 1]);

#endif
