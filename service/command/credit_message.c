#include "service/command/credit_message.h"

#include <assert.h>

#include "service/command/reply.h"
#include "store/ledger.h"

bool credit_visible(const struct command_call *call, uint32_t buyer, struct party beneficiary)
{
    const struct principal *principal = &call->principal;

    switch (principal->role) {
    case ROLE_ADMIN:
    case ROLE_AUDITOR:
        return true;
    case ROLE_SHOP_MANAGER:
        return beneficiary.kind == PARTY_GUIDE || beneficiary.number == buyer;
    case ROLE_GUIDE:
        return beneficiary.kind == PARTY_GUIDE && beneficiary.number == principal->party.number;
    case ROLE_POS:
    case ROLE_MEMBER:
        return beneficiary.kind == PARTY_MEMBER && beneficiary.number == buyer;
    default:
        return false;
    }
}

size_t credit_messages_bytes(size_t count)
{
    return 64 + count * (sizeof(Beckon__V1__Credit *) + sizeof(Beckon__V1__Credit) +
                         sizeof(Beckon__V1__Party) + RULE_ID_BYTES_MAX + 1 + 3 * 16);
}

static Beckon__V1__Credit *credit_message(struct command_call *call, const struct program *program,
                                          const struct award *award, int64_t balance_after)
{
    Beckon__V1__Credit *credit = reply_message(call, &beckon__v1__credit__descriptor);
    if (credit == NULL) return NULL;
    credit->credit_number = award->credit;
    credit->rule_id = reply_text(call, program->rules[award->rule].id);
    credit->program_version = program->version;
    credit->beneficiary = reply_party(call, award->party);
    credit->unit = reply_unit(award->unit);
    credit->amount = award->amount;
    credit->base_minor = award->base_minor;
    credit->reason = (Beckon__V1__CreditReason)award->reason;
    credit->balance_after = balance_after;
    return credit->rule_id == NULL || credit->beneficiary == NULL ? NULL : credit;
}

enum outcome credit_messages(struct reader *reader, struct command_call *call, uint32_t buyer,
                             const struct program *program, const struct award *awards,
                             size_t award_count, Beckon__V1__Credit ***ret_credits,
                             size_t *ret_count)
{
    *ret_count = 0;
    *ret_credits = NULL;
    if (award_count == 0) return OUTCOME_OK;
    Beckon__V1__Credit **credits = reply_alloc(call, award_count * sizeof *credits);
    if (credits == NULL) return OUTCOME_BUSY;

    for (size_t i = 0; i < award_count; i++) {
        int64_t balance_after = 0;

        if (!credit_visible(call, buyer, awards[i].party)) continue;
        assert(awards[i].rule < program->rule_count);
        if (awards[i].credit != 0) {
            struct entry entry;
            enum outcome outcome = command_outcome(
                entries_get(reader, awards[i].credit, &entry), OUTCOME_STORE_DAMAGED);
            if (outcome != OUTCOME_OK) return outcome;
            balance_after = entry.balance_after;
        }
        Beckon__V1__Credit *credit = credit_message(call, program, &awards[i], balance_after);
        if (credit == NULL) return OUTCOME_BUSY;
        credits[(*ret_count)++] = credit;
    }
    *ret_credits = credits;
    return OUTCOME_OK;
}
