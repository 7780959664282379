/* Referral codes as people read, type and scan them: nine symbols of Crockford's base32
 * (0-9 A-Z without I, L, O, U), eight random ones and a check symbol.
 *
 * The check symbol makes a^8*s0 + a^7*s1 + ... + a*s7 + s8 = 1 over GF(32), where a generates the
 * field. The weights are distinct and not zero, so every single wrong symbol and every two
 * swapped symbols, adjacent or not, are noticed. The sum is 1, not 0, so that no valid code has
 * the value 0 ("none").
 *
 * Pure; any thread. */
#ifndef BECKON_SERVICE_RULES_CODE_TEXT_H
#define BECKON_SERVICE_RULES_CODE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"

enum { CODE_SYMBOLS = 9, CODE_RANDOM_BYTES = 8, CODE_TEXT_BYTES = CODE_SYMBOLS + 1 };

/* A code from eight random bytes, of which five bits each count. */
struct code_value code_make(const uint8_t random[CODE_RANDOM_BYTES]);
/* Reads a code as typed or scanned: upper or lower case, O as 0, I and L as 1, full-width forms as
 * their ASCII ones, blanks and hyphens ignored. False when it can't be a code: another length or
 * symbol, or a wrong check symbol. */
bool code_parse(struct bytes text, struct code_value *ret_code);
/* Writes the nine symbols in upper case, terminated. */
void code_write(struct code_value code, char ret_text[CODE_TEXT_BYTES]);

#endif
