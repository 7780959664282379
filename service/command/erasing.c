#include "service/command/erasing.h"

#include <assert.h>

#include "service/command/due.h"
#include "service/command/event.h"
#include "store/accounts.h"
#include "store/tokens.h"

/* ---- what is to go --------------------------------------------------------------------------- */

/* Does this phone still lead to him? One he gave up may be another's by now. */
static enum outcome add_phone(struct reader *reader, struct party party, const char *phone,
                              struct phones_of *phones)
{
    struct phone_holder holder;

    if (phone[0] == '\0') return OUTCOME_OK;
    enum store_result found = phones_get(reader, party.kind, phone, &holder);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_OK);
    if (holder.number != party.number) return OUTCOME_OK;
    assert(phones->count < PHONES_OF_MAX);
    phones->keys[phones->count++] = phones_key(reader, party.kind, phone);
    return OUTCOME_OK;
}

static enum outcome load_phones(struct batch *batch, struct party party, struct phones_of *ret)
{
    static_assert((int)EARLIER_PHONES_MAX < (int)PHONES_OF_MAX, "and the one of today");
    struct profile profile;

    ret->count = 0;
    enum store_result found = profiles_get_in_batch(batch, party, &profile);
    if (found == STORE_ABSENT || found == STORE_DAMAGED)
        return command_outcome(phones_of(&batch->reader, party, ret), OUTCOME_INTERNAL);
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    enum outcome outcome = add_phone(&batch->reader, party, profile.phone, ret);
    for (size_t i = 0; i < profile.earlier_phone_count && outcome == OUTCOME_OK; i++)
        outcome = add_phone(&batch->reader, party, profile.earlier_phones[i], ret);
    return outcome;
}

static enum outcome load_sign_ins(struct reader *reader, struct erasing *erasing)
{
    uint32_t numbers[ERASING_TOKENS_MAX];
    struct party party = erasing->erasure.party;
    enum role role = party.kind == PARTY_MEMBER ? ROLE_MEMBER : ROLE_GUIDE;

    enum outcome outcome = command_outcome(
        tokens_of(reader, role, party, numbers, ERASING_TOKENS_MAX, &erasing->token_count),
        OUTCOME_INTERNAL);
    for (size_t i = 0; i < erasing->token_count && outcome == OUTCOME_OK; i++)
        outcome = command_outcome(tokens_get(reader, numbers[i], &erasing->tokens[i]),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    struct sign_in_owner owner = {.role = role, .party = party};
    return command_outcome(sign_in_owned_get(reader, &owner, &erasing->sign_ins),
                           OUTCOME_STORE_DAMAGED);
}

enum outcome erasing_load(struct batch *batch, const struct account *account,
                          const struct erasure *erasure, business_date today,
                          struct erasing *ret)
{
    struct account now = *account;

    assert(account->status == ACCOUNT_ACTIVE && erasure->party.number != 0);
    assert(erasure->erased_at != 0 && erasure->born_at != 0);
    ret->account = *account;
    ret->erasure = *erasure;
    ret->listed = false;
    ret->token_count = 0;
    enum outcome outcome = due_preview(&batch->reader, erasure->party, today, &now);
    if (outcome != OUTCOME_OK) return outcome;
    ret->erasure.points = now.balance[UNIT_POINTS].pending + now.balance[UNIT_POINTS].available;
    ret->erasure.cash_minor = now.balance[UNIT_CASH].pending + now.balance[UNIT_CASH].available;
    outcome = load_phones(batch, erasure->party, &ret->phones);
    return outcome == OUTCOME_OK ? load_sign_ins(&batch->reader, ret) : outcome;
}

/* ---- after the LINE -------------------------------------------------------------------------- */

void erasing_put(struct batch *batch, struct erasing *erasing)
{
    const struct erasure *erasure = &erasing->erasure;
    struct party party = erasure->party;

    assert(erasing->account.status == ACCOUNT_ACTIVE);
    assert(erasure->finished_at == 0 && erasure->erased_at != 0);
    for (size_t i = 0; i < erasing->token_count; i++) {
        erasing->tokens[i].revoked_at = erasure->erased_at;
        tokens_put(batch, &erasing->tokens[i]);
    }
    sign_in_owned_delete(batch, &erasing->sign_ins);
    phones_forget(batch, &erasing->phones, erasure->erased_at);
    profiles_delete(batch, party);
    erasures_put(batch, erasure);
    erasing->account.status = ACCOUNT_ERASING;
    erasing->account.self_guide = 0; /* that she was the guide of that number is personal too */
    accounts_put(batch, party, &erasing->account);
    event_tell(batch, party.kind == PARTY_MEMBER ? TOLD_MEMBER_ERASED : TOLD_GUIDE_ERASED, party,
               0);
    batch_destroy_key_slot(batch, party, erasing->listed ? 0 : erasure->born_at,
                           erasure->erased_at);
}
