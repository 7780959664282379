#include "service/command/guide_access.h"

bool guide_visible(const struct command_call *call, uint32_t guide, const struct account *account)
{
    const struct principal *principal = &call->principal;

    if (principal->role == ROLE_GUIDE) return principal->party.number == guide;
    if (principal->role == ROLE_SHOP_MANAGER) return account->shop == principal->party.number;
    return true;
}

enum outcome guide_load_message(struct reader *reader, struct command_call *call, uint32_t number,
                                const struct account *account, Beckon__V1__Guide **ret)
{
    struct guide guide;
    struct profile profile = {0};

    enum outcome outcome =
        command_outcome(guides_get(reader, number, &guide), OUTCOME_GUIDE_UNKNOWN);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(profiles_get(reader, (struct party){PARTY_GUIDE, number}, &profile),
                              OUTCOME_OK); /* erased: no name */
    if (outcome != OUTCOME_OK) return outcome;
    return guide_message(reader, call, &guide, &profile, account->pay_entity, ret);
}
