#include "clients/web/page/format.h"

#include <stdio.h>
#include <string.h>

typedef void filter_function(const struct format *format, const json_t *value, GString *out);

/* ---- numbers --------------------------------------------------------------------------------- */

/* The value as an integer; numbers may come as texts beyond JSON's integers. */
static bool integer_of(const json_t *value, gint64 *ret)
{
    if (json_is_integer(value)) {
        *ret = json_integer_value(value);
        return true;
    }
    return json_is_string(value) &&
           g_ascii_string_to_signed(json_string_value(value), 10, G_MININT64, G_MAXINT64, ret,
                                    NULL);
}

/* Digits in groups of three. */
static void append_grouped(guint64 number, GString *out)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, number);
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
}

static guint64 magnitude(gint64 number)
{
    return number < 0 ? (guint64)(-(number + 1)) + 1 : (guint64)number;
}

static void append_plain(const json_t *value, GString *out)
{
    if (json_is_string(value))
        g_string_append(out, json_string_value(value));
    else if (json_is_integer(value))
        g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        g_string_append_printf(out, "%g", json_real_value(value));
    else if (json_is_true(value))
        g_string_append(out, "true");
}

static void number(const struct format *format, const json_t *value, GString *out)
{
    (void)format;
    gint64 count;
    if (!integer_of(value, &count)) {
        append_plain(value, out);
        return;
    }
    if (count < 0)
        g_string_append_c(out, '-');
    append_grouped(magnitude(count), out);
}

/* Currencies whose minor unit is not a hundredth (ISO 4217). */
static int decimals_of(const char *currency)
{
    static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
    if (strlen(currency) != 3)
        return 2;
    return strstr(none, currency) ? 0 : strstr(three, currency) ? 3 : 2;
}

static const char *sign_of(const char *currency)
{
    static const struct { const char *currency, *sign; } signs[] = {
        {"CNY", "¥"}, {"EUR", "€"}, {"GBP", "£"}, {"USD", "$"}, {"HKD", "HK$"}, {"JPY", "JP¥"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (strcmp(signs[i].currency, currency) == 0)
            return signs[i].sign;
    }
    return NULL;
}

void format_money(const struct format *format, gint64 minor, bool with_sign, GString *out)
{
    int decimals = decimals_of(format->currency);
    guint64 scale = decimals == 0 ? 1 : decimals == 3 ? 1000 : 100;
    guint64 amount = magnitude(minor);
    const char *sign = sign_of(format->currency);
    if (minor < 0)
        g_string_append_c(out, '-');
    if (with_sign && sign)
        g_string_append(out, sign);
    append_grouped(amount / scale, out);
    if (decimals > 0)
        g_string_append_printf(out, ".%0*u", decimals, (unsigned)(amount % scale));
    if (with_sign && !sign && format->currency[0] != '\0')
        g_string_append_printf(out, " %s", format->currency);
}

bool format_read_money(const char *currency, const char *text, gint64 *ret_minor)
{
    GString *digits = g_string_new(NULL);
    const char *c = text;
    int decimals = decimals_of(currency), seen = -1; /* digits behind the point; -1: no point yet */
    bool any = false;
    if (*c == '-')
        g_string_append_c(digits, *c++);
    for (; *c != '\0'; c++) {
        if (g_ascii_isdigit(*c)) {
            any = true;
            seen += seen >= 0;
            g_string_append_c(digits, *c);
        } else if (*c == '.' && seen < 0 && any) {
            seen = 0;
        } else if (*c != ',' || seen >= 0 || !any) {
            break;
        }
    }
    for (int i = seen < 0 ? 0 : seen; i < decimals; i++)
        g_string_append_c(digits, '0');
    gint64 minor = 0;
    bool good = *c == '\0' && any && seen != 0 && seen <= decimals &&
                g_ascii_string_to_signed(digits->str, 10, G_MININT64, G_MAXINT64, &minor, NULL);
    g_string_free(digits, true);
    if (good)
        *ret_minor = minor;
    return good;
}

static void money(const struct format *format, const json_t *value, GString *out)
{
    gint64 count;
    if (integer_of(value, &count))
        format_money(format, count, true, out);
    else
        append_plain(value, out);
}

static void minor(const struct format *format, const json_t *value, GString *out)
{
    gint64 count;
    if (integer_of(value, &count))
        format_money(format, count, false, out);
    else
        append_plain(value, out);
}

static void percent(const struct format *format, const json_t *value, GString *out)
{
    (void)format;
    gint64 points;
    if (!integer_of(value, &points)) {
        append_plain(value, out);
        return;
    }
    guint64 amount = magnitude(points);
    if (points < 0)
        g_string_append_c(out, '-');
    append_grouped(amount / 100, out);
    if (amount % 100 != 0)
        g_string_append_printf(out, ".%02u", (unsigned)(amount % 100));
    if (amount % 100 != 0 && amount % 10 == 0)
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '%');
}

