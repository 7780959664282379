/* China's separate taxation of the one-off year-end bonus (全年一次性奖金), for information: pure.
 *
 * Beckon settles gross; payroll does the tax. The rate is found by a twelfth of the bonus and then
 * taken of the whole, so one yuan more can cost thousands: that is what payroll wants to be told
 * before it closes a run.
 *
 * Source: 财税〔2018〕164号, how it is computed and the monthly table annexed to it
 * (按月换算后的综合所得税率表), from 2019; kept in force by 财政部 税务总局公告2021年第42号 and
 * 2023年第30号, the latter until the end of 2027. */
#ifndef BECKON_SERVICE_RULES_YEAR_END_TAX_H
#define BECKON_SERVICE_RULES_YEAR_END_TAX_H

#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"

/* The table's currency: amounts are its minor units (fen). */
#define YEAR_END_TAX_CURRENCY "CNY"
/* Above it no bonus is looked at: far beyond any, and no product overflows. */
#define YEAR_END_TAX_AMOUNT_MAX INT64_C(1000000000000)

/* The tax on a bonus of 0 .. YEAR_END_TAX_AMOUNT_MAX paid on a date, rounded half up; false: no
 * table is in force then. */
bool year_end_tax(business_date paid_on, int64_t bonus_minor, int64_t *ret_tax_minor);

/* Does more of `threshold_minor` remain after tax than of the bonus, though it is less? Then
 * *ret_threshold_minor is the highest such amount at which a rate ends. */
bool year_end_tax_cliff(business_date paid_on, int64_t bonus_minor, int64_t *ret_threshold_minor);

#endif
