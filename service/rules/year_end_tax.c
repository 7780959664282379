#include "service/rules/year_end_tax.h"

#include <assert.h>
#include <stddef.h>

#include "store/date.h"

enum { MONTHS = 12, BRACKETS = 7, PER_CENT = 100 };

/* Up to and with `monthly_minor` a month; the last has no end. */
struct tax_bracket {
    int64_t monthly_minor;
    int32_t rate_per_cent;
    int64_t deducted_minor; /* 速算扣除数, once for the whole bonus */
};

/* A table and the dates of payment it is for. */
struct year_end_table {
    int from_year, until_year; /* [from, until): from the first day of the year */
    struct tax_bracket brackets[BRACKETS];
};

static const struct year_end_table TABLES[] = {
    {2019, 2028, {
        {300000, 3, 0}, {1200000, 10, 21000}, {2500000, 20, 141000}, {3500000, 25, 266000},
        {5500000, 30, 441000}, {8000000, 35, 716000}, {INT64_MAX, 45, 1516000},
    }},
};

static const struct year_end_table *table_on(business_date date)
{
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++)
        if (date >= date_from_civil(TABLES[i].from_year, 1, 1) &&
            date < date_from_civil(TABLES[i].until_year, 1, 1))
            return &TABLES[i];
    return NULL;
}

/* A twelfth is compared without dividing: bonus <= 12 x monthly. */
static bool within(const struct tax_bracket *bracket, int64_t bonus_minor)
{
    return bracket->monthly_minor == INT64_MAX || bonus_minor <= bracket->monthly_minor * MONTHS;
}

static int64_t tax_by(const struct year_end_table *table, int64_t bonus_minor)
{
    size_t at = 0;
    while (!within(&table->brackets[at], bonus_minor)) at++;
    assert(at < BRACKETS);
    const struct tax_bracket *bracket = &table->brackets[at];
    int64_t tax_minor = (bonus_minor * bracket->rate_per_cent + PER_CENT / 2) / PER_CENT -
                        bracket->deducted_minor;
    return tax_minor > 0 ? tax_minor : 0;
}

bool year_end_tax(business_date paid_on, int64_t bonus_minor, int64_t *ret_tax_minor)
{
    const struct year_end_table *table = table_on(paid_on);
    assert(bonus_minor >= 0 && bonus_minor <= YEAR_END_TAX_AMOUNT_MAX);
    if (table == NULL) return false;
    *ret_tax_minor = tax_by(table, bonus_minor);
    return true;
}

bool year_end_tax_cliff(business_date paid_on, int64_t bonus_minor, int64_t *ret_threshold_minor)
{
    const struct year_end_table *table = table_on(paid_on);
    assert(bonus_minor >= 0 && bonus_minor <= YEAR_END_TAX_AMOUNT_MAX);
    if (table == NULL) return false;
    int64_t remains_minor = bonus_minor - tax_by(table, bonus_minor);
    for (size_t i = BRACKETS - 1; i-- > 0;) {
        int64_t threshold_minor = table->brackets[i].monthly_minor * MONTHS;
        if (bonus_minor <= threshold_minor) continue;
        if (threshold_minor - tax_by(table, threshold_minor) <= remains_minor) return false;
        *ret_threshold_minor = threshold_minor;
        return true;
    }
    return false;
}
