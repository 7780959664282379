#include "service/rules/base.h"

#include <assert.h>

int64_t base_of(const struct purchase_parts *parts)
{
    int64_t base = parts->amount_minor - parts->tax_minor - parts->freight_minor -
                   parts->gift_card_minor - parts->points_minor;
    return base > 0 ? base : 0;
}

bool base_lines_fit(const struct purchase_parts *parts, const struct purchase_line *lines,
                    size_t line_count)
{
    int64_t amount = parts->freight_minor, tax = 0;

    for (size_t i = 0; i < line_count; i++) {
        if (lines[i].amount_minor < 0 || lines[i].tax_minor < 0 ||
            lines[i].tax_minor > lines[i].amount_minor ||
            __builtin_add_overflow(amount, lines[i].amount_minor, &amount) ||
            __builtin_add_overflow(tax, lines[i].tax_minor, &tax))
            return false;
    }
    return amount == parts->amount_minor && tax == parts->tax_minor;
}

/* The line whose share lost most by rounding down and has not been rounded up yet. */
static size_t largest_remainder(const int64_t *remainders, size_t line_count)
{
    size_t largest = 0;
    for (size_t i = 1; i < line_count; i++)
        if (remainders[i] > remainders[largest]) largest = i;
    return largest;
}

void base_split(const struct purchase_parts *parts, struct purchase_line *lines,
                size_t line_count)
{
    int64_t remainders[PURCHASE_LINES_MAX], base = base_of(parts), weight = 0, left = base;

    assert(line_count >= 1 && line_count <= PURCHASE_LINES_MAX);
    assert(base_lines_fit(parts, lines, line_count));
    for (size_t i = 0; i < line_count; i++) weight += lines[i].amount_minor - lines[i].tax_minor;
    assert(base <= weight); /* amount less tax and freight is all that lines weigh */
    for (size_t i = 0; i < line_count; i++) {
        __int128 product = (__int128)base * (lines[i].amount_minor - lines[i].tax_minor);
        lines[i].base_minor = weight > 0 ? (int64_t)(product / weight) : 0;
        remainders[i] = weight > 0 ? (int64_t)(product % weight) : 0;
        left -= lines[i].base_minor;
    }
    assert(left >= 0 && (size_t)left < line_count);
    for (; left > 0; left--) {
        size_t line = largest_remainder(remainders, line_count);
        lines[line].base_minor++;
        remainders[line] = -1;
    }
}
