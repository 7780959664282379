#include "service/rules/formula.h"

#include <assert.h>

static_assert((int)RULE_BRACKETS_MAX < (int)BRACKET_NONE, "an award names any bracket");



/* What is due before the multiplier, in ten-thousandths of a unit. */
static __int128 bracket_part(const struct bracket *bracket, int64_t part)
{
    return (__int128)part * bracket->rate_bp + (__int128)bracket->fixed_amount * 10000;
}

static __int128 brackets_amount(const struct bracket *brackets, size_t count,
                                enum bracket_mode mode, int64_t base, uint8_t *ret_bracket)
{
    size_t reached = 0;
    __int128 sum = 0;

    assert(count > 0 && brackets[0].from == 0);
    while (reached + 1 < count && base >= brackets[reached + 1].from) reached++;
    assert(base >= brackets[reached].from && reached < BRACKET_NONE);
    *ret_bracket = (uint8_t)reached;
    if (mode == BRACKETS_WHOLE) return bracket_part(&brackets[reached], base);
    for (size_t i = 0; i <= reached; i++) {
        int64_t to = i < reached ? brackets[i].to : base;
        sum += bracket_part(&brackets[i], to - brackets[i].from);
    }
    return sum;
}

int64_t formula_amount(const struct program *program, const struct rule *rule, int64_t base,
                       int32_t multiplier_bp, uint8_t *ret_bracket)
{
    __int128 product = 0;

    assert(base >= 0 && multiplier_bp > 0);
    *ret_bracket = BRACKET_NONE;
    switch (rule->formula) {
    case FORMULA_NONE:
        break;
    case FORMULA_FIXED:
        product = (__int128)rule->fixed_amount * 10000;
        break;
    case FORMULA_RATE:
        product = (__int128)base * rule->rate_bp;
        break;
    case FORMULA_BRACKETS:
        assert(rule->brackets.start + rule->brackets.count <= PROGRAM_BRACKETS_MAX);
        product = brackets_amount(&program->brackets[rule->brackets.start], rule->brackets.count,
                                  rule->bracket_mode, base, ret_bracket);
        break;
    }
    assert(product >= 0);
    product *= multiplier_bp;
    if (rule->rounding == ROUNDING_HALF_UP) product += 50000000;
    product /= 100000000;
    assert(product <= INT64_MAX);
    return (int64_t)product;
}

void formula_split(int64_t amount, const uint16_t *shares_bp, size_t count, int64_t *ret_parts)
{
    int remainders[SELLERS_MAX];
    int64_t left = amount;
    unsigned whole = 0;

    assert(amount >= 0 && count >= 1 && count <= SELLERS_MAX);
    for (size_t i = 0; i < count; i++) {
        __int128 product = (__int128)amount * shares_bp[i];
        ret_parts[i] = (int64_t)(product / SHARE_WHOLE);
        remainders[i] = (int)(product % SHARE_WHOLE);
        left -= ret_parts[i];
        whole += shares_bp[i];
    }
    assert(whole == SHARE_WHOLE);
    assert(left >= 0 && (size_t)left < count);
    for (; left > 0; left--) {
        size_t largest = 0;
        for (size_t i = 1; i < count; i++)
            if (remainders[i] > remainders[largest]) largest = i;
        ret_parts[largest]++;
        remainders[largest] = -1;
    }
}
