/* Pages that the service makes whole, to be printed: shown as they are, with a policy of their
 * own. */
#ifndef BECKON_CLIENTS_WEB_SITE_PRINTED_H
#define BECKON_CLIENTS_WEB_SITE_PRINTED_H

#include <stddef.h>
#include <stdint.h>

#include "clients/web/site/visit.h"

/* Sends such a page; its style is allowed by its hash, and nothing else is. Copies. */
void printed_show(struct visit *visit, const uint8_t *html, size_t size);

#endif
