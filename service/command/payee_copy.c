#include "service/command/payee_copy.h"

#include "service/limits.h"
#include "store/date.h"

/* Streams of the command's seed; a guide's has his number and the employer's in it. */
enum { KEY_STREAM = 0x70617965 };

business_date payee_retained_until(business_date paid_on)
{
    int year, month, day;

    date_to_civil(paid_on, &year, &month, &day);
    return date_from_civil(year + LIMIT_RETENTION_YEARS + 1, 1, 1);
}

void payee_copies_begin(struct batch *batch, const struct command_call *call,
                        const struct settlement_run *run, business_date closed_on)
{
    uint8_t seed[SETTLEMENT_KEY_SEED_BYTES];

    secret_from_seed(call->seed, KEY_STREAM, seed, sizeof seed);
    settlement_payees_begin(batch, run->number, payee_retained_until(closed_on), seed);
}

enum outcome payee_copy_make(struct batch *batch, const struct command_call *call,
                             const struct settlement_run *run, const struct settlement_line *line,
                             struct settlement_payee_copy *ret)
{
    uint64_t stream = (uint64_t)line->payee.number << 32 | line->pay_entity;
    uint8_t nonce[SETTLEMENT_NONCE_BYTES];

    secret_from_seed(call->seed, stream, nonce, sizeof nonce);
    return command_outcome(settlement_payee_make(batch, run, line, nonce, ret),
                           OUTCOME_STORE_DAMAGED);
}
