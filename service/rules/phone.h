/* Telephone numbers as people write them, and their one stored form, E.164. Checked by form only:
 * whether a number exists is nobody's business here. Pure; any thread. */
#ifndef BECKON_SERVICE_RULES_PHONE_H
#define BECKON_SERVICE_RULES_PHONE_H

#include <stdbool.h>

#include "store/record.h"

enum {
    PHONE_DIGITS_MIN = 8,
    PHONE_DIGITS_MAX = 15, /* ITU-T E.164, 6.1 */
    PHONE_TEXT_BYTES = 17, /* "+", 15 digits, terminated */
    PHONE_MASK_BYTES = 24,
};

/* Normalises a number to "+" and 8 to 15 digits. `country_code` (1 to 999) is the merchant's.
 *
 * Blanks, hyphens, dots, slashes, parentheses and the invisible marks that phones paste along are
 * ignored; full-width forms count as their ASCII ones. A leading "+" or "00" makes it
 * international; "(0)" inside such a number is left out ("+44 (0)20").
 * Any other is national: its trunk prefix, one leading 0, is dropped (kept in the countries where
 * it belongs to the number: 39, 225, 242) and the country code added. A national number that
 * is longer than the country's numbers are (known for some countries, phone.c) is taken as
 * international when it begins with the country code and is refused otherwise.
 *
 * False: any other character, too short or too long, a 0 after the "+", or no digits. */
bool phone_normalise(struct bytes text, unsigned country_code, char ret_e164[PHONE_TEXT_BYTES]);

/* A normalised number for people who may recognise it but not learn it: "+86138****1234". Shown
 * are the country code, at most three national digits after it and at most four at the end; of the
 * national digits between, at least four are hidden, each by a star. The end is shown before
 * the beginning where a number is too short for both. */
void phone_mask(const char *e164, char ret_text[PHONE_MASK_BYTES]);

#endif