/* ---- times ----------------------------------------------------------------------------------- */

static void append_date(const struct format *format, int year, int month, int day, GString *out)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (format->language == LANGUAGE_ZH) {
        if (year > 0)
            g_string_append_printf(out, "%d年", year);
        g_string_append_printf(out, "%d月%d日", month, day);
        return;
    }
    g_string_append_printf(out, "%d %s", day, months[month - 1]);
    if (year > 0)
        g_string_append_printf(out, " %d", year);
}

/* "2026-03-01" or "--03-01". */
static bool read_date(const char *text, int *ret_year, int *ret_month, int *ret_day)
{
    int year = 0, month = 0, day = 0, end = 0;
    if (sscanf(text, "--%2d-%2d%n", &month, &day, &end) != 2 &&
        sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3)
        return false;
    if (text[end] != '\0' || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *ret_year = year;
    *ret_month = month;
    *ret_day = day;
    return true;
}

/* A time in the merchant's zone; NULL: the text is none. The caller unrefs. */
static GDateTime *local_time(const struct format *format, const char *text)
{
    GTimeZone *utc = g_time_zone_new_utc();
    GDateTime *time = g_date_time_new_from_iso8601(text, utc);
    g_time_zone_unref(utc);
    if (!time || !format->zone)
        return time;
    GDateTime *local = g_date_time_to_timezone(time, format->zone);
    g_date_time_unref(time);
    return local;
}

static void date(const struct format *format, const json_t *value, GString *out)
{
    const char *text = json_string_value(value);
    int year, month, day;
    GDateTime *time;
    if (text && read_date(text, &year, &month, &day)) {
        append_date(format, year, month, day, out);
    } else if (text && (time = local_time(format, text)) != NULL) {
        g_date_time_get_ymd(time, &year, &month, &day);
        append_date(format, year, month, day, out);
        g_date_time_unref(time);
    } else {
        append_plain(value, out);
    }
}

static void time_of_day(const struct format *format, const json_t *value, GString *out)
{
    const char *text = json_string_value(value);
    GDateTime *time = text ? local_time(format, text) : NULL;
    if (!time) {
        append_plain(value, out);
        return;
    }
    g_string_append_printf(out, "%02d:%02d", g_date_time_get_hour(time),
                           g_date_time_get_minute(time));
    g_date_time_unref(time);
}

static void time_and_date(const struct format *format, const json_t *value, GString *out)
{
    date(format, value, out);
    if (json_is_string(value) && strchr(json_string_value(value), 'T')) {
        g_string_append_c(out, ' ');
        time_of_day(format, value, out);
    }
}

/* ---- texts ----------------------------------------------------------------------------------- */

static void code(const struct format *format, const json_t *value, GString *out)
{
    (void)format;
    const char *text = json_string_value(value);
    for (size_t i = 0; text && text[i] != '\0'; i++) {
        if (i > 0 && i % 3 == 0)
            g_string_append_c(out, ' ');
        g_string_append_c(out, text[i]);
    }
}

static void path(const struct format *format, const json_t *value, GString *out)
{
    (void)format;
    GString *plain = g_string_new(NULL);
    append_plain(value, plain);
    char *encoded = g_uri_escape_string(plain->str, NULL, false);
    g_string_append(out, encoded);
    g_free(encoded);
    g_string_free(plain, true);
}

static void lower(const struct format *format, const json_t *value, GString *out)
{
    (void)format;
    gsize begin = out->len;
    append_plain(value, out);
    for (gsize i = begin; i < out->len; i++)
        out->str[i] = g_ascii_tolower(out->str[i]);
}

static const struct {
    const char *name;
    filter_function *function;
} FILTERS[] = {
    {"money", money}, {"minor", minor}, {"number", number}, {"percent", percent},
    {"date", date}, {"time", time_and_date}, {"clock", time_of_day}, {"code", code}, {"path", path},
    {"lower", lower},
};

static filter_function *filter_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(FILTERS); i++) {
        if (strcmp(FILTERS[i].name, name) == 0)
            return FILTERS[i].function;
    }
    return NULL;
}

bool format_knows(const char *filter)
{
    return filter_find(filter) != NULL;
}

void format_append(const struct format *format, const char *filter, const json_t *value,
                   GString *out)
{
    filter_function *function = filter[0] == '\0' ? NULL : filter_find(filter);
    if (function)
        function(format, value, out);
    else
        append_plain(value, out);
}
