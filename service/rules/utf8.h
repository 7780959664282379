/* Walks UTF-8 one code point at a time, strictly: no overlong forms, surrogates or numbers above
 * U+10FFFF (RFC 3629). Pure; any thread. */
#ifndef BECKON_SERVICE_RULES_UTF8_H
#define BECKON_SERVICE_RULES_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"

/* Reads the code point at *offset (< text.size) and moves *offset behind it; false, moving nothing,
 * when there is none. */
bool utf8_next(struct bytes text, size_t *offset, uint32_t *ret_point);
/* The ASCII character a full-width form stands for (U+FF01 to U+FF5E; U+3000 is a blank); any other
 * code point as it is. */
uint32_t utf8_narrow(uint32_t point);

#endif
