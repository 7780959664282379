/* Amounts of money as text. Pure; any thread. */
#ifndef BECKON_SERVICE_RULES_CURRENCY_H
#define BECKON_SERVICE_RULES_CURRENCY_H

#include <stdint.h>

enum { CURRENCY_TEXT_BYTES = 24 }; /* "-92233720368547758.08", terminated */

/* Decimals that ISO 4217 gives a currency: 0, 2 or 3. */
unsigned currency_decimals(const char *currency);
/* Minor units as plain decimals, whatever the locale: "1234.56", "-0.05", "500". */
void currency_write(int64_t amount_minor, unsigned decimals, char ret_text[CURRENCY_TEXT_BYTES]);

#endif
