/* The base of a purchase: what its rewards are computed from. Pure.
 *
 *   base = amount - tax - freight - gift card - points, never below 0
 *
 * all in minor units: `amount` is what the customer paid in all, tax and freight included and by
 * whatever means; tax, freight, what a gift card paid (it was bought once already) and what points
 * paid (they were rewards themselves) earn nothing.
 *
 * A purchase may carry lines. Their amounts and the freight make up the amount, their taxes the
 * tax. The base is then split over the lines in proportion to amount less tax, by largest remainder
 * (of equal ones the earlier line), so that the lines' bases sum to the base exactly. */
#ifndef BECKON_SERVICE_RULES_BASE_H
#define BECKON_SERVICE_RULES_BASE_H

#include <stddef.h>

#include "store/record.h"

/* The base of these parts; each part is 0 or more and at most the amount. */
int64_t base_of(const struct purchase_parts *parts);

/* Do the lines make up the parts: sum of amounts + freight = amount, sum of taxes = tax, no line's
 * tax above its amount? */
bool base_lines_fit(const struct purchase_parts *parts, const struct purchase_line *lines,
                    size_t line_count);

/* Sets each line's base_minor. line_count 1 to PURCHASE_LINES_MAX; asserts base_lines_fit. */
void base_split(const struct purchase_parts *parts, struct purchase_line *lines,
                size_t line_count);

#endif
