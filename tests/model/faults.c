/* Faults of one function each, to show that the model test notices them. The linker puts a __wrap_
 * function in the place of the real one (CMakeLists.txt); which one is wrong, the driver's only
 * argument says. Linked into model_driver_faulty alone. */
#include <string.h>

#include "service/postings/lot.h"
#include "service/rules/cap_cut.h"
#include "service/rules/clawback.h"
#include "service/rules/formula.h"
#include "service/rules/lifetime.h"
#include "service/rules/tiers.h"
#include "tests/model/driver.h"

static bool faulty(const char *name)
{
    return driver_fault != NULL && strcmp(driver_fault, name) == 0;
}

/* Fractions of a refund are always rounded half up. */
int64_t __real_clawback_reversal(int64_t posted, struct clawback_share share,
                                 enum rounding rounding);
int64_t __wrap_clawback_reversal(int64_t posted, struct clawback_share share,
                                 enum rounding rounding);
int64_t __wrap_clawback_reversal(int64_t posted, struct clawback_share share,
                                 enum rounding rounding)
{
    if (faulty("refund_rounding")) rounding = ROUNDING_HALF_UP;
    return __real_clawback_reversal(posted, share, rounding);
}

/* What expired is asked of other credits. */
struct clawback_split __real_clawback_split(const struct credit *credit, int64_t asked,
                                            enum return_policy policy);
struct clawback_split __wrap_clawback_split(const struct credit *credit, int64_t asked,
                                            enum return_policy policy);
struct clawback_split __wrap_clawback_split(const struct credit *credit, int64_t asked,
                                            enum return_policy policy)
{
    struct clawback_split split = __real_clawback_split(credit, asked, policy);
    if (faulty("expired_is_owed") && policy != RETURN_ONLY_PENDING) {
        split.policy += split.waived;
        split.waived = 0;
    }
    return split;
}

/* Of lots that never expire the newest is spent first. */
size_t __real_lots_first_available(const struct lots *lots, enum unit unit,
                                   uint32_t pay_entity);
size_t __wrap_lots_first_available(const struct lots *lots, enum unit unit,
                                   uint32_t pay_entity);
size_t __wrap_lots_first_available(const struct lots *lots, enum unit unit,
                                   uint32_t pay_entity)
{
    size_t first = __real_lots_first_available(lots, unit, pay_entity);
    if (!faulty("lot_order") || first == LOT_NONE) return first;
    for (size_t i = 0; i < lots->lot_count; i++) {
        const struct credit *credit = &lots->lot[i].credit;
        if (credit->unit == unit && credit->state == CREDIT_AVAILABLE &&
            (credit->flags & CREDIT_HELD) == 0 &&
            credit->expires_on == lots->lot[first].credit.expires_on &&
            credit->number > lots->lot[first].credit.number)
            first = i;
    }
    return first;
}

/* What expired is given back as if it had not. */
void __real_lot_restore(struct lots *lots, size_t lot, int64_t amount,
                        const struct occasion *occasion, business_date today, uint16_t grace_days);
void __wrap_lot_restore(struct lots *lots, size_t lot, int64_t amount,
                        const struct occasion *occasion, business_date today, uint16_t grace_days);
void __wrap_lot_restore(struct lots *lots, size_t lot, int64_t amount,
                        const struct occasion *occasion, business_date today, uint16_t grace_days)
{
    if (faulty("restore_grace")) grace_days = (uint16_t)(grace_days + 1);
    __real_lot_restore(lots, lot, amount, occasion, today, grace_days);
}

/* Nothing is cut. */
void __real_cap_cut(const struct program *program, uint32_t referee, business_date date,
                    struct cap_uses *uses, struct award *awards, size_t award_count);
void __wrap_cap_cut(const struct program *program, uint32_t referee, business_date date,
                    struct cap_uses *uses, struct award *awards, size_t award_count);
void __wrap_cap_cut(const struct program *program, uint32_t referee, business_date date,
                    struct cap_uses *uses, struct award *awards, size_t award_count)
{
    if (!faulty("caps")) __real_cap_cut(program, referee, date, uses, awards, award_count);
}

/* Pending a day less than the rule says. */
struct lifetime __real_lifetime_of(const struct rule *rule, business_date date);
struct lifetime __wrap_lifetime_of(const struct rule *rule, business_date date);
struct lifetime __wrap_lifetime_of(const struct rule *rule, business_date date)
{
    struct lifetime lifetime = __real_lifetime_of(rule, date);
    if (faulty("maturity") && rule->hold_days > 0) lifetime.matures_on--;
    return lifetime;
}

/* What can't be divided goes to the last seller. */
void __real_formula_split(int64_t amount, const uint16_t *shares_bp, size_t count,
                          int64_t *ret_parts);
void __wrap_formula_split(int64_t amount, const uint16_t *shares_bp, size_t count,
                          int64_t *ret_parts);
void __wrap_formula_split(int64_t amount, const uint16_t *shares_bp, size_t count,
                          int64_t *ret_parts)
{
    __real_formula_split(amount, shares_bp, count, ret_parts);
    if (!faulty("shares")) return;
    int64_t left = amount;
    for (size_t i = 0; i + 1 < count; i++) {
        ret_parts[i] = amount * shares_bp[i] / SHARE_WHOLE;
        left -= ret_parts[i];
    }
    ret_parts[count - 1] = left;
}

/* A threshold that is just met is not enough. */
uint8_t __real_tiers_reached(const struct program *program, int64_t measure);
uint8_t __wrap_tiers_reached(const struct program *program, int64_t measure);
uint8_t __wrap_tiers_reached(const struct program *program, int64_t measure)
{
    return __real_tiers_reached(program, faulty("tier_threshold") ? measure - 1 : measure);
}
