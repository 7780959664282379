#include "service/postings/settle.h"

#include <assert.h>

/* Whole lots, toward zero. */
static bool convert(const struct settle_terms *terms, int64_t points, int64_t *ret_minor)
{
    return !__builtin_mul_overflow(points / (int64_t)terms->rate_points, terms->rate_minor,
                                   ret_minor);
}

/* earned and taken of one unit; their difference is what is free less what is owed. */
static bool earn(const struct settle_sums *sums, enum unit unit, int64_t *ret_earned,
                 int64_t *ret_taken)
{
    int64_t earned, taken;

    assert(sums->free[unit] >= 0 && sums->clawed[unit] >= 0);
    assert(sums->debt[unit] >= 0 && sums->debt_settled[unit] >= 0);
    if (__builtin_add_overflow(sums->free[unit], sums->clawed[unit], &earned) ||
        __builtin_add_overflow(sums->clawed[unit], sums->debt_settled[unit], &taken))
        return false;
    earned -= sums->debt[unit]; /* both >= 0: fits */
    if (earned < 0) {
        if (__builtin_sub_overflow(taken, earned, &taken)) return false;
        earned = 0;
    }
    *ret_earned = earned;
    *ret_taken = taken;
    return true;
}

static bool settle_points(const struct settle_sums *sums, const struct settle_terms *terms,
                          struct settlement_line *line)
{
    int64_t gross, left;

    if (!earn(sums, UNIT_POINTS, &line->points_earned, &line->points_taken) ||
        __builtin_add_overflow(sums->debt[UNIT_POINTS], sums->debt_settled[UNIT_POINTS],
                               &line->points_debt))
        return false;
    int64_t net = line->points_earned - line->points_taken;
    line->points_kept = net > 0 ? net % (int64_t)terms->rate_points : 0;
    line->points_converted = net > 0 ? net - line->points_kept : 0;
    if (!convert(terms, line->points_earned, &gross) || !convert(terms, net, &left)) return false;
    line->gross_minor = gross;
    return !__builtin_sub_overflow(gross, left, &line->clawback_minor);
}

static bool settle_cash(const struct settle_sums *sums, struct settlement_line *line)
{
    line->cash_settled = sums->free[UNIT_CASH];
    return earn(sums, UNIT_CASH, &line->cash_earned, &line->cash_taken) &&
           !__builtin_add_overflow(sums->debt[UNIT_CASH], sums->debt_settled[UNIT_CASH],
                                   &line->cash_debt) &&
           !__builtin_add_overflow(line->gross_minor, line->cash_earned, &line->gross_minor) &&
           !__builtin_add_overflow(line->clawback_minor, line->cash_taken, &line->clawback_minor);
}

bool settle_line(const struct settle_sums *sums, const struct settle_terms *terms,
                 struct settlement_line *line)
{
    struct settlement_line result = *line;
    int64_t net;

    assert(terms->rate_points > 0 && terms->rate_minor >= 0);
    assert(terms->minimum_payout_minor >= 0);
    if (!settle_points(sums, terms, &result) || !settle_cash(sums, &result)) return false;
    result.carry_in_minor = sums->carry_minor;
    if (__builtin_sub_overflow(result.gross_minor, result.clawback_minor, &net) ||
        __builtin_add_overflow(net, result.carry_in_minor, &net))
        return false;
    bool carried = net < 0 || net < terms->minimum_payout_minor;
    result.carry_out_minor = carried ? net : 0;
    result.net_minor = carried ? 0 : net;
    assert(result.gross_minor >= 0 && result.clawback_minor >= 0 && result.net_minor >= 0);
    assert(result.gross_minor - result.clawback_minor + result.carry_in_minor -
               result.carry_out_minor == result.net_minor);
    *line = result;
    return true;
}

bool settle_empty(const struct settlement_line *line)
{
    return line->points_earned == 0 && line->points_taken == 0 && line->points_debt == 0 &&
           line->cash_earned == 0 && line->cash_taken == 0 && line->cash_debt == 0 &&
           line->cash_settled == 0 && line->gross_minor == 0 && line->clawback_minor == 0 &&
           line->carry_in_minor == 0 && line->carry_out_minor == 0 && line->net_minor == 0;
}

bool settle_add(struct run_totals *totals, const struct settlement_line *line)
{
    struct run_totals sum = *totals;
    bool whole =
        !__builtin_add_overflow(sum.points_converted, line->points_converted,
                                &sum.points_converted) &&
        !__builtin_add_overflow(sum.gross_minor, line->gross_minor, &sum.gross_minor) &&
        !__builtin_add_overflow(sum.clawback_minor, line->clawback_minor, &sum.clawback_minor) &&
        !__builtin_add_overflow(sum.carry_in_minor, line->carry_in_minor, &sum.carry_in_minor) &&
        !__builtin_add_overflow(sum.carry_out_minor, line->carry_out_minor,
                                &sum.carry_out_minor) &&
        !__builtin_add_overflow(sum.net_minor, line->net_minor, &sum.net_minor) &&
        !__builtin_add_overflow(sum.credit_count, line->credit_count, &sum.credit_count);
    sum.line_count++;
    sum.member_line_count += line->payee.kind == PARTY_MEMBER;
    sum.reversal_count += line->reversal_count;
    sum.adjustment_count += line->adjustment_count;
    if (whole) *totals = sum;
    return whole;
}
