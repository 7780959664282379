/* Stages many plays begin on. */
#ifndef BECKON_TESTS_SERVICE_COMMAND_STAGES_H
#define BECKON_TESTS_SERVICE_COMMAND_STAGES_H

#include "tests/service/command/play.h"

/* Merchant 1, 2026-03-02: shops S1, S2 (numbers 1, 2), guides 1 (of S1, phone ...0001), 2 (of S2),
 * 3 (of S1, who left on 2026-02-01), all since 2026-01-01; program 1 since 2026-01-01: buyer 1 % in
 * points, referrer 2 % in cash, serving guide 0.5 % in cash, and 5 points to the buyer for coming
 * again. Codes $g1, $g2, $g3 of the guides, $shop of S1. Members 1 (by $g1) and 2 (by 1's code
 * $m1). */
enum { STAGE_STEPS = 15 };
extern const struct step STAGE[STAGE_STEPS];

#endif
