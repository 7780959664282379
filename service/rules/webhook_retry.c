#include "service/rules/webhook_retry.h"

#include <assert.h>

enum { SPREAD_PARTS = 10 }; /* a tenth */

static const uint32_t SECONDS[] = {
    5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600,
};
static_assert(sizeof SECONDS / sizeof SECONDS[0] == WEBHOOK_ATTEMPTS_MAX - 1,
              "a wait between each two attempts");

uint64_t webhook_retry_ms(unsigned attempts, uint32_t random)
{
    assert(attempts > 0);
    if (attempts >= WEBHOOK_ATTEMPTS_MAX) return 0;
    uint64_t wait_ms = (uint64_t)SECONDS[attempts - 1] * 1000;
    uint64_t spread_ms = wait_ms / SPREAD_PARTS;
    return wait_ms - spread_ms + random % (2 * spread_ms + 1);
}
