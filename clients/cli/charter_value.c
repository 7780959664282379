/* Texts of a charter to numbers and back. */
#include <string.h>

#include "clients/cli/charter_inner.h"

enum { DIGITS_MAX = 15 }; /* of a number: below 2^53, far below 2^63 with 3 decimals */

bool charter_decimal(const char *text, unsigned digits, int64_t *ret)
{
    int64_t value = 0;
    size_t whole = strspn(text, "0123456789");
    if (whole == 0 || whole > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (text[i] - '0');
    const char *fraction = text + whole;
    size_t places = 0;
    if (*fraction == '.') {
        fraction++;
        places = strspn(fraction, "0123456789");
        if (places == 0 || places > digits)
            return false;
    }
    if (fraction[places] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (i < places ? fraction[i] - '0' : 0);
    *ret = value;
    return true;
}

char *charter_decimal_text(int64_t value, unsigned digits, bool full)
{
    int64_t scale = 1;
    for (unsigned i = 0; i < digits; i++)
        scale *= 10;
    if (digits == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value);
    char *text = g_strdup_printf("%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT,
                                 (gint64)(value / scale), (int)digits, (gint64)(value % scale));
    size_t size = strlen(text);
    while (!full && text[size - 1] == '0')
        text[--size] = '\0';
    if (!full && text[size - 1] == '.')
        text[--size] = '\0';
    return text;
}

unsigned charter_currency_digits(const char *currency)
{
    static const char NONE[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF "
                               "XPF";
    static const char THREE[] = "BHD IQD JOD KWD LYD OMR TND";
    return strstr(NONE, currency) ? 0 : strstr(THREE, currency) ? 3 : 2;
}

char **charter_split(const char *text, const char *separator)
{
    char **parts = g_strsplit(text, separator, 2);
    if (g_strv_length(parts) == 2 && parts[0][0] != '\0' && parts[1][0] != '\0')
        return parts;
    g_strfreev(parts);
    return NULL;
}

static bool is_currency(const char *text)
{
    return strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

bool charter_money(struct charter_reading *reading, const yaml_node_t *node, const char *text,
                   int64_t *ret)
{
    struct charter *charter = reading->charter;
    g_auto(GStrv) parts = charter_split(text, " ");
    if (!parts || !is_currency(parts[1]) ||
        !charter_decimal(parts[0], charter_currency_digits(parts[1]), ret))
        return false;
    if (charter->currency[0] == '\0') {
        memcpy(charter->currency, parts[1], sizeof charter->currency);
        charter->currency_line = node->start_mark.line + 1;
        charter->currency_column = node->start_mark.column + 1;
    } else if (strcmp(charter->currency, parts[1]) != 0) {
        charter_error(reading, node, NULL, "%s beside %s in line %zu: one currency only", parts[1],
                      charter->currency, charter->currency_line);
    }
    return true;
}

char *charter_money_text(int64_t minor, const char *currency)
{
    g_autofree char *number =
        charter_decimal_text(minor, charter_currency_digits(currency), true);
    return g_strdup_printf("%s %s", number, currency);
}

bool charter_count(const char *text, const char *one, int64_t *ret)
{
    g_auto(GStrv) parts = charter_split(text, " ");
    if (!parts || !charter_decimal(parts[0], 0, ret))
        return false;
    size_t size = strlen(one);
    return strncmp(parts[1], one, size) == 0 &&
           (parts[1][size] == '\0' || strcmp(parts[1] + size, "s") == 0);
}

bool charter_amount(struct charter_reading *reading, const yaml_node_t *node, const char *text,
                    Beckon__V1__Unit *ret_unit, int64_t *ret)
{
    if (charter_count(text, "point", ret))
        *ret_unit = BECKON__V1__UNIT__UNIT_POINTS;
    else if (charter_money(reading, node, text, ret))
        *ret_unit = BECKON__V1__UNIT__UNIT_CASH;
    else
        return false;
    return true;
}

char *charter_amount_text(int64_t amount, Beckon__V1__Unit unit, const char *currency)
{
    if (unit == BECKON__V1__UNIT__UNIT_CASH)
        return charter_money_text(amount, currency);
    return g_strdup_printf("%" G_GINT64_FORMAT " point%s", (gint64)amount, amount == 1 ? "" : "s");
}

bool charter_percent(const char *text, int64_t *ret)
{
    size_t size = strlen(text);
    if (size < 2 || text[size - 1] != '%')
        return false;
    g_autofree char *number = g_strndup(text, size - 1);
    return charter_decimal(g_strchomp(number), 2, ret);
}

char *charter_percent_text(int64_t bp)
{
    g_autofree char *number = charter_decimal_text(bp, 2, false);
    return g_strdup_printf("%s %%", number);
}
