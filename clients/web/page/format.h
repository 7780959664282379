/* How values are written for people, by language: the filters of templates.
 *
 *     money    minor units: "¥128.00"; -1250 is "-¥12.50"
 *     minor    the same without the sign of the currency: "128.00"
 *     number   12345: "12,345"
 *     percent  basis points: "12.3%"; whole percents without a point
 *     date     "2026-03-01" (or a time): "2026年3月1日", "1 Mar 2026"; "--03-01": "3月1日", "1 Mar"
 *     time     RFC 3339: "2026年3月1日 09:30", in the merchant's time zone
 *     clock    the time of day alone: "09:30"
 *     code     a referral code in groups: "7K3 Q9F 2MX"
 *     path     percent-encoded, for a segment of a link
 *     lower    lower case ASCII
 *
 * A value of another kind than a filter wants is written as it is. Pure; any thread. */
#ifndef BECKON_CLIENTS_WEB_PAGE_FORMAT_H
#define BECKON_CLIENTS_WEB_PAGE_FORMAT_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

enum language { LANGUAGE_ZH, LANGUAGE_EN };
enum { LANGUAGES = 2 };

struct format {
    enum language language;
    const char *currency;   /* ISO 4217; "" before it is known: money has no sign then */
    GTimeZone *zone;        /* the merchant's; NULL: UTC */
};

/* Appends `value` through a filter ("" for none), not escaped. */
void format_append(const struct format *format, const char *filter, const json_t *value,
                   GString *out);
bool format_knows(const char *filter);

/* Minor units as money, as the filter does. */
void format_money(const struct format *format, gint64 minor, bool with_sign, GString *out);
/* Money as a person types it into minor units: "12.5" of CNY is 1250; thousands may be grouped by
 * commas. false: it is none, or has more decimals than the currency. */
bool format_read_money(const char *currency, const char *text, gint64 *ret_minor);

#endif
