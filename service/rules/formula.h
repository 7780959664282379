/* What a rule's formula makes of a base, rounded once. Pure; domain.md 4. */
#ifndef BECKON_SERVICE_RULES_FORMULA_H
#define BECKON_SERVICE_RULES_FORMULA_H

#include <stddef.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"

/* base x rate x multiplier, in 128 bits and rounded once as the rule says; a fixed amount is
 * multiplied and rounded too. `base` >= 0: minor units, or the KPI of a period. Brackets are those
 * of the program's pool: WHOLE takes the bracket the base lies in for all of it; MARGINAL takes
 * each part by its own bracket, and adds the fixed amounts of all that were reached. *ret_bracket
 * is the one reached, BRACKET_NONE without brackets. Asserts that the result fits. */
int64_t formula_amount(const struct program *program, const struct rule *rule, int64_t base,
                       int32_t multiplier_bp, uint8_t *ret_bracket);

/* Splits `amount` by shares in basis points that sum to 10,000: each rounded down, what is left one
 * unit each to the largest remainders, of equal ones to the earlier. The parts sum to `amount`. */
void formula_split(int64_t amount, const uint16_t *shares_bp, size_t count, int64_t *ret_parts);

#endif
