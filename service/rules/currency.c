#include "service/rules/currency.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

unsigned currency_decimals(const char *currency)
{
    static const char *const NONE[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                       "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
                                       "XPF"};
    static const char *const THREE[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++)
        if (strcmp(NONE[i], currency) == 0) return 0;
    for (size_t i = 0; i < sizeof THREE / sizeof THREE[0]; i++)
        if (strcmp(THREE[i], currency) == 0) return 3;
    return 2;
}

void currency_write(int64_t amount_minor, unsigned decimals, char ret_text[CURRENCY_TEXT_BYTES])
{
    uint64_t rest = amount_minor < 0 ? -(uint64_t)amount_minor : (uint64_t)amount_minor;
    char backwards[CURRENCY_TEXT_BYTES];
    size_t size = 0, at = 0;

    assert(decimals <= 3);
    for (unsigned digits = 0; rest > 0 || digits <= decimals; digits++) {
        if (decimals > 0 && digits == decimals) backwards[size++] = '.';
        backwards[size++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (amount_minor < 0) backwards[size++] = '-';
    assert(size < CURRENCY_TEXT_BYTES);
    while (size > 0) ret_text[at++] = backwards[--size];
    ret_text[at] = '\0';
}
