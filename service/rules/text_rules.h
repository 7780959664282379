/* What texts of requests must look like before anybody stores, shows or compares them. Sizes are
 * bytes. Pure; any thread. */
#ifndef BECKON_SERVICE_RULES_TEXT_RULES_H
#define BECKON_SERVICE_RULES_TEXT_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "store/record.h"

enum { TEXT_MASK_BYTES = 8 };

/* Ids that machines compare (shop ids, employee and receipt numbers, request ids): ASCII letters,
 * digits, "-", "_" and "." only, size_min to size_max bytes. */
bool text_is_identifier(struct bytes text, size_t size_min, size_t size_max);

/* Texts that people read (names, notes): valid UTF-8 of size_min to size_max bytes without control
 * characters, line or paragraph separators, bidirectional formatting, byte order marks or
 * non-characters, and with no blank at either end. Blanks inside are allowed, and so are the
 * joiners that some scripts and emoji need. */
bool text_is_printable(struct bytes text, size_t size_min, size_t size_max);

/* A name as strangers see it: its first character and "**"; an empty one gives "**". Marks that
 * combine with the first character are left out. Expects valid UTF-8: "**" alone otherwise. */
void text_mask_name(struct bytes name, char ret_text[TEXT_MASK_BYTES]);

#endif
