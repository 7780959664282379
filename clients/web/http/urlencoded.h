/* application/x-www-form-urlencoded (the WHATWG URL standard, section 5.1), read strictly: what a
 * browser never sends is refused. In place, pure, any thread. */
#ifndef BECKON_CLIENTS_WEB_HTTP_URLENCODED_H
#define BECKON_CLIENTS_WEB_HTTP_URLENCODED_H

#include <stdbool.h>
#include <stddef.h>

#include "clients/web/http/exchange.h"

/* A form's fields come once each; in a query the first counts, for those who pass links on append
 * their own again and again. */
enum urlencoded_kind { URLENCODED_FORM, URLENCODED_QUERY };

/* Splits and decodes the `size` bytes at `text`, which has room for a terminator behind them; the
 * fields point into it. Line ends become "\n". false, and the text is spoilt: a '%' without two hex
 * digits, not UTF-8, a control character (newline and tab may stand in values), a field without
 * name, more than EXCHANGE_FIELDS_MAX, in a form two of one name. */
bool urlencoded_fields(char *text, size_t size, enum urlencoded_kind kind,
                       struct fields *ret_fields);
/* Decodes the path of a URL, likewise; '+' stays what it is. */
bool urlencoded_path(char *text, size_t size);
/* Is it UTF-8 without control characters? */
bool urlencoded_plain(const char *text, size_t size);

#endif
