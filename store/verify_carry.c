/* What settlements keep of an account between two runs: money carried, and what refunds of settled
 * credits took of others. */
#include <inttypes.h>

#include "store/verify_inner.h"

void verify_clawed_add(struct verify_clawed *clawed, uint32_t pay_entity, enum unit unit,
                       int64_t amount)
{
    size_t at = 0;
    if (amount == 0) return;
    while (at < clawed->count && clawed->of[at].pay_entity != pay_entity) at++;
    if (at == SETTLEMENT_ENTITIES_MAX) return;
    if (at == clawed->count) {
        clawed->of[at].pay_entity = pay_entity;
        for (size_t i = 0; i < UNIT_COUNT; i++) clawed->of[at].amount[i] = 0;
        clawed->count++;
    }
    clawed->of[at].amount[unit] += amount;
}

static void compare_clawed(struct verify *verify, struct party party, uint32_t pay_entity,
                           unsigned unit, __int128 kept, __int128 said)
{
    if (kept == said) return;
    verify_found(verify, "%s %lu: unit %u of pay entity %lu clawed back is %" PRId64
                 ", credits and debts say %" PRId64, verify_kind(party.kind),
                 (unsigned long)party.number, unit, (unsigned long)pay_entity, (int64_t)kept,
                 (int64_t)said);
}

/* The record of a pay entity; NULL: it has none. */
static const struct settlement_account *record_of(const struct verify_marks *marks,
                                                  uint32_t pay_entity)
{
    for (size_t i = 0; i < marks->count; i++)
        if (marks->entity[i].pay_entity == pay_entity) return &marks->entity[i].account;
    return NULL;
}

void verify_carry_compare(struct verify *verify, struct party party,
                          const struct verify_marks *marks, const struct verify_clawed *clawed,
                          __int128 carried)
{
    __int128 kept = 0;

    for (size_t i = 0; i < clawed->count; i++) {
        const struct settlement_account *record = record_of(marks, clawed->of[i].pay_entity);
        for (unsigned unit = 0; unit < UNIT_COUNT; unit++) {
            __int128 sum = record == NULL ? 0
                                          : (__int128)record->clawed[unit] +
                                                record->clawed_before[unit];
            compare_clawed(verify, party, clawed->of[i].pay_entity, unit, sum,
                           clawed->of[i].amount[unit]);
        }
    }
    for (size_t i = 0; i < marks->count; i++) {
        const struct settlement_account *record = &marks->entity[i].account;
        bool said = false;
        kept += record->carry_minor;
        for (size_t j = 0; j < clawed->count; j++)
            said |= clawed->of[j].pay_entity == marks->entity[i].pay_entity;
        for (unsigned unit = 0; unit < UNIT_COUNT && !said; unit++)
            compare_clawed(verify, party, marks->entity[i].pay_entity, unit,
                           (__int128)record->clawed[unit] + record->clawed_before[unit], 0);
    }
    if (kept != carried)
        verify_found(verify, "%s %lu: carried is %" PRId64 ", entries say %" PRId64,
                     verify_kind(party.kind), (unsigned long)party.number, (int64_t)kept,
                     (int64_t)carried);
}
